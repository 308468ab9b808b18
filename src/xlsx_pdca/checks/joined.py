"""Partly filled files of several people joined into one reading, answer by answer, on a person's decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from xlsx_pdca.cells import MAX_CELL_UTF16, utf16_length
from xlsx_pdca.checks.content import check_answers
from xlsx_pdca.checks.copies import content
from xlsx_pdca.findings import Finding, Grade, finding
from xlsx_pdca.plan import AnswerPlan, FieldPlan, WorkbookPlan
from xlsx_pdca.reading import Address, answer_label
from xlsx_pdca.submission import Answer, Origin, Reading, State, StrayText
from xlsx_pdca.values import meaning_of_text

PART = "part"
"""Word of a finding's context that holds the 受付番号 of the file it speaks of."""
NOT_CHOSEN, NO_QUESTION = "ARR13", "ARR14"
QUOTES = frozenset({NOT_CHOSEN, NO_QUESTION})
"""Codes of findings that carry a whole text, so that nobody's words are dropped."""
_SAID = frozenset(f"ANS{n:02d}" for n in (*range(1, 12), 13, *range(16, 23), 24, 40, 41))
"""Codes about what the answers say by themselves: they are found anew of the joined answers."""
_REFERS = frozenset(f"ANS{n}" for n in (14, 15, 25, 26, 27, 29))
"""Codes about an answer that points to another place of its own file: they go with that answer."""
_WHO_ANSWERED = frozenset({"department"})
_DAY_OF_ANSWER = "entered_on"
"""Field ids of 所属 and 記入日 in every form that asks for them."""


@dataclass(frozen=True)
class Part:
    """One of the files that are joined."""

    arrival: int
    """受付番号."""
    reading: Reading
    person: str = ""
    """氏名 as typed in it."""

    @property
    def writer(self) -> str:
        """Whose words they are; the number where the file names nobody."""
        return f"{self.person} 様" if self.person else f"受付番号{self.arrival}"

    @cached_property
    def said(self) -> Mapping[Address, Answer]:
        """What it answers, without blanks."""
        return {a.address: a for a in self.reading.answers if a.state is not State.BLANK}

    @cached_property
    def blanks(self) -> Mapping[Address, Answer]:
        """Where it leaves an answer blank."""
        answers = self.reading.answers
        return {a.address: a for a in answers if a.state is State.BLANK and a.cell}


Choices = Mapping[Address, tuple[int, ...]]
"""Answer → 受付番号 of the files whose texts count; several are put one after the other."""


@dataclass(frozen=True)
class Question:
    """One answer of the form with what each file says to it."""

    place: AnswerPlan
    rule: FieldPlan
    said: tuple[tuple[Part, Answer], ...]
    """By receipt; files that leave it blank are not among them."""

    @property
    def variants(self) -> tuple[tuple[Part, Answer], ...]:
        """The first of each different content."""
        found: dict[tuple[str, State], tuple[Part, Answer]] = {}
        for part, answer in self.said:
            found.setdefault(content(answer), (part, answer))
        return tuple(found.values())

    @property
    def differs(self) -> bool:
        return len(self.variants) > 1

    @property
    def usual(self) -> tuple[int, ...]:
        """What needs no decision: everybody's name and office, and the latest day of filling in."""
        if self.rule.field == _DAY_OF_ANSWER:
            return (max(self.variants, key=lambda v: (v[1].value, v[0].arrival))[0].arrival,)
        about_writer = self.rule.personal or self.rule.field in _WHO_ANSWERED
        if about_writer and self.is_joinable:
            return tuple(part.arrival for part, _ in self.variants)
        return ()

    @property
    def needs_decision(self) -> bool:
        return self.differs and not self.usual

    @property
    def is_joinable(self) -> bool:
        """Whether the texts may be put one after the other, and fit into one cell of Excel."""
        parts = [part.arrival for part, _ in self.variants]
        return self.rule.kind.is_text and utf16_length(self.joined_text(parts)) <= MAX_CELL_UTF16

    def joined_text(self, arrivals: Iterable[int]) -> str:
        """The texts of these files, each below a line that names its writer; names and offices in one line."""
        wanted = frozenset(arrivals)
        taken = [(p, a) for p, a in self.variants if p.arrival in wanted]
        if self.rule.personal or self.rule.field in _WHO_ANSWERED:
            return "、".join(answer.raw for _, answer in taken)
        return "\n\n".join(f"〔{part.writer}〕\n{answer.raw}" for part, answer in taken)


