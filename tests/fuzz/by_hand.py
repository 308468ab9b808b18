"""What people do to the cells of a form: labels changed, rows and columns moved, answers dragged, sheets copied."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from fuzz.desk import Desk, exchange, opened, rename, saved, shift, write
from fuzz.goods import Good, neighbour, plan

_TYPED = (
    "別紙のとおり", "同上", "前回と同じ", "把握していない", "該当なし", "0", 0, 12, 0.285, True, "＝SUM(A1)", "=SUM(A1:A3)",
    "=1/0", "{=A1}", "+1", "-", "@x", "http://example.jp/", "_x000D_", "_x0041_", " ", "　", "\n", "a\r\nb", "\u202eabc",
    "J1-03", "J2-02", "番号", "記入欄", "設問", "1", "2", "氏名", "入退院支援", "看取り", "指標名", "あ" * 3000, "○", "●",
)  # fmt: skip


# -- texts ---------------------------------------------------------------------------------


def printed_changed(desk: Desk) -> None:
    """A printed text changed, emptied or written elsewhere as well."""
    answer = desk.answer()
    cell = desk.random.choice((desk.label_cell, desk.header_cell, desk.code_cell))(answer)
    text = str(cell.value or "")
    cell.value = desk.random.choice(
        (
            None,
            text + "（修正）",
            text[1:],
            text.replace("(", "（"),
            " ".join(text),
            text[::-1],
            "別の設問",
            "1",
        )
    )


def printed_exchanged(desk: Desk) -> None:
    """Two questions, headers or codes exchanged without their answers, or all of one row with all of another."""
    one, other = desk.two(same_row=desk.random.random() < 0.3)
    for which in desk.random.choice(
        (
            (desk.label_cell,),
            (desk.code_cell,),
            (desk.header_cell,),
            (desk.label_cell, desk.code_cell),
            (desk.label_cell, desk.cell),
            (desk.code_cell, desk.cell),
            (desk.label_cell, desk.code_cell, desk.cell),
        )
    ):
        if which(one).coordinate != which(other).coordinate:
            exchange(which(one), which(other))


def printed_repeated(desk: Desk) -> None:
    """A question, header or code written once more somewhere else."""
    one = desk.answer()
    text = desk.random.choice((desk.label_cell, desk.header_cell, desk.code_cell))(one).value
    _, sheet = desk.some_sheet()
    row, column = desk.random.randrange(1, 60), desk.random.choice((1, 2, 4, 6, 12))
    write(sheet, row, column, text)


def typed(desk: Desk) -> None:
    """Something unusual typed into answers."""
    for _ in range(desk.random.choice((1, 1, 3))):
        cell = desk.cell(desk.answer())
        cell.value = desk.random.choice(_TYPED)
        if desk.random.random() < 0.5 and isinstance(cell.value, str):
            cell.data_type = "s"
        if desk.random.random() < 0.2:
            cell.number_format = desk.random.choice(("General", "0%", "yyyy/mm/dd", "@"))


def written_outside(desk: Desk) -> None:
    """Something written where no answer is wanted."""
    _, sheet = desk.some_sheet()
    write(
        sheet,
        desk.random.randrange(1, 60),
        desk.random.randrange(1, 20),
        desk.random.choice(_TYPED),
    )


# -- answers moved -------------------------------------------------------------------------


def dragged(desk: Desk) -> None:
    """An answer cut and dropped on another field, or outside; its own name goes along, as in Excel."""
    one, other = desk.two(same_row=desk.random.random() < 0.5)
    source = desk.cell(one)
    outside = desk.random.random() < 0.3
    row = desk.random.randrange(1, 60) if outside else other.rect.top
    column = desk.random.randrange(4, 16) if outside else other.rect.left
    write(desk.sheet_of(one), row, column, source.value)
    source.value = None
    names = desk.book.defined_names
    if one.ans_name in names and desk.random.random() < 0.8:
        target = f"'{desk.sheet_of(one).title}'!${get_column_letter(column)}${row}"
        names[one.ans_name] = DefinedName(one.ans_name, attr_text=target)
        if not outside:
            names.pop(other.ans_name, None)


def answers_exchanged(desk: Desk) -> None:
    """Two answers, or two whole scenes, in each other's places."""
    one, other = desk.two(same_row=True) if desk.random.random() < 0.7 else desk.two()
    if desk.random.random() < 0.4:
        exchange(desk.cell(one), desk.cell(other))
        return
    with_headers = desk.random.random() < 0.5
    for each in desk.plan.answers:
        if each.sheet == one.sheet and each.header == one.header:
            twins = [
                a
                for a in desk.plan.answers
                if (a.sheet, a.code, a.header) == (one.sheet, each.code, other.header)
            ]
            for twin in twins:
                exchange(desk.cell(each), desk.cell(twin))
    if with_headers and one.header != other.header:
        exchange(desk.header_cell(one), desk.header_cell(other))


