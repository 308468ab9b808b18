"""What tests of outgoing mail share: a writer with real workers, drafts as another library reads them, 名簿 changed by hand."""

from __future__ import annotations

import atexit
import email
import email.policy
import functools
import itertools
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import openpyxl
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from issued_round import BY, NOW, Desk
from xlsx_pdca.letters import Enclosure
from xlsx_pdca.worker import Crew
from xlsx_pdca.workflows.drafts import Drafts, ToWrite, Writer
from xlsx_pdca.workflows.guard import PARSER
from xlsx_pdca.workflows.opening import Opened
from xlsx_pdca.workflows.send import Sendable, Wish, write_requests
from xlsx_pdca.workflows.steps import recent_runs, undo_run


def writer(day: int = 0) -> Writer:
    """Somebody who writes mails so many days after the round was made."""
    words = itertools.count(1)
    at = NOW + timedelta(days=day)
    return Writer(at, BY, lambda: f"chance{day}x{next(words)}", parse=crew().parse_all)


@functools.cache
def crew() -> Crew[Opened]:
    """Real workers, kept for all tests of a run."""
    kept = Crew[Opened](PARSER)
    atexit.register(kept.close)
    return kept


def unsent(desk: Desk) -> Desk:
    """The same round before anything was booked as sent."""
    (run,) = recent_runs(desk.round)
    first, last = run.steps[0].seq, run.steps[-1].seq
    undo_run(desk.round, first, last, "", now=NOW, by=BY)
    return desk


def written(desk: Desk, *units: str, day: int = 0, form: str = "jizen") -> tuple[Drafts, Sendable]:
    """What `send` does."""
    return write_requests(Desk.at(desk.root).round, Wish(frozenset(units), form), writer(day))


def with_copy_of(mine: ToWrite, other: ToWrite) -> ToWrite:
    """One letter that carries another unit's marked copy, booked and named as if it were its own."""
    (book,), (question,), (enclosure,) = mine.books, mine.questions, mine.enclosures
    digest = other.questions[0].sha256
    return replace(
        mine,
        books=(replace(book, sha256=digest),),
        questions=(replace(question, sha256=digest),),
        enclosures=(Enclosure(enclosure.name, other.enclosures[0].data),),
    )


def lying(desk: Desk) -> dict[str, EmailMessage]:
    """Every draft as Python's own mail library reads it."""
    found = {}
    for path in sorted(desk.round.folder.drafts.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        found[path.name] = message
    return found


def names(message: EmailMessage) -> list[str]:
    return [part.get_filename() or "" for part in message.iter_attachments()]


def body(message: EmailMessage) -> str:
    part = message.get_body()
    assert part is not None
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def roster(desk: Desk, **rows: dict[str, str]) -> None:
    """Change 名簿 in a spreadsheet program: `u102016_1={"送付先メール": …}`."""
    path = desk.round.folder.settings_book
    book = openpyxl.load_workbook(path)
    sheet = book["名簿"]
    top, heads = next(
        (n, {str(c): i for i, c in enumerate(row, 1) if c})
        for n, row in enumerate(sheet.iter_rows(values_only=True), 1)
        if "回答単位ID" in row
    )
    column = heads["回答単位ID"]
    ids = {str(sheet.cell(r, column).value): r for r in range(top + 1, sheet.max_row + 1)}
    for key, values in rows.items():
        for head, text in values.items():
            sheet.cell(ids[key[1:].replace("_", "-")], heads[head]).value = text or None
    book.save(path)


def sort_by_the_button(path: Path, head_row: int) -> None:
    """What the filter button of Excel does when rows are sorted downwards: the columns of its range change places, others stay."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    reversed_in(sheet, head_row, CellRange(sheet.auto_filter.ref).max_col)
    book.save(path)


def sort_some_columns(path: Path, head_row: int) -> None:
    """The same with the columns that can be seen only: she marked them, and left the hidden ones."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    hidden = [d.min for d in sheet.column_dimensions.values() if d.hidden]
    reversed_in(sheet, head_row, min(hidden) - 1)
    book.save(path)


def reversed_in(sheet: Worksheet, head_row: int, last_column: int) -> None:
    """The rows below the heads from the last to the first, in these columns."""
    lines = [
        [cell.value for cell in line]
        for line in sheet.iter_rows(min_row=head_row + 1, max_col=last_column)
    ]
    for row, line in enumerate(reversed(lines), head_row + 1):
        for column, value in enumerate(line, 1):
            cell = sheet.cell(row, column)
            cell.value = value
            if cell.data_type == "f":  # a text that begins with = stays one in Excel
                cell.data_type = "s"
