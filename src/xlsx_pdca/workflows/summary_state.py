"""What the summary is made of: ledger, 名簿 and readings joined into one frozen input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from xlsx_pdca.cells import visible_name
from xlsx_pdca.checks.joined import QUOTES, JoinedReading
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Arrived, Contacted, Corrected, Joined, Outcome, Submitted
from xlsx_pdca.findings import Finding
from xlsx_pdca.ledger import Booked, Key, Ledger, Standing, Status
from xlsx_pdca.plan import WorkbookPlan, question_id
from xlsx_pdca.points import open_points, points_now
from xlsx_pdca.submission import Answer, Change, Entry, PartFile, Reading
from xlsx_pdca.summary import (
    ArrivalLine,
    ContactLine,
    Correction,
    Note,
    NoteKey,
    Place,
    SummaryInput,
    UnitReturn,
    codes_of,
)
from xlsx_pdca.unit import Unit, UnitKind
from xlsx_pdca.values import meaning_of_text
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workflows.changes import changes_between
from xlsx_pdca.workflows.composed import PlanOf, ReadingOf, composed
from xlsx_pdca.workflows.copies import laid_out
from xlsx_pdca.workflows.proposals import Proposals
from xlsx_pdca.workflows.round import Round


@dataclass(frozen=True)
class Sources:
    """Where readings and plans come from."""

    reading: ReadingOf
    plan: PlanOf


def summary_input(
    round_: Round, ledger: Ledger, sources: Sources, *, now: datetime
) -> SummaryInput:
    """The state of a round as the books show it."""
    units = (*round_.units, *former_units(round_, ledger))
    plans = _plans(round_, ledger, sources.plan)
    joined = _Joined(round_, ledger, sources, plans, now)
    return SummaryInput(
        round=round_.settings.id,
        round_name=round_.settings.name,
        as_of=now,
        places=_places(round_, units),
        units=units,
        plans=plans,
        returns=tuple(joined.returns(units)),
        arrivals=tuple(_arrival(booked, ledger) for booked in ledger.arrivals),
        contacts=tuple(
            ContactLine(b.at, b.fact.unit, b.fact.how, b.by, contact_words(b.fact))
            for b in ledger.contacts
        ),
        notes=current_notes(ledger),
        by_area=round_.settings.by_area,
        last_event=ledger.last_event,
    )


def contact_words(contact: Contacted) -> str:
    """What was said, and until when an answer was promised."""
    until = f"（{wareki(contact.until)}までに御提出の予定）" if contact.until else ""
    return f"{contact.text}{until}"


def current_notes(ledger: Ledger, *, until: int | None = None) -> tuple[Note, ...]:
    """The newest text of every note, in the order in which they were first written; `until` an event's number."""
    found: dict[tuple[NoteKey, str], Note] = {}
    for booked in ledger.notes:
        if until is not None and booked.seq > until:
            break
        fact = booked.fact
        key = NoteKey(fact.sheet, fact.subject, fact.row)
        found[key, fact.column] = Note(key, fact.column, fact.text, fact.digest)
    return tuple(found.values())


def former_units(round_: Round, ledger: Ledger) -> Iterator[Unit]:
    """Units that were asked and have left 名簿 since: what they sent is not lost."""
    known = {unit.id for unit in round_.units}
    for unit_id in sorted({unit for unit, _ in ledger.standings} - known):
        standing = next(s for (unit, _), s in ledger.standings.items() if unit == unit_id)
        if standing.issues or standing.submissions:
            code = unit_id.rpartition("-")[0]
            name = f"{round_.municipality_names([code])[0]}（名簿から削除）"
            own = code if code in round_.codes.by_code else ""
            yield Unit(unit_id, UnitKind.MUNICIPALITY, name, own, (own,) if own else ())


def _places(round_: Round, units: Sequence[Unit]) -> tuple[Place, ...]:
    """Every municipality a unit answers for; its own row says where it belongs."""
    found: dict[str, Unit] = {}
    for unit in sorted(units, key=lambda u: (len(u.covers), u.id)):
        for code in codes_of(unit):
            found.setdefault(code, unit)
    names = dict(zip(found, round_.municipality_names(list(found)), strict=True))
    return tuple(
        Place(code, names[code], unit.area, unit.health_office)
        for code, unit in sorted(found.items())
    )