def sorted_rows(desk: Desk) -> None:
    """Rows sorted: answers alone, with their numbers, or with their questions too."""
    key, sheet = desk.some_sheet()
    asked = [a for a in desk.plan.answers if a.sheet == key]
    rows = sorted({a.rect.top for a in asked})
    order = rows[:]
    desk.random.shuffle(order)
    first = desk.random.choice((1, 2, 4))
    lines = {
        row: {c: sheet.cell(row, c).value for c in range(first, sheet.max_column + 1)}
        for row in rows
    }
    for row, from_row in zip(rows, order, strict=True):
        for column, value in lines[from_row].items():
            if sheet.cell(row, column).__class__.__name__ != "MergedCell":
                sheet.cell(row, column).value = value


# -- rows, columns, merges -----------------------------------------------------------------


def lines_inserted(desk: Desk) -> None:
    """Rows or columns inserted; names and merges follow, as in Excel, or stay, as some libraries leave them."""
    _, sheet = desk.some_sheet()
    follow, count = desk.random.random() < 0.7, desk.random.choice((1, 1, 2, 3))
    if desk.random.random() < 0.6:
        shift(desk.book, sheet, row=desk.random.randrange(1, 40), by=count, follow=follow)
    else:
        shift(desk.book, sheet, column=desk.random.randrange(1, 12), by=count, follow=follow)


def lines_deleted(desk: Desk) -> None:
    """Rows or columns deleted, their answers with them."""
    _, sheet = desk.some_sheet()
    follow, count = desk.random.random() < 0.7, desk.random.choice((1, 1, 2, 3))
    if desk.random.random() < 0.6:
        shift(desk.book, sheet, row=desk.random.randrange(1, 40), by=-count, follow=follow)
    else:
        shift(desk.book, sheet, column=desk.random.randrange(1, 12), by=-count, follow=follow)


def merged_cells(desk: Desk) -> None:
    """Answers merged with their neighbours, or taken apart."""
    one = desk.answer()
    sheet = desk.sheet_of(one)
    for each in list(sheet.merged_cells.ranges):
        if each.min_row <= one.rect.top + 6 and each.max_row >= one.rect.top:
            sheet.unmerge_cells(str(each))
    if desk.random.random() < 0.8:
        down, right = desk.random.choice(((0, 2), (3, 0), (3, 2), (6, 0), (1, 1)))
        sheet.merge_cells(
            start_row=one.rect.top,
            start_column=one.rect.left,
            end_row=one.rect.top + down,
            end_column=one.rect.left + right,
        )


def hidden_lines(desk: Desk) -> None:
    """Rows, columns or sheets hidden."""
    one = desk.answer()
    sheet = desk.sheet_of(one)
    match desk.random.randrange(3):
        case 0:
            sheet.row_dimensions[one.rect.top].hidden = True
        case 1:
            sheet.column_dimensions[get_column_letter(one.rect.left)].hidden = True
        case _:
            sheet.sheet_state = desk.random.choice(("hidden", "veryHidden"))


# -- sheets --------------------------------------------------------------------------------


def sheet_copied(desk: Desk) -> None:
    """A sheet copied; perhaps one of the two is then changed, emptied, renamed or put first."""
    key, sheet = desk.some_sheet()
    twin = desk.book.copy_worksheet(sheet)
    changed = desk.random.choice((sheet, twin))
    asked = [a for a in desk.plan.answers if a.sheet == key]
    for answer in desk.random.sample(asked, desk.random.choice((0, 1, len(asked)))):
        changed.cell(answer.rect.top, answer.rect.left).value = desk.random.choice(
            (None, "別の答え", None)
        )
    if desk.random.random() < 0.3:
        sheet.title, twin.title = "控え", sheet.title
    if desk.random.random() < 0.3:
        desk.book.move_sheet(twin, -5)


def sheet_renamed(desk: Desk) -> None:
    """Sheets renamed, also after each other."""
    keys = list(dict.fromkeys(a.sheet for a in desk.plan.answers))
    one, other = desk.random.sample([desk.plan.sheet(key).name for key in keys], 2)
    if desk.random.random() < 0.5:
        rename(desk.book, one, "Sheet1")
        return
    rename(desk.book, one, "仮")
    rename(desk.book, other, one)
    rename(desk.book, "仮", other)


def sheet_deleted(desk: Desk) -> None:
    """A sheet gone, also a hidden one."""
    del desk.book[desk.random.choice(desk.book.sheetnames)]


def sheets_joined(desk: Desk) -> None:
    """The contents of one sheet put below or beside another one."""
    (_, one), (_, other) = desk.some_sheet(), desk.some_sheet()
    if one is other:
        one = desk.book.worksheets[0]
    down, right = desk.random.choice(((one.max_row + 2, 0), (0, one.max_column + 1), (70, 0)))
    for row in other.iter_rows():
        for cell in row:
            if cell.value is not None:
                write(one, cell.row + down, cell.column + right, cell.value)
    if desk.random.random() < 0.6:
        del desk.book[other.title]


