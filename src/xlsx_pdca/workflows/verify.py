"""Proof of a round: ledger, originals, plans, copies, tickets and notes are looked at again, and every file is accounted for.

Nothing is written, so a round on a backup medium can be proved too; 管理簿 is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlsx_pdca.errors import OperatorError
from xlsx_pdca.facts import Arrived
from xlsx_pdca.ledger import Ledger, fold
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.round_folder import DamagedKey, RoundFolder
from xlsx_pdca.workbook.notes import UnreadableSummary, changed_notes, read_notes
from xlsx_pdca.workflows.account import Account, account_of
from xlsx_pdca.workflows.collect import dropped_files
from xlsx_pdca.workflows.merge import CONSOLIDATED
from xlsx_pdca.workflows.summary_state import current_notes
from xlsx_pdca.workflows.trouble import Trouble, Weight
from xlsx_pdca.workflows.verify_files import (
    asked_troubles,
    copy_troubles,
    expected_originals,
    issued_troubles,
    original_troubles,
    place_of,
    plan_troubles,
    submissions_of,
    unfounded_troubles,
)
from xlsx_pdca.workflows.verify_ledger import (
    LedgerProof,
    issued_of,
    prove_ledger,
    ticket_troubles,
)

KEPT_BOOKS = "*_置き換え前_*.xlsx"


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what is wrong with it."""

    events: int
    originals: int
    plans: int
    copies: int
    issued: int
    unproved: int
    """Tickets found again without their key: nobody can prove them."""
    notes: int
    received: int
    """Arrivals as counted in the ledger's lines; the account must add up to it."""
    account: Account
    troubles: tuple[Trouble, ...]

    @property
    def adds_up(self) -> bool:
        return sum(self.account.counts.values()) == self.received

    @property
    def worst(self) -> Weight:
        return max((t.weight for t in self.troubles), default=Weight.REMARK)


def verify(folder: RoundFolder) -> Verified:
    """Prove everything that can be proved of a round."""
    proof = prove_ledger(folder)
    ledger = fold(proof.events)
    issues = issued_of(proof.facts)
    commons = tuple(ledger.common_tickets.values())
    taken = submissions_of(ledger)
    plans = frozenset(
        [*(i.plan for i in issues), *(c.plan for c in commons), *(s.plan for s in taken)]
    )
    originals = Archive.of_originals(folder.originals).verify(expected_originals(ledger))
    unproved = ledger.unproved
    troubles = [
        *proof.troubles,
        *_lost_ledger(folder, proof),
        *_lost_settings(folder),
        *original_troubles(folder, ledger, originals),
        *unfounded_troubles(folder, ledger),
        *plan_troubles(folder, plans),
        *_key_troubles(folder, proof, unproved),
        *copy_troubles(folder, ledger),
        *issued_troubles(folder, issues, commons),
        *asked_troubles(folder, ledger),
        *_note_troubles(folder, ledger),
        *_remarks(folder, ledger),
    ]
    return Verified(
        events=proof.lines,
        originals=originals.checked,
        plans=len(plans),
        copies=len(taken),
        issued=len(issues) + len(commons),
        unproved=len(unproved),
        notes=len(current_notes(ledger)),
        received=sum(isinstance(fact, Arrived) for _, fact in proof.facts),
        account=account_of(ledger),
        troubles=tuple(troubles),
    )


def _lost_settings(folder: RoundFolder) -> Iterator[Trouble]:
    """管理簿, without which nothing but this can be done: nobody can make it anew but the officer."""
    if not folder.settings_book.is_file():
        yield Trouble(
            Weight.LOST,
            folder.settings_book.name,
            "管理簿が見つかりません。",
            "バックアップまたは以前のバージョンから元に戻してください。",
        )