def _plans(round_: Round, ledger: Ledger, plan_of: PlanOf) -> dict[str, WorkbookPlan]:
    """Every plan that was sent, in the order of the forms and of issue; a form never sent has none."""
    issued: dict[str, dict[str, int]] = {}
    for standing in ledger.standings.values():
        for booked in standing.issues:
            first = issued.setdefault(standing.form, {})
            first[booked.fact.plan] = min(booked.seq, first.get(booked.fact.plan, booked.seq))
    order = [*(f for f in round_.forms if f in issued), *sorted(set(issued) - set(round_.forms))]
    digests = [d for form in order for d, _ in sorted(issued[form].items(), key=lambda i: i[1])]
    return {digest: plan_of(digest) for digest in digests}


@dataclass(frozen=True)
class _Joined:
    round: Round
    ledger: Ledger
    sources: Sources
    plans: Mapping[str, WorkbookPlan]
    now: datetime

    def returns(self, units: Sequence[Unit]) -> Iterator[UnitReturn]:
        """One per unit and form asked, the forms in order."""
        for form in dict.fromkeys(plan.form for plan in self.plans.values()):
            for unit in units:
                standing = self.ledger.standing(unit.id, form)
                if standing.issues or standing.submissions or self._is_asked(unit, form):
                    yield self._return(unit, standing)

    def _is_asked(self, unit: Unit, form: str) -> bool:
        spec = self.round.forms.get(form)
        return spec is not None and self.round.asks(unit, spec)

    def _return(self, unit: Unit, standing: Standing) -> UnitReturn:
        today = self.now.astimezone(JST).date()
        issue = standing.issue
        asked = UnitReturn(
            unit=unit.id,
            form=standing.form,
            status=standing.status(today, exempt=unit.exempt),
            plan=issue.plan if issue else "",
            deadline=standing.deadline,
            held=self._is_held(standing),
        )
        return self._with_submission(asked, standing) if standing.submissions else asked

    def _is_held(self, standing: Standing) -> bool:
        """Only a held file has come that may be theirs: nothing of it enters the books."""
        return (standing.unit, standing.form) in self.held and not standing.submissions

    @cached_property
    def held(self) -> frozenset[Key]:
        """Whose the held files may be, by ticket or by name."""
        proposals = Proposals.of(self.round, self.ledger)
        meant = (each for held in self.ledger.held for each in proposals.for_held(held))
        return frozenset((each.unit, each.form) for each in meant)

    def _with_submission(self, asked: UnitReturn, standing: Standing) -> UnitReturn:
        booked = standing.submissions[-1]
        submitted: Submitted = booked.fact
        said = self._said(submitted)
        reading = said.reading if said else None
        plan = self._plan(submitted)
        return UnitReturn(
            unit=asked.unit,
            form=asked.form,
            status=asked.status,
            plan=submitted.plan,
            deadline=asked.deadline,
            submission=submitted.number,
            received_at=self._received(submitted, booked),
            file=submitted.file,
            sha256=submitted.sha256,
            entry=Entry.PROXY if submitted.evidence else Entry.TYPED,
            entered_by=booked.by if submitted.evidence else submitted.person,
            entered_at=booked.at if submitted.evidence else None,
            evidence=_papers(standing),
            reading=reading,
            findings=(*submitted.findings, *_quotes(said)),
            corrections=tuple(_correction(c, plan, reading) for c in standing.corrected.values()),
            parts=tuple(map(self._part, submitted.joined)),
            origins=said.origins if said else {},
            changes=tuple(self._changes(standing, reading)),
            reply_by=_reply_by(standing, asked.status),
            asked=open_points(points_now(standing)),
        )

    def _said(self, submitted: Submitted) -> JoinedReading | None:
        return composed(submitted, self.ledger, self.sources.reading, self.sources.plan)

    def _plan(self, submitted: Submitted) -> WorkbookPlan:
        return self.plans.get(submitted.plan) or self.sources.plan(submitted.plan)

    @cached_property
    def _arrived(self) -> Mapping[int, Booked]:
        return {booked.seq: booked for booked in self.ledger.arrivals}

    def _received(self, submitted: Submitted, booked: Booked) -> datetime:
        """When it came; for files joined later, when the newest of them did."""
        return self._arrived[submitted.arrival].at if submitted.joined else booked.at

    def _part(self, part: Joined) -> PartFile:
        booked = self._arrived[part.arrival]
        return PartFile(
            arrival=part.arrival,
            file=part.file,
            sha256=part.sha256,
            received_at=booked.at,
            entry=Entry.PROXY if part.evidence else Entry.TYPED,
            entered_by=booked.by if part.evidence else part.person,
            entered_at=booked.at if part.evidence else None,
            evidence=f"受付番号{part.evidence}" if part.evidence else "",
        )

    def _changes(self, standing: Standing, now: Reading | None) -> Iterator[Change]:
        """What the newest submission says otherwise than the one before it."""
        if now is None or len(standing.submissions) < 2:
            return
        *_, before, newest = (booked.fact for booked in standing.submissions)
        said = self._said(before)
        if said is not None:
            editions = (self._plan(newest), self._plan(before))
            yield from changes_between(said.reading, now, editions, since=before.number)


