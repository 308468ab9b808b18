"""受付記録: what the booked events mean, always recomputed, never stored."""

from xlsx_pdca.ledger.folding import fold
from xlsx_pdca.ledger.ledger import Ledger
from xlsx_pdca.ledger.received import Use
from xlsx_pdca.ledger.standing import Booked, Key, Standing, must_check
from xlsx_pdca.ledger.status import Status

__all__ = ["Booked", "Key", "Ledger", "Standing", "Status", "Use", "fold", "must_check"]
