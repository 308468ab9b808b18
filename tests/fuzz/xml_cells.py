"""XML of cells broken: references, indexes, types, styles, values, merges and rows that say something else."""

from __future__ import annotations

import re
from random import Random

from lxml import etree

Tree = etree._Element
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
VALUES = (
    "",
    "0",
    "1",
    "-1",
    "2",
    "7",
    "999999",
    "99999999999",
    "1.0",
    " 3",
    "x",
    "A1",
    "true",
    "１",
    "1e3",
    "NaN",
)
TEXTS = (
    "", " ", "1", "99999", "0.5", "1e999", "9" * 400, "NaN", "TRUE", "#REF!", "=1+1", "_x000D_", "_x0041_",
    "別の答え", "\u202e答え", "2026-10-01", "-", "１２", "1,2", "\ufffd",
)  # fmt: skip


def cells(root: Tree, *, filled: bool = True) -> list[Tree]:
    cells = root.iter(f"{MAIN}c")
    return [cell for cell in cells if not filled or len(cell)]


def some_cell(random: Random, root: Tree, *, filled: bool = True) -> Tree:
    return random.choice(cells(root, filled=filled))


def reference_wrong(random: Random, root: Tree) -> None:
    """A cell that says it stands elsewhere."""
    cell = some_cell(random, root)
    match = re.fullmatch("([A-Z]+)([0-9]+)", cell.get("r", ""))
    if not match:
        return
    letters, row = match[1], int(match[2])
    cell.set(
        "r",
        random.choice(
            (
                f"{chr(ord(letters[0]) + random.choice((-1, 1, 2)))}{row}",
                f"{letters}{row + random.choice((-1, 1, 2))}",
                f"{letters.lower()}{row}",
                f"${letters}${row}",
                f"{letters}0{row}",
                f"{letters}{row}:{letters}{row + 1}",
                f"R{row}C4",
                "XFE1",
                "A1",
                "",
            )
        ),
    )


def references_removed(random: Random, root: Tree) -> None:
    """Cells, or rows too, without a reference, as some programs write them."""
    which = random.choice(("c", "row", "both"))
    for row in root.iter(f"{MAIN}row"):
        if which != "c":
            row.attrib.pop("r", None)
        for cell in row if which != "row" else ():
            cell.attrib.pop("r", None)


def references_swapped(random: Random, root: Tree) -> None:
    """Two cells that say they stand in each other's places."""
    found = cells(root)
    if len(found) > 1:
        one, other = random.sample(found, 2)
        here, there = one.get("r", ""), other.get("r", "")
        one.set("r", there)
        other.set("r", here)


def contents_swapped(random: Random, root: Tree) -> None:
    """What two cells hold, exchanged."""
    found = cells(root)
    if len(found) > 1:
        one, other = random.sample(found, 2)
        inside, kind = list(one), one.get("t")
        one[:], other[:] = list(other), inside
        for cell, said in ((one, other.get("t")), (other, kind)):
            cell.attrib.pop("t", None)
            if said is not None:
                cell.set("t", said)


def cell_doubled(random: Random, root: Tree) -> None:
    """A cell, or a row, that stands there twice and says two things."""
    cell = some_cell(random, root)
    each = random.choice((cell, cell, cell.getparent()))
    twin = etree.fromstring(etree.tostring(each, with_tail=False))
    for value in twin.iter(f"{MAIN}v"):
        value.text = str(random.randrange(40))
    each.addnext(twin)


def row_elsewhere(random: Random, root: Tree) -> None:
    """Rows in another order, or one with another number."""
    rows = list(root.iter(f"{MAIN}row"))
    if len(rows) < 2:
        return
    if random.random() < 0.4:
        parent = rows[0].getparent()
        some = random.sample(rows, random.choice((1, 2, len(rows))))
        for row in some:
            parent.append(row)
        return
    row = random.choice(rows)
    number = random.choice(
        (row.get("r", "1"), *(other.get("r", "1") for other in rows), "0", "1048577")
    )
    row.set("r", number)
    if random.random() < 0.6:
        for cell in row:
            cell.set("r", re.sub("[0-9]+", number, cell.get("r", "A1")))


