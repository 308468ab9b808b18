"""What the answers say: required, number, range, list, length; the same rules as the form's own marks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from xlsx_pdca.cells import count_characters, folded, is_blank
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.plan import STATES_LIST, AnswerPlan, FieldPlan, Mark, Style, WorkbookPlan, per_plan
from xlsx_pdca.pointing import is_dash
from xlsx_pdca.reading import Address, answer_label, labels_together
from xlsx_pdca.spec import FieldKind, Need
from xlsx_pdca.submission import Answer, State
from xlsx_pdca.values import chosen, plain_number

FAR_TOO_LONG = 2
"""An answer beyond so many times its guide length is asked for its gist."""

OWN_WORDS = 12
"""Examples shorter than this, such as 「か所」, are what many will answer and no sign of anything forgotten."""

LIKELY_YEARS = ("2000", "2100")
"""A day outside these years has probably lost or gained a digit."""

_GARBLED = re.compile("[\x00-\x08\x0b-\x1f\ufffd]")
_CHOICES = (FieldKind.CHOICE, FieldKind.MULTIPLE_CHOICE)


def check_answers(
    plan: WorkbookPlan, answers: Sequence[Answer], doubted: Collection[Address] = ()
) -> tuple[Finding, ...]:
    """Findings about what the answers say, in the plan's order; about ticks beside answers last.

    Of `doubted` answers something is asked already: no rule judges what may not be theirs at all.
    """
    by_address = {answer.address: answer for answer in answers}
    judged = by_address.keys() - doubted
    planned = [_Asked(plan, a, q, by_address) for a, q in plan.asked if a.address in judged]
    examples = _own_words(plan)
    said = (_said(asked, examples.get(asked.planned.sheet, frozenset())) for asked in planned)
    beside = (each for each in _beside_ticks(planned) if each.address in judged)
    return (*chain.from_iterable(said), *beside)


def marks(plan: WorkbookPlan, answers: Sequence[Answer]) -> Mapping[Address, Mark]:
    """The sign the form's own formula shows beside each answer."""
    by_address = {answer.address: answer for answer in answers}
    return {a.address: _mark(_Asked(plan, a, q, by_address)) for a, q in plan.asked}


class _Asked:
    """One answer together with what was asked and the answers beside it."""

    def __init__(
        self,
        plan: WorkbookPlan,
        planned: AnswerPlan,
        question: FieldPlan,
        answers: Mapping[Address, Answer],
    ) -> None:
        self.plan, self.planned, self.question, self._answers = plan, planned, question, answers
        self.answer = answers[planned.address]

    @property
    def is_missing(self) -> bool:
        return is_blank(self.answer.raw) and self._is_needed()

    def _is_needed(self) -> bool:
        required = self.question.required
        if not self.planned.required:
            return False
        match required.need:
            case Need.OPTIONAL:
                return False
            case Need.ALWAYS:
                return True
            case Need.UNLESS:
                return is_blank(self.other_raw)
            case Need.IF:
                return self.other_raw.casefold() in {v.casefold() for v in required.values}

    @property
    def other(self) -> Answer | None:
        """The answer a condition looks at: of the same table row, of the same scene, else the single one."""
        name, planned = self.question.required.field, self.planned
        places = ((planned.field, name, planned.row), (name, planned.column, ""), (name, "", ""))
        return next((self._answers[p] for p in places if p in self._answers), None)

    @property
    def tick(self) -> _Asked | None:
        """The choice that spares this answer; None where nothing does."""
        if self.question.required.need is not Need.UNLESS or self.other is None:
            return None
        there = next(each for each in self.plan.asked if each[0].address == self.other.address)
        tick = _Asked(self.plan, *there, self._answers)
        return tick if tick.question.kind in _CHOICES else None

    @property
    def options(self) -> str:
        """The choices there are, as a sentence names them."""
        named = "".join(f"「{option}」" for option in self.question.options)
        return named if len(self.question.options) == 1 else f"{named}のいずれか"

    @property
    def is_chosen(self) -> bool:
        """Whether one of the choices was taken; what stands there otherwise is asked about by itself."""
        question, answer = self.question, self.answer
        if is_blank(answer.raw) or answer.state is not State.FILLED:
            return False
        chosen_ones = chosen(answer.raw, question.options)
        return question.free_choice or any(each in question.options for each in chosen_ones)

    @property
    def other_raw(self) -> str:
        return self.other.raw if self.other else ""

    def finding(self, code: str, **context: str | int) -> Finding:
        answer = self.answer
        context.setdefault("label", answer_label(self.planned, self.plan))
        if "found" in context:
            context["found"] = shortened(str(context["found"]))
        return finding(
            code,
            sheet=answer.sheet,
            cell=answer.cell,
            address=answer.address,
            **context,
        )


