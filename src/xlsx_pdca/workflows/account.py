"""Every file that ever came, with what became of it: nothing received is without an end, or without someone who decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.ledger import Booked, Ledger


class Fate(StrEnum):
    """Where a received file stands now."""

    MERGED = "取りまとめに入るもの"
    REPLACED = "後から届いた御回答に代わったもの"
    LESSER = "同時に届いた、記入の多い方を採ったもの"
    SAME = "受付済みのものと同じ内容のもの"
    WAITING = "県で取扱いを決めるもの（保留）"
    UNREADABLE = "読み取れないもの（県で取扱いを決める）"
    COPIED = "県で写し、代理入力の元としたもの"
    LAID_ASIDE = "取り扱わないこととしたもの"
    OPENED_LATER = "後でパスワードを伺って開いたもの"
    OPENED = "中のファイルを取り出したもの（メール、zipなど）"
    ATTACHMENT = "添付資料"
    PASSED = "署名の画像など"
    DISPOSED = "処分したもの"


_PLAIN = {
    Outcome.SAME_FILE: Fate.SAME,
    Outcome.SUPERSEDED: Fate.LESSER,
    Outcome.OPENED: Fate.OPENED,
    Outcome.ATTACHMENT: Fate.ATTACHMENT,
    Outcome.PASSED: Fate.PASSED,
    Outcome.DISPOSED: Fate.DISPOSED,
}
TOLD = (Fate.WAITING, Fate.UNREADABLE, Fate.LAID_ASIDE)
"""Fates a person chose, or has to choose: these files are named one by one, with the reason."""


@dataclass(frozen=True)
class AccountLine:
    number: int
    """受付番号."""
    name: str
    fate: Fate
    reason: str = ""


@dataclass(frozen=True)
class Account:
    lines: tuple[AccountLine, ...]

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many of each fate, in the order of `Fate`; fates nobody met are left out."""
        found = Counter(line.fate for line in self.lines)
        return {fate: found[fate] for fate in Fate if fate in found}


def account_of(ledger: Ledger) -> Account:
    """One line for each arrival."""
    return Account(tuple(_lines(ledger)))


def _lines(ledger: Ledger) -> Iterator[AccountLine]:
    for booked in ledger.arrivals:
        fate = _fate(booked, ledger)
        yield AccountLine(booked.seq, booked.fact.name, fate, _reason(booked, fate, ledger))


def _fate(booked: Booked, ledger: Ledger) -> Fate:
    outcome = booked.fact.outcome
    if outcome is Outcome.DISPOSED:
        return Fate.DISPOSED
    taken = ledger.submission_of(booked.seq)
    if taken is not None:
        current = ledger.standing(taken.unit, taken.form).submission
        return Fate.MERGED if current and booked.seq in current.arrivals else Fate.REPLACED
    if booked.seq in ledger.dismissed:
        return Fate.LAID_ASIDE
    if ledger.copied_into(booked.seq):
        return Fate.COPIED
    if outcome is Outcome.REFUSED and not (booked.fact.is_closed and ledger.waits(booked)):
        return Fate.UNREADABLE if ledger.waits(booked) else Fate.OPENED_LATER
    if ledger.came_again(booked):
        return Fate.SAME
    return _PLAIN.get(outcome, Fate.WAITING)


def _reason(booked: Booked, fate: Fate, ledger: Ledger) -> str:
    fact: Arrived = booked.fact
    if fate is Fate.LAID_ASIDE:
        reason: str = ledger.dismissed[booked.seq].fact.reason
        return reason or "理由の記録なし"
    if fate not in TOLD:
        return ""
    titles = dict.fromkeys(f.entry.title for f in fact.findings if f.holds)
    return "、".join(titles) or "提出としたものを取り消した"