def sheets_of_neighbour(desk: Desk) -> None:
    """Sheets of another unit's return brought in, or its ticket written into this one."""
    other = opened(neighbour(desk.form).data)
    names = [n for n in other.sheetnames if n in desk.book.sheetnames]
    for name in desk.random.sample(names, desk.random.choice((1, 1, 2))):
        sheet, mine = other[name], desk.book[name]
        if desk.random.random() < 0.5:
            mine = desk.book.create_sheet(f"{name} (2)")
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    write(mine, cell.row, cell.column, cell.value)


def values_pasted(desk: Desk) -> None:
    """The values of all sheets in a new workbook, perhaps moved, perhaps some of them only."""
    old, desk.book = desk.book, Workbook()
    desk.book.remove(desk.book.active)
    down, right = desk.random.choice(((0, 0), (2, 1), (0, 3), (5, 0)))
    for number, sheet in enumerate(s for s in old if s.sheet_state == "visible"):
        if number and desk.random.random() < 0.1:
            continue
        new = desk.book.create_sheet(f"Sheet{number + 1}")
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    pasted = new.cell(cell.row + down, cell.column + right)
                    pasted.value = cell.value
                    if isinstance(cell.value, str) and cell.data_type == "s":
                        pasted.data_type = "s"


# -- proofs and names ----------------------------------------------------------------------


def ticket_changed(desk: Desk) -> None:
    """A ticket altered in one place or everywhere, or taken away."""
    everywhere, pattern = desk.random.random() < 0.5, re.compile("R0801-[A-Z0-9-]{20,40}")
    at = desk.random.randrange(19)
    sign = desk.random.choice("0123456789AR-")
    how = desk.random.choice(
        (
            lambda text: "",
            lambda text: text[: at + 5] + sign + text[at + 6 :],
            lambda text: text.replace("102016-1", "102024-1"),
            lambda text: text[:-1],
            lambda text: text + "X",
            lambda text: text.lower(),
        )
    )
    texts = [
        cell
        for sheet in desk.book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and pattern.search(cell.value)
    ]
    desk.random.shuffle(texts)
    for cell in texts if everywhere else texts[:1]:
        cell.value = pattern.sub(lambda m: how(m[0]), cell.value)
    if everywhere:
        for each in desk.book.custom_doc_props.props:
            each.value = pattern.sub(lambda m: how(m[0]), str(each.value))


def names_deleted(desk: Desk) -> None:
    """Defined names gone: all, the anchors', or a few."""
    names = desk.book.defined_names
    kind = desk.random.choice(("pdca_", "pdca_row", "pdca_col", "pdca_ans", ""))
    found = [name for name in names if name.startswith(kind)]
    for name in found if kind else desk.random.sample(found, min(5, len(found))):
        del names[name]


def names_moved(desk: Desk) -> None:
    """Defined names that point to each other's cells."""
    names = desk.book.defined_names
    kind = desk.random.choice(("pdca_row", "pdca_col", "pdca_ans"))
    found = [name for name in names if name.startswith(kind)]
    if len(found) > 1:
        one, other = desk.random.sample(found, 2)
        here, there = names[one].attr_text, names[other].attr_text
        names[one] = DefinedName(one, attr_text=there)
        names[other] = DefinedName(other, attr_text=here)


_CHANGES: tuple[Callable[[Desk], None], ...] = (
    printed_changed, printed_exchanged, printed_repeated, typed, written_outside, dragged, answers_exchanged,
    sorted_rows, lines_inserted, lines_deleted, merged_cells, hidden_lines, sheet_copied, sheet_renamed,
    sheet_deleted, sheets_joined, sheets_of_neighbour, values_pasted, ticket_changed, names_deleted, names_moved,
)  # fmt: skip


def by_hand(*changes: Callable[[Desk], None]) -> Callable[[Random, Good], bytes]:
    """The changes done one after the other in openpyxl."""

    def broken(random: Random, good: Good) -> bytes:
        desk = Desk(opened(good.data), plan(good.form), random, good.form)
        for change in changes:
            change(desk)
        return saved(desk.book)

    return broken


def two_of_them(random: Random, good: Good) -> bytes:
    """Two different changes in one file, where the form still allows the second."""
    one, other = random.sample(_CHANGES, 2)
    state = random.getstate()
    try:
        return by_hand(one, other)(random, good)
    except (KeyError, AttributeError, ValueError, IndexError):
        random.setstate(state)
        return by_hand(one)(random, good)


KINDS: Mapping[str, Callable[[Random, Good], bytes]] = {
    **{f"hand.{change.__name__}": by_hand(change) for change in _CHANGES},
    "hand.two_of_them": two_of_them,
}