@dataclass(frozen=True)
class JoinedReading:
    """What several files say together, and where each answer stands."""

    reading: Reading
    origins: Mapping[Address, tuple[Origin, ...]]
    """Of every answer, a blank one too; several where texts were put one after the other."""


def questions(plan: WorkbookPlan, parts: Sequence[Part]) -> tuple[Question, ...]:
    """Every answer the plan asks for with what the files say, whatever order they are given in."""
    ordered = sorted(parts, key=lambda part: part.arrival)
    return tuple(
        Question(
            place,
            plan.question_of(place),
            tuple((p, p.said[place.address]) for p in ordered if place.address in p.said),
        )
        for place in plan.answers
    )


def join(plan: WorkbookPlan, parts: Sequence[Part], choices: Choices) -> JoinedReading:
    """One reading of several files; every text of theirs stands in its answers or in its findings.

    What only one file answers is taken, what several say alike is taken once, and of what differs that which
    `choices` name; the others' texts become findings. The order of `parts` does not matter.
    """
    ordered = sorted(parts, key=lambda part: part.arrival)
    answers: list[Answer] = []
    origins: dict[Address, tuple[Origin, ...]] = {}
    left: list[Finding] = []
    for asked in questions(plan, ordered):
        taken = _taken(asked, choices) or _blank(asked.place.address, ordered)
        answers.append(_answer(asked, taken))
        if taken:
            origins[asked.place.address] = tuple(
                Origin(part.arrival, answer.sheet, answer.cell) for part, answer in taken
            )
        left += _left(asked, taken, plan)
    findings = (
        *_of_files(ordered, origins),
        *_of_answers(plan, answers, origins, ordered),
        *left,
        *_unasked(plan, ordered),
    )
    return JoinedReading(
        Reading(
            tuple(answers),
            findings,
            strays=tuple(_strays(ordered)),
            losses=tuple(dict.fromkeys(x for part in ordered for x in part.reading.losses)),
            drawings=_drawings(ordered),
            media=_media(ordered),
            suggestions=tuple(
                each
                for part in ordered
                for each in part.reading.suggestions
                if _is_from(part, origins.get(each.address, ()))
            ),
        ),
        origins,
    )


def _taken(asked: Question, choices: Choices) -> tuple[tuple[Part, Answer], ...]:
    """The texts that count; of what nobody decided the newest, for nothing is ever blank that was answered."""
    variants = asked.variants
    if not asked.differs:
        return variants
    chosen = choices.get(asked.place.address, ())
    contents = {content(answer) for part, answer in asked.said if part.arrival in chosen}
    return tuple(v for v in variants if content(v[1]) in contents) or variants[-1:]


def _blank(address: Address, parts: Sequence[Part]) -> tuple[tuple[Part, Answer], ...]:
    """Where an answer is blank that nobody gave: in the newest file that has the place for it."""
    newest = next((part for part in reversed(parts) if address in part.blanks), None)
    return ((newest, newest.blanks[address]),) if newest else ()


def _answer(asked: Question, taken: Sequence[tuple[Part, Answer]]) -> Answer:
    if len(taken) == 1:
        return taken[0][1]
    if not taken:
        return Answer(*asked.place.address, "", "", State.BLANK, "", "")
    text = asked.joined_text(part.arrival for part, _ in taken)
    means = meaning_of_text(text, asked.rule)
    first = taken[0][1]
    return replace(first, raw=means.raw, value=means.value, state=means.state)


