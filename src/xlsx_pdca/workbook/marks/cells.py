"""The cells of one worksheet part: their styles set, missing ones created in their place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from xlsx_pdca.cells import Rect, a1, parse_a1
from xlsx_pdca.workbook.marks.looks import Looks
from xlsx_pdca.workbook.marks.parts import CannotMark, inserted, main

ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects",
    "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
"""Children of a worksheet as the schema orders them."""

_ODD = "シートの内部が標準と異なります"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_MARK_FORMULA = 'N("pdca_mark")=0'
"""Always true in every program; by the name in it the rule is known as ours."""
_MOST_MERGED = 5_000
_TRUE = ("1", "true", "on")


@dataclass(frozen=True)
class _Row:
    element: etree._Element
    columns: list[int]
    """Columns of its cells, in order."""


class Cells:
    """One worksheet part; `CannotMark` where it is not written as every program writes it."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        if root.tag != main("worksheet"):
            raise CannotMark("表のシートではありません")
        known = {main(tag) for tag in ORDER} | {_ALTERNATE}
        if any(child.tag not in known for child in root if isinstance(child.tag, str)):
            raise CannotMark(_ODD)
        data = root.findall(main("sheetData"))
        if len(data) != 1:
            raise CannotMark(_ODD)
        self._data = data[0]
        self._rows: dict[int, _Row] = dict(_rows(self._data))
        self._numbers = list(self._rows)
        self._merges = tuple(_merges(root))

    def area(self, row: int, column: int) -> Rect:
        """The merged area a cell belongs to, or the cell."""
        for merge in self._merges:
            if merge.contains(row, column):
                size = (merge.bottom - merge.top + 1) * (merge.right - merge.left + 1)
                if size > _MOST_MERGED:
                    raise CannotMark("結合されたセルが大きすぎます")
                return merge
        return Rect.cell(row, column)

    def styled(self) -> Iterator[tuple[str, int]]:
        """(cell, style) of every cell that has one of its own."""
        for row in self._rows.values():
            for cell in row.element.iterfind(main("c")):
                if cell.get("s"):
                    yield cell.get("r", ""), _number(cell.get("s"))

    def style(self, row: int, column: int) -> int:
        """Style a cell shows: its own, else that of its row, else that of its column."""
        found = self._rows.get(row)
        if found is not None:
            place = bisect_left(found.columns, column)
            if place < len(found.columns) and found.columns[place] == column:
                return _number(_cell_at(found, place).get("s"))
            if found.element.get("customFormat") in _TRUE:
                return _number(found.element.get("s"))
        for group in self._root.iterfind(f"{main('cols')}/{main('col')}"):
            if _number(group.get("min")) <= column <= _number(group.get("max")):
                return _number(group.get("style"))
        return 0

    def set_style(self, row: int, column: int, style: int) -> None:
        """Give a cell a style; one that is not there yet is created blank."""
        self._cell(row, column).set("s", str(style))

    def box(self, area: Rect, looks: Looks) -> Mapping[Rect, frozenset[str]]:
        """What is seen as one box with an area, and the sides to be drawn: forms put a row of air on top."""
        sides = frozenset(("left", "right", "top", "bottom"))
        if area.top == 1:
            return {area: sides}
        above = self.area(area.top - 1, area.left)
        if (above.left, above.right) != (area.left, area.right):
            return {area: sides}
        styles = (self.style(above.bottom, above.left), self.style(area.top, area.left))
        if not looks.is_lid(*styles):
            return {area: sides}
        return {above: sides - {"bottom"}, area: sides - {"top"}}

    def mark(
        self, area: Rect, sides: frozenset[str], looks: Looks
    ) -> Iterator[tuple[str, tuple[str, str]]]:
        """Give an area our look; the cells with their fill and border before.

        Each cell of a merged area has all its sides, as programs write them: which of them counts is seen differently.
        """
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                before = self.style(row, column)
                yield a1(row, column), looks.face(before)
                self.set_style(row, column, looks.marked(before, sides))

    def highlight(self, areas: list[Rect], look: int) -> None:
        """Our fill as the first rule, where rules of the sheet might cover that of the style."""
        rules = list(self._root.iter(main("cfRule"), f"{_X14}cfRule"))
        if not rules:
            return
        _make_room(rules)
        places = " ".join(area.a1 for area in areas)
        formatting = etree.Element(main("conditionalFormatting"), sqref=places)
        rule = etree.SubElement(
            formatting, main("cfRule"), type="expression", dxfId=str(look), priority="1"
        )
        etree.SubElement(rule, main("formula")).text = _MARK_FORMULA
        first = self._root.find(main("conditionalFormatting"))
        if first is None:
            inserted(self._root, formatting, ORDER)
        else:
            first.addprevious(formatting)

    def has_highlight(self) -> bool:
        """Whether a rule of ours is there."""
        return any("pdca_mark" in (f.text or "") for f in self._root.iter(main("formula")))

    def drop_highlight(self) -> None:
        """Take our rules away, also where a program split them."""
        for formatting in self._root.findall(main("conditionalFormatting")):
            for rule in formatting.findall(main("cfRule")):
                if "pdca_mark" in (rule.findtext(main("formula")) or ""):
                    formatting.remove(rule)
            if formatting.find(main("cfRule")) is None:
                self._root.remove(formatting)

    def _cell(self, row: int, column: int) -> etree._Element:
        found = self._rows.get(row) or self._new_row(row)
        place = bisect_left(found.columns, column)
        if place < len(found.columns) and found.columns[place] == column:
            return _cell_at(found, place)
        cell = etree.Element(main("c"), r=a1(row, column))
        if place < len(found.columns):
            _cell_at(found, place).addprevious(cell)
        else:
            found.element.insert(len(found.columns), cell)
        found.columns.insert(place, column)
        found.element.attrib.pop("spans", "")  # a hint only, which may be wrong now
        return cell

    def _new_row(self, row: int) -> _Row:
        made = _Row(etree.Element(main("row"), r=str(row)), [])
        place = bisect_left(self._numbers, row)
        self._data.insert(place, made.element)
        self._numbers.insert(place, row)
        self._rows[row] = made
        return made


