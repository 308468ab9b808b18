"""What only a person does: accept, assign a held file, lay it aside, mark as sent; `steps` takes any of it back."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from xlsx_pdca.errors import UsageError
from xlsx_pdca.facts import Accepted, Arrived, Dismissed, Issued, Submitted, booking
from xlsx_pdca.findings import finding
from xlsx_pdca.ledger import Booked, Key, Ledger, Standing, fold
from xlsx_pdca.rawbook import Refusal
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.submission import Reading
from xlsx_pdca.workflows.copies import restore_copies
from xlsx_pdca.workflows.copy_names import copy_stem, readable_copy
from xlsx_pdca.workflows.decide import REPLACES_ACCEPTED, next_number, takes_place_of_accepted
from xlsx_pdca.workflows.judge import person_of
from xlsx_pdca.workflows.proposals import Proposals, may_be_taken
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.receive import changes_since
from xlsx_pdca.workflows.round import Round


@dataclass(frozen=True)
class Acceptance:
    accepted: tuple[Standing, ...]
    left: tuple[Standing, ...] = ()
    """Not accepted because 必ず確認 is open; a person may still name them one by one."""
    waiting: tuple[Standing, ...] = ()
    """Not accepted because a newer file of theirs waits for a person, who may still name them."""
    already: tuple[Standing, ...] = ()
    """Named, and accepted before."""


def accept(
    round_: Round,
    units: Iterable[str],
    *,
    form: str = "",
    everyone: bool = False,
    now: datetime,
    by: str,
    dry_run: bool = False,
) -> Acceptance:
    """Accept the newest submission of the units named, or of everyone without an open 必ず確認 or a newer held file.

    Naming a unit accepts it whatever is open: the person has decided.
    """
    wanted = set(units)
    with round_.log.writing() as writer:
        ledger = fold(writer.read())
        refuse_unknown(round_, ledger, wanted)
        open_ones = [
            s
            for s in ledger.standings.values()
            if s.submission and not s.is_accepted and (not form or s.form == form)
        ]
        if not everyone:
            _refuse_without_submission(wanted, ledger, form)
        done = _sorted_out(open_ones, ledger, wanted, everyone=everyone)
        done = replace(done, already=_accepted_before(ledger, wanted, form))
        facts = [
            Accepted(s.unit, s.form, s.submission.number) for s in done.accepted if s.submission
        ]
        if not dry_run:
            writer.append([booking(fact, at=now, by=by) for fact in facts])
    return done


def _sorted_out(
    open_ones: Iterable[Standing], ledger: Ledger, wanted: Container[str], *, everyone: bool
) -> Acceptance:
    """Whom to accept and whom to leave of those with a submission not yet accepted."""
    accepted, left, waiting = [], [], []
    for standing in open_ones:
        if standing.unit in wanted:
            accepted.append(standing)
        elif not everyone:
            continue
        elif not _is_clear(standing):
            left.append(standing)
        elif ledger.has_newer_held(standing):
            waiting.append(standing)
        else:
            accepted.append(standing)
    return Acceptance(tuple(accepted), tuple(left), tuple(waiting))


def _accepted_before(ledger: Ledger, wanted: Container[str], form: str) -> tuple[Standing, ...]:
    return tuple(
        s
        for s in ledger.standings.values()
        if s.unit in wanted and s.is_accepted and form in ("", s.form)
    )


def _is_clear(standing: Standing) -> bool:
    return standing.submission is not None and not standing.open_must


def refuse_unknown(round_: Round, ledger: Ledger, wanted: Iterable[str]) -> None:
    """Only units of 名簿, and those that have left it since they were asked."""
    asked = {unit for unit, _ in ledger.standings}
    unknown = sorted(u for u in wanted if round_.unit(u) is None and u not in asked)
    if unknown:
        raise UsageError(
            f"名簿にない回答単位IDです（{'、'.join(unknown)}）。", _ids_meant(round_, unknown)
        )


def _ids_meant(round_: Round, unknown: Iterable[str]) -> str:
    """The ids of units called by name or code; else how ids look."""
    asked = set(unknown)
    meant = [unit for unit in round_.units if asked & {unit.name, unit.code}]
    if meant:
        return "".join(f"{unit.name}のIDは {unit.id} です。" for unit in meant)
    example = f"「{round_.units[0].id}」のような" if round_.units else ""
    return f"名簿にある{example}IDを指定してください（status --list で一覧を表示します）。"


def without(
    wanted: Iterable[str], ledger: Ledger, form: str, has: Callable[[Standing], bool]
) -> list[str]:
    """Those wanted units of which no standing, of the form or of any, has it."""
    having = {s.unit for s in ledger.standings.values() if has(s) and form in ("", s.form)}
    return sorted(set(wanted) - having)


def _refuse_without_submission(wanted: Iterable[str], ledger: Ledger, form: str) -> None:
    if missing := without(wanted, ledger, form, lambda standing: bool(standing.submissions)):
        raise UsageError(
            f"まだ提出がありません（{'、'.join(missing)}）。",
            "「status」で受付の状況を御確認ください。",
        )


def assign(
    round_: Round,
    arrival: int,
    unit: str,
    form: str,
    *,
    now: datetime,
    by: str,
    dry_run: bool = False,
) -> Submitted:
    """Take a held file in as the answer of a unit: what `accept --as` does; `undo` takes it back."""
    with Readings(round_.folder) as readings, round_.log.writing() as writer:
        ledger = fold(writer.read())
        held = held_file(ledger, arrival)
        if not may_be_taken(held.fact):
            raise cannot_be_taken(held.fact)
        submission = _assigned(round_, readings, ledger, held, (unit, form))
        if not dry_run:
            writer.append([booking(submission, at=now, by=by)])
            restore_copies(round_.folder, fold(writer.read()), readings.originals)
    return submission


def held_file(ledger: Ledger, arrival: int) -> Booked:
    """The file that waits under that 受付番号; UsageError names those there are."""
    held = {booked.seq: booked for booked in ledger.held}
    if arrival not in held:
        numbers = "、".join(str(seq) for seq in held)
        raise UsageError(
            f"受付番号{arrival}の保留中のファイルはありません。",
            f"保留中の受付番号は {numbers} です。"
            if held
            else "いま保留中のファイルはありません。",
        )
    return held[arrival]


def refuse_older(ledger: Ledger, held: Booked, key: Key) -> None:
    """An older file never takes the place of a newer one unseen: a person takes the newer one back first."""
    current = ledger.standing(*key).submission
    if current is None or current.arrival <= held.seq:
        return
    raise UsageError(
        f"{key[0]} からは、受付番号{held.seq}のファイルより後に届いたものを、第{current.number}回として受け付けています。",
        "後から届いたものを使うときは、このファイルを --dismiss で取り扱わないこととしてください。"
        "このファイルに替えるときは、先に undo で後の受付を取り消してください。",
    )


def _assigned(
    round_: Round, readings: Readings, ledger: Ledger, held: Booked, key: Key
) -> Submitted:
    refuse_unknown(round_, ledger, [key[0]])
    issue = ledger.standing(*key).issue
    common = ledger.common_of(held.fact.plan) if held.fact.form == key[1] else None
    if issue is None and not (common and key[0] in common.units.values()):
        raise never_issued(key[0])
    refuse_older(ledger, held, key)
    found: Arrived = held.fact
    sent = workbook_of(found, key[1], ledger) or issue
    assert sent is not None
    own = issue.issue if issue else 0
    reading = read_as_sent(found, sent, readings)
    title = readings.plan(sent.plan).title
    number = next_number(ledger, key)
    unit = round_.unit(key[0])
    stem = copy_stem(round_.folder, key[0], unit.name if unit else "", title)
    taken = Submitted(
        sha256=found.sha256,
        unit=key[0],
        form=key[1],
        issue=sent.issue if sent.unit == key[0] else own,
        plan=sent.plan,
        number=number,
        file=readable_copy(stem, number, is_copy=bool(found.read_as)),
        findings=(*reading.findings, *takes_place_of_accepted(ledger, key)),
        person=person_of(reading),
        arrival=held.seq,
        assigned=True,
        read_as=found.read_as,
        evidence=found.evidence,
    )
    more = changes_since(taken, ledger, readings)
    taken = replace(taken, findings=(*taken.findings, *more))
    return _told_against(taken, Proposals.of(round_, ledger), held)


def _told_against(taken: Submitted, proposals: Proposals, held: Booked) -> Submitted:
    """The submission with what speaks against it: a file all of whose proofs name others, and what it takes the place of."""
    key = (taken.unit, taken.form)
    if not (found := proposals.against(held, key)):
        return taken
    name = proposals.register.name_of(taken.unit)
    told = [finding("IDN32", found=found, name=name)]
    rest = taken.findings
    standing = proposals.ledger.standing(*key)
    if standing.is_accepted and (before := standing.submission):
        rest = tuple(each for each in rest if each.code != REPLACES_ACCEPTED)
        file = PurePosixPath(before.file).name
        told.append(finding("ARR44", name=name, other_file=file, count=before.number))
    return replace(taken, findings=(*told, *rest))


def never_issued(unit: str) -> UsageError:
    """Nothing was sent to the unit to which this could be the answer."""
    return UsageError(
        f"{unit} には、この様式を作成していません。",
        "回答単位と様式を御確認ください（status --list で一覧を表示します）。",
    )


def read_as_sent(found: Arrived, sent: Issued, readings: Readings) -> Reading:
    """What a held file answers to the workbook as sent; UsageError where no answer can be in it."""
    reading = readings.reading(found.read_as or found.sha256, sent.plan, sent.slots)
    if isinstance(reading, Refusal):
        raise cannot_be_taken(found)
    if not any(answer.cell for answer in reading.answers):
        title = readings.plan(sent.plan).title
        raise UsageError(
            f"「{found.name}」に、「{title}」の回答欄が一つも見当たりません。",
            "様式が正しいかを御確認ください（--form で指定できます）。",
        )
    return reading


def cannot_be_taken(found: Arrived) -> UsageError:
    """Why a held file is nobody's answer, with what may be done instead."""
    codes = {each.code for each in found.findings}
    remedy = "Excelブック（.xlsx）で改めてお送りいただくよう、お願いしてください。"
    if codes & {"FIL11", "MAI44"}:
        remedy = "中のExcelファイルを取り出して「40_届いたファイル」に入れ、取り込んでください（receive）。"
    elif "MAI01" in codes:
        remedy = "対応が済みましたら、取り扱わないこととしてください（--dismiss 対応済）。"
    elif "IDN09" in codes:
        remedy = "団体ごとのファイルで改めてお送りいただくよう、お願いしてください。"
    elif "IDN01" in codes:
        remedy = "県からお送りした様式への御記入をお願いしてください。"
    return UsageError(f"「{found.name}」は、提出とすることができません。", remedy)


