"""`python -m xlsx_pdca`."""

from xlsx_pdca.cli import main

main()