def rows_exchanged(random: Random, root: Tree) -> None:
    """Two rows with their numbers exchanged, their cells going along or not."""
    rows = list(root.iter(f"{MAIN}row"))
    if len(rows) < 2:
        return
    one, other = random.sample(rows, 2)
    here, there = one.get("r", "1"), other.get("r", "1")
    go_along = random.random() < 0.7
    for row, number in ((one, there), (other, here)):
        row.set("r", number)
        for cell in row if go_along else ():
            cell.set("r", re.sub("[0-9]+", number, cell.get("r", "A1")))


def type_changed(random: Random, root: Tree) -> None:
    """A cell of another type."""
    cell = some_cell(random, root)
    kind = random.choice(("s", "str", "n", "b", "e", "d", "inlineStr", "x", "", None))
    if kind is None:
        cell.attrib.pop("t", None)
    else:
        cell.set("t", kind)


def index_off(random: Random, root: Tree) -> None:
    """Shared strings counted one too far, once or in all cells behind."""
    pointing = [c for c in cells(root) if c.get("t") == "s" and c.find(f"{MAIN}v") is not None]
    if not pointing:
        return
    first = random.randrange(len(pointing))
    some = pointing[first:] if random.random() < 0.2 else pointing[first : first + 1]
    step = random.choice((1, -1, 2, 500, 0))
    for cell in some:
        value = cell.find(f"{MAIN}v")
        number = int(value.text) + step if (value.text or "").isdecimal() else 0
        value.text = random.choice(
            (str(number), str(number), f"{number}.0", f" {number} ", f"0{number}", f"+{number}")
        )


def style_off(random: Random, root: Tree) -> None:
    """A style that is another one, or none."""
    cell = some_cell(random, root)
    cell.set("s", random.choice(("0", "1", "2", "5", "20", "60", "9999", "-1", "x", "")))


def value_changed(random: Random, root: Tree) -> None:
    """Another value, of another kind, in a cell."""
    cell = some_cell(random, root, filled=random.random() < 0.7)
    for child in list(cell):
        cell.remove(child)
    kind = random.choice(
        ("n", "n", "str", "inlineStr", "b", "e", "d", "both", "formula", "nothing")
    )
    cell.set("t", "str" if kind in ("both", "formula") else kind)
    text = random.choice((*TEXTS, *VALUES))
    if kind in ("inlineStr", "both"):
        etree.SubElement(etree.SubElement(cell, f"{MAIN}is"), f"{MAIN}t").text = text
    if kind in ("formula",):
        etree.SubElement(cell, f"{MAIN}f").text = random.choice(("1+1", "様式1!A1", "", "[1]a!A1"))
    if kind not in ("inlineStr", "nothing"):
        etree.SubElement(cell, f"{MAIN}v").text = random.choice((text, "1", "0", "45000", "0.285"))


def merged(random: Random, root: Tree) -> None:
    """A merged range added, taken away or made larger."""
    merges = list(root.iter(f"{MAIN}mergeCell"))
    if merges and random.random() < 0.5:
        each = random.choice(merges)
        if random.random() < 0.5:
            each.getparent().remove(each)
        else:
            first = each.get("ref", "A1").partition(":")[0]
            each.set("ref", f"{first}:{random.choice('DEFJ')}{random.randrange(1, 60)}")
        return
    data = root.find(f"{MAIN}sheetData")
    around = root.find(f"{MAIN}mergeCells")
    if around is None and data is not None:
        around = etree.Element(f"{MAIN}mergeCells")
        data.addnext(around)
    if around is not None:
        top, left = random.randrange(1, 40), random.choice("ABCDEFGHJ")
        wide = random.choice(((0, "D"), (2, "F"), (3, "D"), (0, "J"), (200, "J")))
        last = max(left, wide[1])
        etree.SubElement(around, f"{MAIN}mergeCell").set(
            "ref", f"{left}{top}:{last}{top + wide[0]}"
        )


def hidden(random: Random, root: Tree) -> None:
    """Rows or columns nobody sees."""
    for row in random.sample(list(root.iter(f"{MAIN}row")), 1):
        row.set("hidden", "1")
    for column in root.iter(f"{MAIN}col"):
        if random.random() < 0.2:
            column.set("hidden", "true")


CHANGES = (
    reference_wrong, references_removed, references_swapped, contents_swapped, cell_doubled, row_elsewhere,
    rows_exchanged, type_changed, index_off, style_off, value_changed, merged, hidden,
)  # fmt: skip