def _left(
    asked: Question, taken: Sequence[tuple[Part, Answer]], plan: WorkbookPlan
) -> Iterator[Finding]:
    """A finding for each text that does not count; it carries the text."""
    for part, answer in asked.variants:
        if (part, answer) not in taken:
            yield _told(NOT_CHOSEN, part, answer, answer_label(asked.place, plan))


def _unasked(plan: WorkbookPlan, parts: Sequence[Part]) -> Iterator[Finding]:
    """Answers to questions the newest edition does not ask any more."""
    asked = {place.address for place in plan.answers}
    for part in parts:
        for address, answer in part.said.items():
            if address not in asked:
                yield _told(NO_QUESTION, part, answer, "・".join(x for x in address if x))


def _told(code: str, part: Part, answer: Answer, label: str) -> Finding:
    told = finding(
        code,
        sheet=answer.sheet,
        cell=answer.cell,
        address=answer.address,
        label=label,
        name=part.writer,
        found=answer.raw,
    )
    return _of_part(told, part.arrival)


def _of_part(found: Finding, arrival: int) -> Finding:
    return replace(found, context=(*found.context, (PART, str(arrival))))


def part_of(found: Finding) -> int:
    """受付番号 of the file a finding of a joined reading speaks of; 0 for all of them."""
    return int(dict(found.context).get(PART, "0"))


def _is_from(part: Part, origins: Sequence[Origin]) -> bool:
    """Whether an answer is the text of this file alone."""
    return [origin.arrival for origin in origins] == [part.arrival]


def _of_files(
    parts: Sequence[Part], origins: Mapping[Address, tuple[Origin, ...]]
) -> Iterator[Finding]:
    """What is doubtful about each file itself, and about answers of its that point elsewhere in it."""
    for part in parts:
        for each in part.reading.findings:
            counts = _is_from(part, origins.get(each.address, ()))
            if each.code not in _SAID and (each.code not in _REFERS or counts):
                yield _of_part(each, part.arrival)


def _of_answers(
    plan: WorkbookPlan,
    answers: Sequence[Answer],
    origins: Mapping[Address, tuple[Origin, ...]],
    parts: Sequence[Part],
) -> Iterator[Finding]:
    """What is doubtful about the joined answers; what a file is asked about already is not asked again."""
    asked = {
        each.address
        for part in parts
        for each in part.reading.findings
        if each.field and each.grade is Grade.MUST and each.code not in _SAID | _REFERS
    }
    for each in check_answers(plan, answers, asked):
        origin = origins.get(each.address, ())
        yield _of_part(each, origin[0].arrival) if origin else each


def _media(parts: Sequence[Part]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The pictures of each sheet; one that several files hold once."""
    found: dict[str, Counter[str]] = {}
    for part in parts:
        for sheet, digests in part.reading.media:
            found[sheet] = found.get(sheet, Counter()) | Counter(digests)
    return tuple((sheet, tuple(sorted(counts.elements()))) for sheet, counts in found.items())


def _drawings(parts: Sequence[Part]) -> tuple[tuple[str, int], ...]:
    """How many pictures and shapes a sheet has at least: of shapes nobody knows which ones are the same."""
    pictures = {sheet: len(digests) for sheet, digests in _media(parts)}
    shapes: dict[str, int] = {}
    for part in parts:
        own = {sheet: len(digests) for sheet, digests in part.reading.media}
        for sheet, count in part.reading.drawings:
            shapes[sheet] = max(shapes.get(sheet, 0), count - own.get(sheet, 0))
    return tuple((sheet, count + pictures.get(sheet, 0)) for sheet, count in shapes.items())


def _strays(parts: Sequence[Part]) -> Iterator[StrayText]:
    """What stands beside the answers, the same words in the same place once."""
    seen: set[tuple[str, str, str]] = set()
    for part in parts:
        for stray in part.reading.strays:
            key = (stray.sheet, stray.cell, "".join(stray.text.split()))
            if key not in seen:
                seen.add(key)
                yield stray