def _mark(asked: _Asked) -> Mark:
    raw, question = asked.answer.raw, asked.question
    if is_blank(raw):
        return Mark.MISSING if asked.is_missing else Mark.NOTHING
    words = {
        word.casefold()
        for each in asked.plan.lists
        if each.name == STATES_LIST
        for word in each.values
    }
    if raw.casefold() in words:
        return Mark.FILLED
    doubtful = False
    if question.kind.is_number:
        number = plain_number(raw, question.endings)
        doubtful = number is None or _number_doubt(number, question) != ""
    elif question.kind is FieldKind.CHOICE and not question.free_choice:
        doubtful = raw.casefold() not in {option.casefold() for option in question.options}
    return Mark.DOUBTFUL if doubtful else Mark.FILLED


def _said(asked: _Asked, own_words: frozenset[str]) -> Iterator[Finding]:
    answer, question = asked.answer, asked.question
    if is_blank(answer.raw):
        if asked.is_missing:
            yield _missing(asked)
        return
    if answer.state in (State.FILLED, State.ZERO):
        yield from _by_kind(asked)
    if question.kind.is_text and folded(answer.raw) in own_words:
        yield asked.finding("ANS10")
    if _is_garbled(answer.raw):
        yield asked.finding("ANS13", found=answer.raw)
    if answer.state is State.NONE and is_dash(answer.raw):
        # Where the form shows △ beside it, a dash may as well mean 0, or that nobody knows.
        doubtful = _mark(asked) is Mark.DOUBTFUL
        yield asked.finding("ANS40" if doubtful else "ANS24", found=answer.raw)


def _beside_ticks(planned: Sequence[_Asked]) -> Iterator[Finding]:
    """Answers beside a tick such as 「まだ検討していない」 that would have made them superfluous.

    One finding for all scenes of a question, at the first tick: there is nothing else to take away.
    """
    found: dict[tuple[str, str], list[tuple[_Asked, _Asked]]] = {}
    for asked in planned:
        tick = None if is_blank(asked.answer.raw) else asked.tick
        if tick and tick.is_chosen:
            key = (tick.planned.field, asked.planned.field)
            found.setdefault(key, []).append((tick, asked))
    for pairs in found.values():
        ticks, answers = zip(*pairs, strict=True)
        said = dict.fromkeys(tick.answer.raw.strip() for tick in ticks)
        yield ticks[0].finding(
            "ANS11",
            label=labels_together([asked.planned for asked in answers], ticks[0].plan),
            other_name=labels_together([tick.planned for tick in ticks], ticks[0].plan),
            found="」「".join(said),
        )


def _missing(asked: _Asked) -> Finding:
    """A required answer that is blank, with the way out the form itself offers."""
    if tick := asked.tick:
        name = answer_label(tick.planned, tick.plan)
        return asked.finding("ANS22", other_name=name, options=tick.options)
    # Of a name, a day or a number nobody would say that it does not apply.
    return asked.finding("ANS01" if asked.question.kind is FieldKind.LONG_TEXT else "ANS20")


