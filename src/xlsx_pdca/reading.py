"""RawBook × frozen plan → answers: found by their anchors, never by coordinates, and asked where in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from xlsx_pdca.anchors import Placement, placements
from xlsx_pdca.cells import a1, column_letters, is_blank
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.laid import is_under_picture
from xlsx_pdca.plan import AnswerPlan, FieldPlan, SheetPlan, WorkbookPlan
from xlsx_pdca.rawbook import RawBook, RawCell
from xlsx_pdca.spec import Need
from xlsx_pdca.submission import Answer
from xlsx_pdca.values import BLANK, meaning, raw_text

LONG_LABEL = 30
"""A question longer than this is cut in a sentence…"""
SHORT_LABEL = 22
"""…to so many characters: with its code and its scene about 40."""
Address = tuple[str, str, str]


@dataclass(frozen=True)
class Found:
    """The answers of one file, and where the form's sheets stand in it."""

    answers: tuple[Answer, ...]
    """In the plan's order; one whose anchors are lost is blank and has no cell."""
    findings: tuple[Finding, ...]
    chosen: Mapping[str, Placement]
    """Key of a sheet of the plan → the sheet of the file its answers were read from."""
    copies: frozenset[str]
    """Names of sheets that repeat another one."""
    unsettled: frozenset[Address]
    """Answers a finding already asks about: missing, doubled or moved."""
    sheets: Mapping[str, SheetPlan] = field(default_factory=dict)
    """The sheets of the plan by their keys."""
    swapped: frozenset[str] = frozenset()
    """Keys of sheets whose codes or headers changed places, perhaps without their answers."""

    def cell_of(self, answer: AnswerPlan) -> RawCell | None:
        """Stored cell of an answer, or None when it is blank or lost."""
        placed = self.chosen.get(answer.sheet)
        spot = placed.spot(answer) if placed else None
        return placed.sheet.cells.get(spot) if placed and spot else None

    def is_struck(self, answer: AnswerPlan) -> bool:
        """Whether an answer, or a part of it, is struck through."""
        placed, cell = self.chosen.get(answer.sheet), self.cell_of(answer)
        if placed is None or cell is None or not placed.sheet.struck:  # nearly always
            return False
        return placed.spot(answer) in placed.sheet.struck and not is_blank(cell.text)

    def seen_as(self, answer: AnswerPlan) -> str | None:
        """What is seen where that is another value than is stored; None where it is the same."""
        placed = self.chosen.get(answer.sheet)
        spot = placed.spot(answer) if placed else None
        return placed.sheet.seen_as.get(spot) if placed and spot else None

    def is_picture(self, answer: AnswerPlan) -> bool:
        """Whether a picture stands for an answer: placed in its cell, or laid over it where nothing is written."""
        placed = self.chosen.get(answer.sheet)
        if placed is None or not (placed.sheet.picture_cells or placed.sheet.laid):
            return False
        spot = placed.spot(answer)
        if spot is None:
            return False
        cell = placed.sheet.cells.get(spot)
        is_empty = cell is None or is_blank(cell.text)
        if spot in placed.sheet.picture_cells or not is_empty:
            return spot in placed.sheet.picture_cells
        return is_under_picture(answer.rect, spot, placed.sheet.laid, self.sheets[answer.sheet])


def read_answers(book: RawBook, plan: WorkbookPlan) -> Found:
    """Answers of a file under a plan, by the ladder names → printed codes × headers → asked."""
    chosen: dict[str, Placement] = {}
    findings: list[Finding] = []
    copies: set[str] = set()
    swapped: set[str] = set()
    for key, candidates in placements(book, plan).items():
        asked = plan.asked_on(key)
        if not candidates:
            code = "STR01" if any(_is_required(a, plan) for a in asked) else "STR23"
            findings.append(finding(code, sheet=plan.sheet(key).name))
            continue
        placed, doubts = _pick(candidates, asked, plan)
        chosen[key] = placed
        copies |= {c.sheet.name for c in candidates if c is not placed}
        findings += [*doubts, *_lost(placed, asked)]
        if places := _swapped(placed, asked, book):
            swapped.add(key)
            findings.append(finding("STR21", sheet=placed.sheet.name, places=listed(places)))
    moved = tuple(_moved(book, plan, chosen))
    asked_about = {address for addresses, _ in moved for address in addresses}
    answers = tuple(_answer(*each, chosen, date1904=book.date1904) for each in plan.asked)
    lost = {answer.address for answer in answers if not answer.cell}
    return Found(
        answers,
        (*findings, *(doubt for _, doubt in moved)),
        chosen,
        frozenset(copies),
        frozenset(lost | asked_about),
        {sheet.key: sheet for sheet in plan.sheets},
        frozenset(swapped),
    )


