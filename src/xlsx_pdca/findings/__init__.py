"""確認事項: what may be doubtful about a return, as values with a catalogue code; the catalogue is the manual too."""

from xlsx_pdca.findings.entry import CONTEXT, CatalogueEntry, Grade, Reader
from xlsx_pdca.findings.finding import CATALOGUE, Finding, finding, refused, shortened

__all__ = [
    "CATALOGUE",
    "CONTEXT",
    "CatalogueEntry",
    "Finding",
    "Grade",
    "Reader",
    "finding",
    "refused",
    "shortened",
]
