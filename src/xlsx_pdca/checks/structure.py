"""The cells of the answers and the sheets around them: what a program or a hand did to the form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from xlsx_pdca.anchors import Placement, searched_sheets
from xlsx_pdca.cells import a1, is_blank
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.own_marks import cover_sheets, replies, without_ours
from xlsx_pdca.plan import HIDDEN_SHEET, TICKET_PROPERTY, AnswerPlan, WorkbookPlan
from xlsx_pdca.rawbook import CellType, NumberLook, RawBook, RawCell, RawSheet
from xlsx_pdca.reading import Found, answer_label, listed
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import StrayText
from xlsx_pdca.values import raw_text

_OTHER_BOOK = re.compile(r"(?:^|[^\w\]])(?:'[^']*)?\[[0-9]+\]")
"""A reference into another workbook, by its number in the list of links."""
_QUOTED = re.compile('"[^"]*"')

_BY_LOOK = {NumberLook.PLAIN: "ANS23", NumberLook.DURATION: "ANS30"}

MAX_REMARKS = 200
"""Comments and texts of shapes kept per file; the file itself is kept whole."""

MAX_REPLIES = 100
"""Replies told one by one per file."""

_SHOWN, _ALL_LISTED = 20, 30
_REPLY_SHOWN = 200


def check_cells(book: RawBook, plan: WorkbookPlan, found: Found) -> Iterator[Finding]:
    """Findings about how single answers are stored."""
    for answer in plan.answers:
        cell = found.cell_of(answer)
        if found.is_picture(answer):
            yield _of(answer, "STR30", plan, found)
        elif cell is not None:
            yield from _stored(answer, cell, plan, found, date1904=book.date1904)


def check_sheets(book: RawBook, plan: WorkbookPlan, found: Found) -> Iterator[Finding]:
    """Findings about whole sheets."""
    for key, placed in found.chosen.items():
        asked = plan.asked_on(key)
        yield from _hidden(placed, asked, plan, found)
        yield from _merged(placed, asked, plan)
    yield from _disagreements(book, plan, found)
    yield from _read_by_one(book, plan, found)
    for sheet in searched_sheets(book, plan):
        if remarks := _remarks_of(sheet):
            yield finding("STR17", sheet=sheet.name, count=len(remarks))
    for sheet in cover_sheets(book):
        yield from _answered(book, sheet)


def remarks(book: RawBook, plan: WorkbookPlan) -> tuple[StrayText, ...]:
    """Texts of comments and shapes, and replies on the first sheet of a marked copy: kept like all the sender wrote."""
    texts = [text for sheet in searched_sheets(book, plan) for text in _remarks_of(sheet)]
    answered = [text for sheet in cover_sheets(book) for text in _replies_on(book, sheet)]
    return tuple((*answered, *texts)[:MAX_REMARKS])


def losses(book: RawBook, plan: WorkbookPlan, found: Found) -> tuple[str, ...]:
    """What a re-saving program or a hand took away without touching an answer; recorded, never a finding."""
    if book.read_by_one:  # nothing of this can be seen by that library, so nobody knows
        return ()
    sheets = {sheet.name for sheet in book.sheets}
    unprotected = [
        placed.sheet.name
        for key, placed in found.chosen.items()
        if plan.sheet(key).protected and not placed.sheet.protected
    ]
    names = sum(named.name not in book.names for named in plan.names)
    lost = (
        ("管理用シート", HIDDEN_SHEET not in sheets),
        ("選択肢のシート", bool(plan.lists) and plan.list_sheet not in sheets),
        ("文書プロパティ", TICKET_PROPERTY not in book.properties),
        (f"名前の定義 {names}件", names > 0),
        (f"シートの保護（{'、'.join(unprotected)}）", bool(unprotected)),
        ("ブックの保護", not book.structure_locked),
    )
    return tuple(words for words, gone in lost if gone)


# -- single answers ------------------------------------------------------------------------


def _stored(
    answer: AnswerPlan, cell: RawCell, plan: WorkbookPlan, found: Found, *, date1904: bool
) -> Iterator[Finding]:
    is_scaled = cell.look is NumberLook.SCALED
    is_plain = cell.type is CellType.TEXT and cell.formula is None and not is_scaled
    if is_plain and not found.is_struck(answer):
        return  # nearly every answer
    shown = shortened(raw_text(cell, date1904=date1904))
    if cell.type is CellType.ERROR:
        yield _of(answer, "STR11", plan, found, found=shown)
    elif cell.formula is not None and is_blank(cell.text):
        yield _of(answer, "STR13", plan, found)
    elif cell.formula is not None:
        code = "STR32" if _OTHER_BOOK.search(_QUOTED.sub("", cell.formula)) else "STR12"
        yield _of(answer, code, plan, found, found=shown)
    if found.is_struck(answer):
        yield _of(answer, "STR52", plan, found, found=shown)
    if is_scaled:
        code = "STR51" if cell.type is CellType.NUMBER else "STR53"
        seen = shortened(found.seen_as(answer) or "")
        words = f"「{seen}」" if seen else "空欄"
        yield _of(answer, code, plan, found, found=shown, shown=words)
    elif code := _converted(cell, plan.question_of(answer).kind):
        yield _of(answer, code, plan, found, found=shown)


def _converted(cell: RawCell, kind: FieldKind) -> str:
    """Code of the finding about a value that a program may have made of the text that was typed."""
    if cell.type is CellType.BOOLEAN:
        return "ANS12" if kind.is_text else ""
    if cell.type is not CellType.NUMBER:
        return ""
    # A cell in text format shows a number as it was typed.
    if not kind.is_text or cell.look is NumberLook.TEXT:
        return ""
    return _BY_LOOK.get(cell.look, "ANS12")


def _of(
    answer: AnswerPlan, code: str, plan: WorkbookPlan, located: Found, **context: str | int
) -> Finding:
    placed = located.chosen[answer.sheet]
    spot = placed.spot(answer)
    return finding(
        code,
        sheet=placed.sheet.name,
        cell=a1(*spot) if spot else "",
        address=answer.address,
        label=answer_label(answer, plan),
        **context,
    )


# -- whole sheets --------------------------------------------------------------------------


def _hidden(
    placed: Placement, asked: Sequence[AnswerPlan], plan: WorkbookPlan, found: Found
) -> Iterator[Finding]:
    """Answers a person does not see when opening the file."""
    sheet = placed.sheet
    if sheet.state != "visible":
        yield finding("STR16", sheet=sheet.name, labels="シート全体")
        return
    if not (sheet.hidden_rows or sheet.hidden_columns):
        return
    hidden = [
        answer
        for answer in asked
        if (spot := placed.spot(answer))
        and (spot[0] in sheet.hidden_rows or spot[1] in sheet.hidden_columns)
        and found.cell_of(answer) is not None
    ]
    if hidden:
        labels = listed(answer_label(answer, plan) for answer in hidden)
        yield finding("STR16", sheet=sheet.name, labels=labels)


def _merged(
    placed: Placement, asked: Sequence[AnswerPlan], plan: WorkbookPlan
) -> Iterator[Finding]:
    """Answers that were merged into another cell: only the first of them is seen."""
    spots = {spot: answer for answer in asked if (spot := placed.spot(answer))}
    columns = {column for _, column in spots}
    swallowed = [
        spots[row, column]
        for merge in placed.sheet.merges
        for column in columns
        if merge.left <= column <= merge.right
        for row in range(merge.top, min(merge.bottom, placed.last_row) + 1)
        if (row, column) in spots and (row, column) != (merge.top, merge.left)
    ]
    if swallowed:
        labels = listed(answer_label(answer, plan) for answer in swallowed)
        yield finding("STR19", sheet=placed.sheet.name, labels=labels)


def _disagreements(book: RawBook, plan: WorkbookPlan, found: Found) -> Iterator[Finding]:
    """Answer cells in which the second reader reads something else, and sheets it did not read."""
    if not book.disagreements:
        return
    answers = {
        (placed.sheet.name, a1(*spot))
        for answer in plan.answers
        if (placed := found.chosen.get(answer.sheet)) and (spot := placed.spot(answer))
    }
    places = [f"「{s}」{cell}" for s, cell, _, _ in book.disagreements if (s, cell) in answers]
    if places:
        yield finding("STR14", places=listed(places))
    answered = dict.fromkeys(placed.sheet.name for placed in found.chosen.values())
    unread = {sheet for sheet, cell, _, _ in book.disagreements if not cell}
    # The whole book, where no sheet is named.
    if once := [sheet for sheet in answered if unread & {sheet, ""}]:
        yield finding("STR22", places=listed(f"「{sheet}」" for sheet in once))


def _read_by_one(book: RawBook, plan: WorkbookPlan, found: Found) -> Iterator[Finding]:
    """What only one library read: it may take a percentage for a number, and tells nothing of how cells look."""
    if not book.read_by_one:
        return
    answers = {answer.address: answer for answer in found.answers}
    doubtful = [
        f"{answer_label(answer, plan)}「{shortened(raw, _SHOWN)}」"
        for answer in plan.answers
        if not is_blank(raw := answers[answer.address].raw)
        and _is_number_or_date(answer, plan, found)
    ]
    if doubtful:
        yield finding("FIL12", labels=listed(doubtful, limit=_ALL_LISTED))
    if any(not is_blank(answer.raw) for answer in found.answers):
        yield finding("FIL45")


def _is_number_or_date(answer: AnswerPlan, plan: WorkbookPlan, found: Found) -> bool:
    kind, cell = plan.question_of(answer).kind, found.cell_of(answer)
    stored = cell is not None and cell.type in (CellType.NUMBER, CellType.BOOLEAN)
    return stored or kind.is_number or kind in (FieldKind.DATE, FieldKind.FISCAL_YEAR)


def _remarks_of(sheet: RawSheet) -> tuple[StrayText, ...]:
    comments = [
        StrayText(sheet.name, a1(row, column), without_ours(text))
        for row, column, text in sheet.comments
    ]
    shapes = [StrayText(sheet.name, "", text) for text in sheet.drawing_texts]
    return tuple(each for each in (*comments, *shapes) if not is_blank(each.text))


def _answered(book: RawBook, cover: RawSheet) -> Iterator[Finding]:
    """Each reply beside a point with its words, for it may settle the point; the rest as a number."""
    beside = [r for r in replies(book) if r.sheet == cover.name and r.number][:MAX_REPLIES]
    for each in beside:
        said = shortened(each.text, _REPLY_SHOWN)
        yield finding("STR61", sheet=each.sheet, cell=each.cell, number=each.number, found=said)
    if others := len(_replies_on(book, cover)) - len(beside):
        yield finding("STR60", sheet=cover.name, count=others)


def _replies_on(book: RawBook, cover: RawSheet) -> tuple[StrayText, ...]:
    """What was written on the first sheet of a marked copy, and into comments and shapes there."""
    here = [StrayText(r.sheet, r.cell, r.text) for r in replies(book) if r.sheet == cover.name]
    return (*here, *_remarks_of(cover))
