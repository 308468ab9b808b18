"""One file as it came in mails from given addresses: what becomes of it, and whose it is proposed to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from issued_round import BY, NOW, Desk
from xlsx_pdca.facts import Arrived
from xlsx_pdca.ledger import Booked
from xlsx_pdca.workflows.collect import given_files
from xlsx_pdca.workflows.proposals import Proposals
from xlsx_pdca.workflows.receive import receive

LATER = NOW + timedelta(days=15)
FROM_MAEBASHI, FROM_TAKASAKI = "kaigo@maebashi.example", "kaigo@takasaki.example"
FROM_PREFECTURE, FROM_NOWHERE = "houkatsu-care@pref-gunma.example", "someone@example.com"


def taken_in(
    desk: Desk, data: bytes, *senders: str, name: str = "返信.xlsx", only_look: bool = False
) -> Arrived:
    """What becomes of one file that came in mails from these addresses, the innermost last."""
    path = desk.root.parent / name
    path.write_bytes(data)
    files = [replace(found, senders=senders) for found in given_files([path])]
    (line,) = receive(desk.round, files, now=LATER, by=BY, dry_run=only_look).lines
    return line.arrived


def proposed(desk: Desk, arrived: Arrived) -> list[str]:
    """Units proposed for a file that waits."""
    held = Booked(1, NOW, BY, arrived)
    return [each.unit for each in Proposals.of(desk.round, desk.ledger).for_held(held)]
