"""Whether the ledger is whole: its chain, the facts in it, what they refer to, and the tickets given out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from xlsx_pdca.event import Event
from xlsx_pdca.facts import (
    Accepted,
    Arrived,
    Asked,
    Corrected,
    Dismissed,
    Disposed,
    Fact,
    Issued,
    MarkedCopy,
    Submitted,
    Undone,
    fact_of,
)
from xlsx_pdca.ledger import Key
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.events import BrokenChain, scan
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.workflows.trouble import Trouble, Weight

_BACKUP = "このファイルは手で直さず、バックアップから元に戻してください。"
_LATER = "この記録を書いた版のプログラムで開いてください。"

Facts = Sequence[tuple[Event, Fact]]


@dataclass(frozen=True)
class LedgerProof:
    """What a ledger says as far as it can be believed."""

    events: tuple[Event, ...]
    """Those whose chain holds and whose meaning is known to this release."""
    facts: tuple[tuple[Event, Fact], ...]
    lines: int
    """Lines whose chain holds."""
    troubles: tuple[Trouble, ...]


def prove_ledger(folder: RoundFolder) -> LedgerProof:
    """Read the ledger as far as its chain holds, and look up everything its facts refer to."""
    name = folder.events.relative_to(folder.root).as_posix()
    troubles: list[Trouble] = []
    events = _chained(folder, name, troubles)
    known: list[Event] = []
    facts: list[tuple[Event, Fact]] = []
    for event in events:
        try:
            fact = fact_of(event)
        except (msgspec.ValidationError, TypeError, ValueError):
            found = f"「{event.type}」の記録を、この版のプログラムでは読み取れません。"
            troubles.append(Trouble(Weight.LOST, _line(name, event.seq), found, _LATER))
            continue
        known.append(event)
        if fact is not None:
            facts.append((event, fact))
    troubles += _unknown_types(name, known)
    troubles += (Trouble(Weight.LOST, _line(name, n), f, _BACKUP) for n, f in _dangling(facts))
    return LedgerProof(tuple(known), tuple(facts), len(events), tuple(troubles))


def _chained(folder: RoundFolder, name: str, troubles: list[Trouble]) -> tuple[Event, ...]:
    data = b""
    if folder.events.exists():
        with told_about(folder.events):
            data = folder.events.read_bytes()
    try:
        found = scan(data, folder.events)
    except BrokenChain as broken:
        place = _line(name, broken.line)
        words = f"{broken.reason}。この行から後の記録は確かめられません。"
        troubles.append(Trouble(Weight.LOST, place, words, _BACKUP))
        whole = b"".join(data.splitlines(keepends=True)[: broken.line - 1])
        return scan(whole, folder.events).events
    if found.torn:
        place = _line(name, found.last_seq + 1)
        words = "最後の行が途中で切れています（停電などで止まった操作です）。"
        remedy = "次に receive などを実行すると、取り分けて続けます。止まった操作が記録されたかを status で御確認ください。"
        troubles.append(Trouble(Weight.TO_MEND, place, words, remedy))
    return found.events


def _unknown_types(name: str, events: Iterable[Event]) -> Iterator[Trouble]:
    unknown = [event for event in events if fact_of(event) is None]
    for kind in dict.fromkeys(event.type for event in unknown):
        first = next(event.seq for event in unknown if event.type == kind)
        words = (
            f"この版のプログラムが知らない種類の記録「{kind}」があります（読み飛ばしています）。"
        )
        yield Trouble(Weight.REMARK, _line(name, first), words, _LATER)


def _line(name: str, number: int) -> str:
    return f"{name} {number}行目"


# -- references ----------------------------------------------------------------------------


def _dangling(facts: Facts) -> Iterator[tuple[int, str]]:
    """(line, what is missing) of every fact that speaks of something the lines before it do not hold."""
    known = _Known()
    for event, fact in facts:
        yield from ((event.seq, words) for words in known.missing(event.seq, fact))
        known.add(event.seq, fact)
    # Parts are booked before what they were taken out of, so these are looked up at the end.
    for event, fact in facts:
        if isinstance(fact, Arrived) and fact.inside and fact.inside not in known.digests:
            yield (
                event.seq,
                f"入っていたはずのメールやzip（{fact.inside[:12]}…）の受付がありません。",
            )


class _Known:
    """What the lines read so far speak of."""

    def __init__(self) -> None:
        self.seqs: set[int] = set()
        self.issues: set[tuple[str, str, int]] = set()
        self.arrivals: dict[int, str] = {}
        self.numbers: set[tuple[str, str, int]] = set()

    @property
    def digests(self) -> frozenset[str]:
        return frozenset(self.arrivals.values())

    def add(self, seq: int, fact: Fact) -> None:
        self.seqs.add(seq)
        match fact:
            case Issued():
                self.issues.add((fact.unit, fact.form, fact.issue))
            case Arrived():
                self.arrivals[seq] = fact.sha256
                if fact.submission is not None:
                    self._take(fact.submission)
            case Submitted():
                self._take(fact)

    def _take(self, taken: Submitted) -> None:
        self.numbers.add((taken.unit, taken.form, taken.number))

    def missing(self, seq: int, fact: Fact) -> Iterator[str]:
        match fact:
            case Arrived(submission=Submitted() as taken):
                yield from self._of_submission(taken)
                if taken.sha256 != fact.sha256:
                    yield "受け付けたファイルと提出のハッシュが食い違っています。"
            case Submitted():
                yield from self._of_submission(fact)
                for arrival, digest in zip(fact.arrivals, fact.originals, strict=True):
                    if self.arrivals.get(arrival) != digest:
                        yield f"提出としたファイル（受付番号{arrival}）の受付がありません。"
            case Accepted() | MarkedCopy() | Asked() | Corrected():
                if (fact.unit, fact.form, fact.number) not in self.numbers:
                    yield f"{fact.unit} の第{fact.number}回の提出がありません。"
            case Dismissed(arrival=arrival) | Disposed(arrival=arrival):
                if arrival not in self.arrivals:
                    yield f"受付番号{arrival}の受付がありません。"
            case Undone(seq=undone):
                if undone not in self.seqs:
                    yield f"取り消した記録番号{undone}がありません。"

    def _of_submission(self, taken: Submitted) -> Iterator[str]:
        if (taken.unit, taken.form, taken.issue) not in self.issues:
            yield f"{taken.unit} の様式（第{taken.issue}版）を作成した記録がありません。"
        if (taken.unit, taken.form, taken.number) in self.numbers:
            yield f"{taken.unit} の第{taken.number}回の提出が、二度記録されています。"


# -- tickets -------------------------------------------------------------------------------


def ticket_troubles(
    issues: Iterable[Issued], key: bytes, where: str, unproved: frozenset[str]
) -> Iterator[Trouble]:
    """Tickets that do not say what was booked with them, or were not made with this round's key."""
    wrong = 0
    for fact in issues:
        place = f"{where} 整理番号 {fact.ticket}"
        (ticket, *_) = (*find_tickets(fact.ticket), None)
        said = (ticket.unit, ticket.issue, ticket.edition) if ticket else ()
        if said != (fact.unit, fact.issue, fact.plan[:6].upper()):
            words = "作成したときの回答単位、版、様式の記録と合いません。"
            yield Trouble(Weight.LOST, place, words, _BACKUP)
        elif ticket and fact.ticket not in unproved and not ticket.is_genuine(key):
            wrong += 1
    if wrong:
        words = f"整理番号 {wrong}件が、この鍵で作られたものではありません。"
        remedy = "別の実施回の鍵で上書きしていないかを御確認のうえ、鍵をバックアップから元に戻してください。"
        yield Trouble(Weight.LOST, where, words, remedy)


def issued_of(facts: Facts) -> tuple[Issued, ...]:
    """Every workbook ever issued, in order."""
    return tuple(fact for _, fact in facts if isinstance(fact, Issued))


def newest_issues(issues: Iterable[Issued]) -> Mapping[Key, Issued]:
    """The workbook that is out now, for each unit and form."""
    return {(fact.unit, fact.form): fact for fact in issues}
