"""The terminal: commands, their texts and exit codes."""

from xlsx_pdca.cli.program import main

__all__ = ["main"]
