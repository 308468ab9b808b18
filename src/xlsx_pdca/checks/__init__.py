"""What we think of a return: whose it is, how it came back, and what its answers say."""

from xlsx_pdca.checks.content import check_answers, marks
from xlsx_pdca.checks.copies import Comparison, Relation, compare
from xlsx_pdca.checks.identity import Identity, identify, typed_name_doubt
from xlsx_pdca.checks.register import IssuedBook, Register
from xlsx_pdca.checks.whole import read_return

__all__ = [
    "Comparison",
    "Identity",
    "IssuedBook",
    "Register",
    "Relation",
    "check_answers",
    "compare",
    "identify",
    "marks",
    "read_return",
    "typed_name_doubt",
]