def _is_required(answer: AnswerPlan, plan: WorkbookPlan) -> bool:
    """Whether the answer can be asked for at all."""
    return answer.required and plan.question_of(answer).required.need is not Need.OPTIONAL


def answer_label(answer: AnswerPlan, plan: WorkbookPlan) -> str:
    """How a sentence calls an answer: the question, with its scene or its row of a table.

    A question too long for a sentence is called by its beginning and its printed code.
    """
    label = plan.question_of(answer).label
    if len(label) > LONG_LABEL:
        label = f"{shortened(label, SHORT_LABEL)}［{answer.code}］"
    where = _scene_or_row(answer)
    return f"{label}（{where}）" if where else label


def labels_together(answers: Sequence[AnswerPlan], plan: WorkbookPlan) -> str:
    """How a sentence calls answers to one question, the question named once: 「目的（入退院支援、看取り）」."""
    first = answer_label(answers[0], plan)
    where = _scene_or_row(answers[0])
    if not where:
        return first
    question = first.removesuffix(f"（{where}）")
    return f"{question}（{listed(map(_scene_or_row, answers))}）"


def _scene_or_row(answer: AnswerPlan) -> str:
    """Which of the answers to its question it is; empty where there is only one."""
    if answer.row:
        return answer.row_label or f"{int(answer.row)}行目"
    return answer.header if answer.column else ""


def listed(words: Iterable[str], limit: int = 5) -> str:
    """Words for a sentence: the first few, and how many more there are."""
    each = tuple(words)
    more = f"ほか{len(each) - limit}件" if len(each) > limit else ""
    return "、".join((*each[:limit], *([more] if more else [])))


def _answer(
    answer: AnswerPlan, question: FieldPlan, chosen: Mapping[str, Placement], *, date1904: bool
) -> Answer:
    placed = chosen.get(answer.sheet)
    spot = placed.spot(answer) if placed else None
    if placed is None or spot is None:
        return Answer(*answer.address, BLANK.raw, BLANK.value, BLANK.state, "", "")
    means = meaning(placed.sheet.cells.get(spot), question, date1904=date1904)
    return Answer(
        *answer.address, means.raw, means.value, means.state, placed.sheet.name, a1(*spot)
    )


# -- copies of a sheet ---------------------------------------------------------------------


def _pick(
    candidates: Sequence[Placement], asked: Sequence[AnswerPlan], plan: WorkbookPlan
) -> tuple[Placement, list[Finding]]:
    """The sheet to read: the one that holds all the others say; where they differ a person decides."""
    if len(candidates) == 1:
        return candidates[0], []
    contents = {c.sheet.name: _contents(c, asked) for c in candidates}
    fullest = max(candidates, key=lambda c: len(contents[c.sheet.name]))
    all_said = contents[fullest.sheet.name]
    differing = [
        answer
        for answer in asked
        if any(
            answer.address in said and said[answer.address] != all_said.get(answer.address)
            for said in contents.values()
        )
    ]
    places = listed(f"「{name}」" for name in contents)
    if not differing:
        return fullest, [finding("STR06", places=places)]
    labels = listed(answer_label(answer, plan) for answer in differing)
    return candidates[0], [finding("STR05", places=places, labels=labels)]


def _contents(placed: Placement, asked: Sequence[AnswerPlan]) -> dict[Address, str]:
    """Non-blank stored texts of a sheet by field address."""
    cells = {a.address: placed.sheet.cells.get(spot) for a in asked if (spot := placed.spot(a))}
    texts = {address: raw_text(cell) for address, cell in cells.items() if cell}
    return {address: text for address, text in texts.items() if not is_blank(text)}


# -- anchors that are lost, doubled, or left behind ----------------------------------------


