"""受領のお知らせ: a short mail when a return was accepted, with what the prefecture corrected on their behalf."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsx_pdca.addressees import Addressee, address_faults, addressees_of
from xlsx_pdca.facts import Corrected, MailedBook
from xlsx_pdca.ledger import Key, Ledger, Standing
from xlsx_pdca.letters import Occasion
from xlsx_pdca.mailings import Mailing
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.reading import answer_label
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workflows.drafts import Drafts, ToWrite, Writer, write_drafts
from xlsx_pdca.workflows.orders import raise_if_any
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.wording import Task

CORRECTED = "次の点は、お電話などで伺った内容により、県で補正して受け付けました。相違がありましたら、お知らせください。"
_LONGEST = 200
"""Characters of a corrected answer shown in the mail."""


@dataclass(frozen=True)
class Receipts:
    drafts: Drafts
    without_address: tuple[Unit, ...] = ()


def write_receipts(round_: Round, keys: Collection[Key], writer: Writer) -> Receipts:
    """Drafts for the newest submissions of these units and forms; one that went out already is not written again."""
    lost: list[Unit] = []

    def choose(ledger: Ledger, known: Sequence[Mailing]) -> Sequence[ToWrite]:
        found = tuple(_due(round_, ledger, known, keys))
        lost.extend(u for s in found if (u := round_.unit(s.unit)) and not u.to)
        return _letters(round_, ledger, [s for s in found if _reached(round_, s)])

    drafts = write_drafts(round_, choose, writer)
    return Receipts(drafts, tuple(dict.fromkeys(lost)))


def _due(
    round_: Round, ledger: Ledger, known: Sequence[Mailing], keys: Collection[Key]
) -> Iterator[Standing]:
    gone = {
        (book.unit, book.form, book.number)
        for mailing in known
        if mailing.fact.occasion == Occasion.RECEIPT and (mailing.is_sent or mailing.is_uncertain)
        for book in mailing.fact.books
    }
    for unit in round_.units:
        for form in round_.titles:
            standing = ledger.standing(unit.id, form)
            told = standing.submission
            if (unit.id, form) in keys and told and (unit.id, form, told.number) not in gone:
                yield standing


def _reached(round_: Round, standing: Standing) -> bool:
    unit = round_.unit(standing.unit)
    return unit is not None and bool(unit.to)


def _letters(round_: Round, ledger: Ledger, due: Sequence[Standing]) -> list[ToWrite]:
    named = {standing.unit for standing in due}
    rows = [unit for unit in round_.units if not unit.exempt or unit.id in named]
    raise_if_any(address_faults(rows, round_.folder.settings_book.name, round_.settings.mail))
    owner = {u.id: each for each in addressees_of(round_.units) for u in each.units}
    groups: dict[Addressee, list[Standing]] = {}
    for standing in due:
        groups.setdefault(owner[standing.unit], []).append(standing)
    return [_letter(round_, ledger, to, group) for to, group in groups.items()]


def _letter(round_: Round, ledger: Ledger, to: Addressee, group: Sequence[Standing]) -> ToWrite:
    return ToWrite(
        occasion=Occasion.RECEIPT,
        addressee=to,
        tasks=tuple(_task(round_, standing) for standing in group),
        books=tuple(
            MailedBook(s.unit, s.form, s.submission.issue, number=s.submission.number)
            for s in group
            if s.submission
        ),
        fields=_fields(round_, ledger, to, group),
        with_materials=False,
    )


def _task(round_: Round, standing: Standing) -> Task:
    unit, issued = round_.unit(standing.unit), standing.issue
    assert unit is not None
    code = find_tickets(issued.ticket)[0].short if issued else ""
    title = round_.titles.get(standing.form, standing.form)
    return Task(unit, standing.form, title, None, "", code)


def _fields(
    round_: Round, ledger: Ledger, to: Addressee, group: Sequence[Standing]
) -> Mapping[str, str]:
    arrived = {booked.seq: booked.at.date() for booked in ledger.arrivals}
    days = {arrived[s.submission.arrival] for s in group if s.submission}
    lines = [line for s in group for line in _corrections(round_, to, s)]
    words = "\n".join((CORRECTED, *lines, "")) if lines else ""
    return {"受領日": "、".join(map(wareki, sorted(days))), "補正": words}


def _corrections(round_: Round, to: Addressee, standing: Standing) -> Iterator[str]:
    """Each corrected answer once, as it counts now."""
    told = standing.submission
    assert told is not None
    facts: dict[tuple[str, str, str], Corrected] = {
        address: booked.fact for address, booked in standing.corrected.items()
    }
    if not facts:
        return
    plan = WorkbookPlan.from_json(round_.plans.get(told.plan))
    places = {answer.address: answer for answer in plan.answers}
    unit = round_.unit(standing.unit)
    whose = f"{unit.name}　" if unit and len(to.units) > 1 else ""
    for address, fact in facts.items():
        if address in places:
            text = " ".join(fact.raw.split())
            shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
            yield f"・{whose}{answer_label(places[address], plan)}：{shown or '（空欄）'}"