def _by_kind(asked: _Asked) -> Iterator[Finding]:
    answer, question = asked.answer, asked.question
    match question.kind:
        case FieldKind.TEXT | FieldKind.LONG_TEXT:
            yield from _length(asked)
        case FieldKind.INTEGER | FieldKind.DECIMAL | FieldKind.PERCENT:
            yield from _number(asked)
        case FieldKind.CHOICE | FieldKind.MULTIPLE_CHOICE:
            yield from _choice(asked)
        case FieldKind.DATE if not answer.value:
            yield asked.finding("ANS07", found=answer.raw)
        case FieldKind.DATE if not LIKELY_YEARS[0] <= answer.value[:4] <= LIKELY_YEARS[1]:
            yield asked.finding("ANS19", found=answer.raw)
        case FieldKind.FISCAL_YEAR if not answer.value:
            yield asked.finding("ANS08", found=answer.raw)


def _length(asked: _Asked) -> Iterator[Finding]:
    length, guide = count_characters(asked.answer.raw), asked.question.guide
    if guide and length > guide:
        code = "ANS02" if length > FAR_TOO_LONG * guide else "ANS03"
        yield asked.finding(code, length=length, guide=guide)


def _number(asked: _Asked) -> Iterator[Finding]:
    answer, question = asked.answer, asked.question
    if not answer.value:
        yield asked.finding("ANS04", found=answer.raw)
        return
    decimals = 0 if question.kind is FieldKind.INTEGER else question.decimals
    _, _, places = answer.value.partition(".")
    if code := _number_doubt(Decimal(answer.value), question):
        context = {"range": _range_words(question)} if code == "ANS05" else {}
        yield asked.finding(code, found=_as_seen(answer), **context)
    elif len(places) > decimals > 0:
        yield asked.finding("ANS06", found=_as_seen(answer), decimals=decimals)


def _as_seen(answer: Answer) -> str:
    """A number as its sender saw it: under a percent format a hundred times what is stored."""
    stored = plain_number(answer.raw, ())
    is_percent = stored and Decimal(answer.value) == stored * 100
    return f"{answer.value}%" if is_percent else answer.raw


def _number_doubt(number: Decimal, question: FieldPlan) -> str:
    """Code of the finding about a number that hardly fits its question; the form shows △ for the same ones."""
    if not _is_within(number, question):
        return "ANS05"
    if question.kind is FieldKind.INTEGER and number != number.to_integral_value():
        return "ANS17"
    if question.kind is FieldKind.PERCENT and 0 < number < 1:
        return "ANS18"
    return ""


def _is_within(number: Decimal, question: FieldPlan) -> bool:
    low, high = question.minimum, question.maximum
    return (low is None or number >= low) and (high is None or number <= high)


def _range_words(question: FieldPlan) -> str:
    low, high = question.minimum, question.maximum
    low_words = f"{low:,f}{question.unit}以上" if low is not None else ""
    high_words = f"{high:,f}{question.unit}以下" if high is not None else ""
    return low_words + high_words


def _choice(asked: _Asked) -> Iterator[Finding]:
    answer, question = asked.answer, asked.question
    if question.free_choice:
        return
    options = "、".join(question.options)
    if question.kind is FieldKind.CHOICE:
        if answer.value not in question.options:
            code = "ANS41" if len(question.options) == 1 else "ANS09"
            yield asked.finding(code, found=answer.raw, options=options)
        return
    unlisted = [
        part for part in chosen(answer.raw, question.options) if part not in question.options
    ]
    if unlisted:
        yield asked.finding("ANS16", found="、".join(unlisted), options=options)


def _is_garbled(text: str) -> bool:
    return _GARBLED.search(text) is not None


@per_plan
def _own_words(plan: WorkbookPlan) -> Mapping[str, frozenset[str]]:
    """Per sheet the folded hints and examples the form prints: an answer equal to one was forgotten there."""
    styles = (Style.HINT, Style.NOTE, Style.LEAD, Style.LABEL)
    return {
        sheet.key: frozenset(
            folded(words)
            for cell in sheet.cells
            if cell.style in styles
            for part in cell.text.split("　")
            for words in (cell.text, part, part.removeprefix("例："))
            if len(folded(words)) >= OWN_WORDS
        )
        for sheet in plan.sheets
    }