def _lost_ledger(folder: RoundFolder, proof: LedgerProof) -> Iterator[Trouble]:
    """A ledger without a line, in a round in which something has happened."""
    if proof.lines or any(t.weight is Weight.LOST for t in proof.troubles):
        return
    if any(folder.received.rglob("*_第*回*.xlsx")) or any(folder.issued.rglob("*.xlsx")):
        remedy = (
            "バックアップまたは以前のバージョンから元に戻してください。"
            "どこにもないときは、rebuild を実行すると、残っているファイルから受付記録を作り直します。"
        )
        place = place_of(folder.events, folder)
        yield Trouble(Weight.LOST, place, "受付記録がないか、空になっています。", remedy)


def _key_troubles(
    folder: RoundFolder, proof: LedgerProof, unproved: frozenset[str]
) -> Iterator[Trouble]:
    where = place_of(folder.key_file, folder)
    try:
        key = folder.key()
    except DamagedKey as damaged:
        yield Trouble(Weight.LOST, where, damaged.found, damaged.remedy)
        return
    issues = issued_of(proof.facts)
    if key is None:
        if issues:
            words = "整理番号の鍵がありません。"
            remedy = "バックアップから元に戻してください。"
            yield Trouble(Weight.LOST, where, words, remedy)
        return
    yield from ticket_troubles(issues, key, where, unproved)


def _note_troubles(folder: RoundFolder, ledger: Ledger) -> Iterator[Trouble]:
    """What the officer wrote into 取りまとめ表 and no merge has booked yet."""
    path = folder.summaries / CONSOLIDATED
    place = place_of(path, folder)
    booked = current_notes(ledger)
    if not path.is_file():
        if booked:
            words = f"取りまとめ表がありません（記録済みの県記入 {len(booked)}件は、受付記録にあります）。"
            yield Trouble(Weight.REMARK, place, words, "merge で作り直せます。")
        return
    try:
        found = read_notes(path.read_bytes(), CONSOLIDATED)
    except UnreadableSummary as unreadable:
        yield Trouble(Weight.TO_MEND, place, unreadable.found, unreadable.remedy)
        return
    except OSError:
        yield Trouble(
            Weight.TO_MEND,
            place,
            "取りまとめ表を読めません。",
            "どなたかが開いていないかを御確認ください。",
        )
        return
    new = changed_notes(found, booked, current_notes(ledger, until=found.number)).notes
    if new:
        words = f"まだ記録していない県記入が {len(new)}件あります。"
        yield Trouble(Weight.REMARK, place, words, "merge を実行すると記録します。")
    if found.number is not None and found.number > ledger.last_event:
        words = f"この表は記録番号{found.number}までを示していますが、受付記録は{ledger.last_event}までしかありません。"
        remedy = "受付記録が以前のものに戻っています。新しいバックアップがないかを御確認ください。"
        yield Trouble(Weight.TO_MEND, place, words, remedy)


def _remarks(folder: RoundFolder, ledger: Ledger) -> Iterator[Trouble]:
    """What is worth knowing and no fault."""
    try:
        waiting = len(dropped_files(folder.drop)) if folder.drop.is_dir() else 0
    except OperatorError:
        waiting = 0
    if waiting:
        words = f"まだ取り込んでいないファイルが {waiting}件あります。"
        yield Trouble(Weight.REMARK, folder.drop.name, words, "receive で取り込みます。")
    for path in sorted(folder.summaries.glob(KEPT_BOOKS)):
        words = "新しい表に引き継げないものがあったため、残してある前の取りまとめ表です。"
        yield Trouble(Weight.REMARK, place_of(path, folder), words)
    for path in sorted(folder.torn_lines):
        words = "停電などで途中で切れ、取り分けた受付記録の行です。"
        yield Trouble(Weight.REMARK, place_of(path, folder), words)
    for booked in ledger.rebuilt:
        words = f"{booked.at:%Y/%m/%d}に{booked.by}さんが、残っていたファイルから作り直した受付記録です。"
        yield Trouble(Weight.REMARK, place_of(folder.events, folder), words, booked.fact.note)