def _papers(standing: Standing) -> str:
    """Papers the newest submission was copied from: one of several pages came in once for each of them."""
    newest = standing.submissions[-1].fact
    same = (b.fact.evidence for b in standing.submissions if b.fact.sha256 == newest.sha256)
    return "、".join(f"受付番号{number}" for number in dict.fromkeys(same) if number)


def _quotes(said: JoinedReading | None) -> Iterator[Finding]:
    """Texts of joined files that were not chosen; they are not booked, for the originals hold them."""
    found = said.reading.findings if said else ()
    return (each for each in found if each.code in QUOTES)


def _correction(booked: Booked, plan: WorkbookPlan, reading: Reading | None) -> Correction:
    """The corrected answer, standing where the returned one stands."""
    fact: Corrected = booked.fact
    address = (fact.field, fact.column, fact.row)
    place = next(a for a in plan.answers if a.address == address)
    meant = meaning_of_text(fact.raw, plan.field(question_id(place)))
    there = next((a for a in reading.answers if a.address == address), None) if reading else None
    answer = Answer(
        *address,
        raw=meant.raw,
        value=meant.value,
        state=meant.state,
        sheet=there.sheet if there else "",
        cell=there.cell if there else "",
    )
    return Correction(answer, by=booked.by, at=booked.at, evidence=fact.how)


def _handled(booked: Booked, ledger: Ledger) -> str:
    """What became of a file until now: a person may have decided since it came."""
    fact: Arrived = booked.fact
    taken, dismissed = ledger.submission_of(booked.seq), ledger.dismissed.get(booked.seq)
    if fact.outcome is Outcome.DISPOSED:
        return fact.outcome.value
    if dismissed is not None:
        return "取り扱わない"
    if taken is not None and taken.joined:
        return "提出として受付（県で合わせたもの）"
    if taken is not None and taken.assigned:
        return "提出として受付（県で指定）"
    if taken is None and ledger.copied_into(booked.seq):
        return "代理入力の根拠（県で写したもの）"
    if fact.is_closed and not ledger.waits(booked):
        return "後でパスワードを伺って開いたもの"
    if ledger.came_again(booked):
        return "同じ内容が改めて届き、そちらを受け付けたもの"
    return fact.words


def _arrival(booked: Booked, ledger: Ledger) -> ArrivalLine:
    fact: Arrived = booked.fact
    taken = ledger.submission_of(booked.seq)
    whose = taken or ledger.copied_into(booked.seq)
    dismissed = ledger.dismissed.get(booked.seq)
    return ArrivalLine(
        received_at=booked.at,
        name=visible_name(fact.name),
        sha256=fact.sha256,
        outcome=_handled(booked, ledger),
        number=booked.seq,
        waits=ledger.waits(booked),
        reason=dismissed.fact.reason if dismissed else "",
        unit=whose.unit if whose else fact.unit,
        form=whose.form if whose else fact.form,
        submission=taken.number if taken else 0,
        source=fact.source,
        file=taken.file_of(booked.seq) if taken else laid_out(booked, ledger),
        size=fact.size,
        letter=ledger.letter_of(booked),
        is_mail=fact.letter is not None,
    )


def _reply_by(standing: Standing, status: Status) -> date | None:
    question = standing.question
    return question.until if question and status is Status.ASKED else None