def workbook_of(found: Arrived, form: str, ledger: Ledger) -> Issued | None:
    """The issued workbook a file proves to be made on, of whichever unit: it is read as it was sent."""
    common = ledger.common_of(found.plan) if found.form == form else None
    if common:
        return Issued(
            unit=found.unit,
            form=form,
            issue=found.issue,
            ticket=common.ticket,
            edition=common.edition,
            plan=common.plan,
            file=common.file,
            sha256=common.sha256,
            slots=common.slots,
            deadline=common.deadline,
        )
    issues = ledger.standing(found.unit, form).issues if found.form == form else ()
    return next((b.fact for b in issues if b.fact.issue == found.issue), None)


def dismiss(
    round_: Round,
    arrivals: Sequence[int],
    reason: str,
    *,
    now: datetime,
    by: str,
    dry_run: bool = False,
) -> tuple[Arrived, ...]:
    """Lay held files aside, all of them or none; their bytes stay in the archive."""
    with round_.log.writing() as writer:
        ledger = fold(writer.read())
        held = [held_file(ledger, arrival) for arrival in dict.fromkeys(arrivals)]
        if not dry_run:
            writer.append([booking(Dismissed(b.seq, reason), at=now, by=by) for b in held])
            originals = Archive.of_originals(round_.folder.originals)
            restore_copies(round_.folder, fold(writer.read()), originals)
    return tuple(booked.fact for booked in held)