def _make_room(rules: Iterable[etree._Element]) -> None:
    """Rules pushed back in their order, unless the first place is free already."""
    stated = {rule: int(p) for rule in rules if (p := rule.get("priority", "")).isdecimal()}
    if min(stated.values(), default=2) < 2:
        for rule, priority in stated.items():
            rule.set("priority", str(priority + 1))


def _rows(data: etree._Element) -> Iterator[tuple[int, _Row]]:
    """Rows by their number; each row and cell must say where it stands, and stand in order."""
    last = 0
    for element in data:
        number = _number(element.get("r"))
        if element.tag != main("row") or number <= last:
            raise CannotMark(_ODD)
        last = number
        yield number, _Row(element, _columns(element, number))


def _columns(row: etree._Element, number: int) -> list[int]:
    columns: list[int] = []
    for cell in row:
        if cell.tag == main("extLst"):
            continue
        place = parse_a1(cell.get("r", ""))
        if cell.tag != main("c") or place is None or place[0] != number:
            raise CannotMark(_ODD)
        if columns and place[1] <= columns[-1]:
            raise CannotMark(_ODD)
        columns.append(place[1])
    return columns


def _cell_at(row: _Row, place: int) -> etree._Element:
    return row.element[place]


def _merges(root: etree._Element) -> Iterator[Rect]:
    for merge in root.iterfind(f"{main('mergeCells')}/{main('mergeCell')}"):
        rect = Rect.parse(merge.get("ref", ""))
        if rect is None:
            raise CannotMark(_ODD)
        yield rect


def _number(text: str | None) -> int:
    if text is None:
        return 0
    if not text.isdecimal():
        raise CannotMark(_ODD)
    return int(text)
