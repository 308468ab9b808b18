"""The workbook part of a foreign book: a sheet put first or last, everything that counts sheets kept right."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from xlsx_pdca.workbook.marks.parts import OFFICE, CannotMark, Parts, inserted, main

_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets",
    "functionGroups", "externalReferences", "definedNames", "calcPr", "oleSize",
    "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing",
    "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_SHEETS = ("worksheet", "chartsheet", "dialogsheet")
_ID = f"{{{OFFICE}}}id"
_SELECTED = re.compile(
    rb"(<(?:\w+:)?sheetView\b[^>]*?)\s+tabSelected\s*=\s*[\"'](?:1|true|on)[\"']"
)


@dataclass(frozen=True)
class Entry:
    """One sheet of the book, in the order of its tabs."""

    name: str
    part: str
    kind: str


class Book:
    """The workbook part and the list of its sheets."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        mains = [each for each in parts.related("") if each.kind == "officeDocument"]
        if len(mains) != 1:
            raise CannotMark("ファイルの内部が標準と異なります")
        self.part = mains[0].target
        if parts.tree(self.part).tag != main("workbook"):
            raise CannotMark("「Strict Open XML」の形式で保存されています")

    @property
    def sheets(self) -> tuple[Entry, ...]:
        related = {each.id: each for each in self._parts.related(self.part)}
        found = []
        for item in self._list():
            each = related.get(item.get(_ID, ""))
            if each is None or each.target not in self._parts:
                raise CannotMark("シートの一覧と中身が合いません")
            found.append(Entry(item.get("name", ""), each.target, each.kind))
        return tuple(found)

    def target(self, kind: str) -> str:
        """The part of this kind the book has, such as its styles."""
        found = [each for each in self._parts.related(self.part) if each.kind == kind]
        if len(found) != 1:
            raise CannotMark("書式の定義が欠けています")
        return found[0].target

    def free_sheet_name(self, wanted: str) -> str:
        """The name wanted, with a number where a sheet has it."""
        taken = {entry.name.casefold() for entry in self.sheets}
        names = (wanted, *(f"{wanted} ({n})" for n in range(2, len(taken) + 3)))
        return next(name for name in names if name.casefold() not in taken)

    def add_first(self, name: str, xml: bytes, named: dict[str, str]) -> None:
        """A sheet before all others, which the book opens on; `named` are its built-in names."""
        self._add(name, xml, first=True)
        self._shift_names(lambda index: index + 1)
        names = self._names()
        for place, (key, target) in enumerate(sorted(named.items())):
            element = etree.Element(main("definedName"), name=f"_xlnm.{key}", localSheetId="0")
            element.text = target
            names.insert(place, element)
        self._open_on_first()

    def add_hidden(self, name: str, xml: bytes) -> None:
        """A sheet behind all others that nobody sees."""
        self._add(name, xml, first=False)

    def drop(self, name: str) -> None:
        """Take a sheet away with the names that belong to it."""
        place = next(n for n, entry in enumerate(self.sheets) if entry.name == name)
        entry, item = self.sheets[place], self._list()[place]
        self._parts.touch(self.part)
        self._parts.unrelate(self.part, item.get(_ID, ""))
        self._parts.drop(entry.part)
        self._list().remove(item)
        for each in self._local_names():
            if _index(each) == place:
                self._names().remove(each)
        self._shift_names(lambda index: index - (index > place))

    def _list(self) -> etree._Element:
        sheets = self._parts.tree(self.part).find(main("sheets"))
        if sheets is None:
            raise CannotMark("シートの一覧と中身が合いません")
        return sheets

    def _add(self, name: str, xml: bytes, *, first: bool) -> None:
        parts = self._parts
        folder = posixpath.dirname(self.part)
        part = parts.free_name(posixpath.join(folder, "worksheets/sheet{}.xml"))
        parts.put(part, xml)
        parts.state_type(part, _SHEET_TYPE)
        parts.touch(self.part)
        ids = [int(n) for item in self._list() if (n := item.get("sheetId", "")).isdecimal()]
        item = etree.Element(main("sheet"), nsmap={"r": OFFICE})
        item.set("name", name)
        item.set("sheetId", str(max(ids, default=0) + 1))
        if not first:
            item.set("state", "veryHidden")
        item.set(_ID, parts.relate(self.part, "worksheet", part))
        self._list().insert(0 if first else len(self._list()), item)

    def _names(self) -> etree._Element:
        root = self._parts.touch(self.part)
        names = root.find(main("definedNames"))
        if names is None:
            names = etree.Element(main("definedNames"))
            inserted(root, names, _ORDER)
        return names

    def _local_names(self) -> list[etree._Element]:
        root = self._parts.tree(self.part)
        names = root.iterfind(f"{main('definedNames')}/{main('definedName')}")
        return [each for each in names if each.get("localSheetId") is not None]

    def _shift_names(self, moved: Callable[[int], int]) -> None:
        for each in self._local_names():
            each.set("localSheetId", str(moved(_index(each))))

    def _open_on_first(self) -> None:
        """The first sheet active and alone selected: with two of them, what is typed goes into both."""
        root = self._parts.touch(self.part)
        views = root.find(main("bookViews"))
        if views is None:
            views = etree.Element(main("bookViews"))
            inserted(root, views, _ORDER)
        if len(views) == 0:
            etree.SubElement(views, main("workbookView"))
        for view in views:
            view.attrib.pop("firstSheet", "")
            view.set("activeTab", "0")
        for entry in self.sheets[1:]:
            self._deselect(entry)

    def _deselect(self, entry: Entry) -> None:
        """Only the one attribute changes: the part is not written anew."""
        parts = self._parts
        if entry.kind not in _SHEETS:
            raise CannotMark("表のシートではありません")
        if parts.is_touched(entry.part):
            for view in parts.touch(entry.part).iter(main("sheetView")):
                view.attrib.pop("tabSelected", "")
            return
        data = parts.read(entry.part)
        if entry.kind == "worksheet" and b"sheetData" not in data:  # written in another encoding
            raise CannotMark("ファイルの内部が標準と異なります")
        head, end, rest = data.partition(b"sheetData")
        if _SELECTED.search(head):
            parts.put(entry.part, _SELECTED.sub(rb"\1", head) + end + rest)


def _index(name: etree._Element) -> int:
    text = name.get("localSheetId", "")
    if not text.isdecimal():
        raise CannotMark("名前の定義が標準と異なります")
    return int(text)