def _lost(placed: Placement, asked: Sequence[AnswerPlan]) -> Iterator[Finding]:
    """At most one finding each for missing rows and columns, doubled anchors, and codes parted from their question."""
    codes = dict.fromkeys(a.code for a in asked if a.code not in placed.rows)
    headers = dict.fromkeys(a.header for a in asked if a.header not in placed.columns)
    for code, missing in (("STR02", codes), ("STR03", headers)):
        labels = [text for text in missing if text not in (*placed.doubled, *placed.parted)]
        if labels:
            yield finding(code, sheet=placed.sheet.name, labels=listed(labels))
    for code, texts in (("STR07", placed.doubled), ("STR20", placed.parted)):
        if texts:
            yield finding(code, sheet=placed.sheet.name, labels=listed(texts))


def _swapped(placed: Placement, asked: Sequence[AnswerPlan], book: RawBook) -> list[str]:
    """Codes and headers that changed places while their defined names did not: contents were sorted or typed anew.

    Whether the answers went with them cannot be seen. Rows and columns moved as such take their names along.
    """
    wanted = {name for a in asked for name in (a.row_name, a.col_name)} & book.names.keys()
    targets = ((name, *book.names[name]) for name in wanted)
    named = {name: to for name, sheet, to in targets if sheet == placed.sheet.name}
    rows = {
        a.code: (named[a.row_name].top, placed.rows[a.code])
        for a in asked
        if a.row_name in named and a.code in placed.rows
    }
    columns = {
        a.header: (named[a.col_name].left, placed.columns[a.header])
        for a in asked
        if a.col_name in named and a.header in placed.columns
    }
    return [
        *(f"「{code}」は{was}行目から{now}行目へ" for code, was, now in _exchanged(rows)),
        *(
            f"「{header}」は{column_letters(was)}列から{column_letters(now)}列へ"
            for header, was, now in _exchanged(columns)
        ),
    ]


def _exchanged(lines: Mapping[str, tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Anchors standing where their names do not, with another one at their names; none while all keep their order."""
    # Some libraries insert rows and leave all names behind: those are stale, and nothing changed places.
    if all(before[1] <= after[1] for before, after in pairwise(sorted(lines.values()))):
        return []
    printed = {now for _, now in lines.values()}
    return [(text, was, now) for text, (was, now) in lines.items() if was != now and was in printed]


def _standing_at(
    sheet: str, place: tuple[int, int], plan: WorkbookPlan, chosen: Mapping[str, Placement]
) -> AnswerPlan | None:
    """The answer whose first cell is a cell of the file."""
    places = ((a, chosen.get(a.sheet)) for a in reversed(plan.answers))
    return next(
        (a for a, at in places if at and at.sheet.name == sheet and at.spot(a) == place), None
    )


def _moved(
    book: RawBook, plan: WorkbookPlan, chosen: Mapping[str, Placement]
) -> Iterator[tuple[tuple[Address, ...], Finding]]:
    """Answers whose own name now points to a text elsewhere: names follow a text that is dragged away.

    Each comes with the fields it asks about: the one that was left, and the one it was dropped on.
    """
    sheets = {sheet.name: sheet for sheet in book.sheets}
    for answer in plan.answers:
        placed, named = chosen.get(answer.sheet), book.names.get(answer.ans_name)
        spot = placed.spot(answer) if placed else None
        if placed is None or spot is None or named is None or named[0] not in sheets:
            continue
        # Where the anchors' own names went stale (some libraries insert rows without them), so did this one.
        if not {answer.code, answer.header} <= placed.by_name:
            continue
        there = (named[1].top, named[1].left)
        text = sheets[named[0]].cells.get(there)
        if (named[0], there) == (placed.sheet.name, spot) or text is None:
            continue
        target = _standing_at(named[0], there, plan, chosen)
        where = f"「{named[0]}」{a1(*there)}"
        yield (
            (answer.address, *([target.address] if target else [])),
            finding(
                "STR04",
                sheet=placed.sheet.name,
                cell=a1(*spot),
                address=answer.address,
                label=answer_label(answer, plan),
                places=f"「{answer_label(target, plan)}」の欄（{where}）" if target else where,
                found=shortened(text.text),
            ),
        )
