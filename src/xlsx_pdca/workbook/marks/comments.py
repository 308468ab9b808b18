"""Comments of one sheet: ours added beside or beneath those of the sender, and taken away again."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lxml import etree

from xlsx_pdca.cells import Rect, decode_stored, parse_a1
from xlsx_pdca.layout.metrics import FONT
from xlsx_pdca.own_marks import parting, without_ours
from xlsx_pdca.workbook.marks.boxes import Boxes, used_blocks
from xlsx_pdca.workbook.marks.cells import ORDER
from xlsx_pdca.workbook.marks.geometry import BOX_POINTS, Grid, box_pixels
from xlsx_pdca.workbook.marks.parts import MAIN, OFFICE, CannotMark, Parts, inserted, main
from xlsx_pdca.workbook.stamp import escaped

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_STAND_IN_AUTHOR = "tc="
"""Author of the old comment Excel writes for a threaded one; it is never touched."""
_ODD = "コメントの内部が標準と異なります"
_FACE = (
    f'<rPr><sz val="{BOX_POINTS:g}"/><color indexed="81"/>'
    f'<rFont val="{FONT}"/><family val="3"/><charset val="128"/></rPr>'
)


class Comments:
    """Comments and their boxes of one sheet."""

    def __init__(self, parts: Parts, sheet: str) -> None:
        self._parts, self._sheet = parts, sheet
        related = parts.related(sheet)
        notes = [each for each in related if each.kind == "comments"]
        drawings = [each for each in related if each.kind == "vmlDrawing"]
        legacy = parts.tree(sheet).findall(main("legacyDrawing"))
        if len(notes) > 1 or len(legacy) > 1:
            raise CannotMark(_ODD)
        wanted = legacy[0].get(f"{{{OFFICE}}}id") if legacy else None
        own = [each for each in drawings if each.id == wanted]
        if len(own) != len(legacy) or (notes and not own):
            raise CannotMark(_ODD)
        self._notes = notes[0] if notes else None
        self._drawing = own[0] if own else None

    def texts(self) -> Iterator[tuple[etree._Element, tuple[int, int], str]]:
        """(element, place, text) of each comment that is no stand-in for a threaded one."""
        if self._notes is None:
            return
        root = self._parts.tree(self._notes.target)
        authors = [each.text or "" for each in root.iter(main("author"))]
        for note in root.iter(main("comment")):
            place = parse_a1(note.get("ref", ""))
            number = note.get("authorId", "")
            if place is None:
                raise CannotMark(_ODD)
            known = number.isdecimal() and int(number) < len(authors)
            if not (known and authors[int(number)].startswith(_STAND_IN_AUTHOR)):
                yield note, place, _text(note)

    def threaded(self) -> frozenset[tuple[int, int]]:
        """Places of threaded comments: nothing is added there, for Excel would not show it."""
        if self._notes is None:
            return frozenset()
        plain = {place for _, place, _ in self.texts()}
        root = self._parts.tree(self._notes.target)
        every = {parse_a1(note.get("ref", "")) for note in root.iter(main("comment"))}
        return frozenset(place for place in every - plain if place)

    def add(self, ours: dict[Rect, str], author: str, grid: Grid) -> None:
        """Our texts at the first cells of areas; beneath the sender's comment where there is one."""
        threaded = self.threaded()
        ours = {a: text for a, text in ours.items() if (a.top, a.left) not in threaded}
        if not ours:
            return
        root, boxes = self._open()
        theirs = {place: (note, text) for note, place, text in self.texts()}
        number = _author(root, author)
        for area, text in ours.items():
            place = (area.top, area.left)
            if place in theirs:
                note, before = theirs[place]
                _append(note, parting(text))
                size = box_pixels(before + parting(text))
                boxes.resize(*place, grid.anchor(area, *size), size)
            else:
                _child(root, "commentList").append(_note(area, text, number))
                size = box_pixels(text)
                boxes.add(*place, grid.anchor(area, *size), size)
        self._close(boxes)

    def remove_ours(self) -> None:
        """Take our sentences away; what the sender wrote above or below them stays."""
        changed = [
            (note, place, left)
            for note, place, text in self.texts()
            if (left := without_ours(text)) != text
        ]
        if not changed:
            return
        root, boxes = self._open()
        for note, place, left in changed:
            if left.strip():
                _keep_theirs(note, left)
            else:
                _child(root, "commentList").remove(note)
                boxes.drop(*place)
        self._close(boxes)
        if root.find(f"{main('commentList')}/{main('comment')}") is None:
            self._forget(boxes)

    def _open(self) -> tuple[etree._Element, Boxes]:
        """The two parts about to be changed, made where they are missing."""
        parts = self._parts
        folder = posixpath.dirname(posixpath.dirname(self._sheet))
        if self._notes is None:
            name = parts.free_name(posixpath.join(folder, "comments{}.xml"))
            parts.put(
                name, f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode()
            )
            parts.state_type(name, _COMMENTS_TYPE)
            id = parts.relate(self._sheet, "comments", name)
            self._notes = next(each for each in parts.related(self._sheet) if each.id == id)
        drawing = parts.read(self._drawing.target) if self._drawing else None
        every = [parts.read(name) for name in parts if name.lower().endswith(".vml")]
        block = max(used_blocks(every), default=0) + 1
        return parts.touch(self._notes.target), Boxes(drawing, block)

    def _close(self, boxes: Boxes) -> None:
        parts = self._parts
        if self._drawing is None:
            folder = posixpath.dirname(posixpath.dirname(self._sheet))
            name = parts.free_name(posixpath.join(folder, "drawings/vmlDrawing{}.vml"))
            parts.put(name, b"")
            parts.state_ending("vml", _VML_TYPE)
            id = parts.relate(self._sheet, "vmlDrawing", name)
            self._drawing = next(each for each in parts.related(self._sheet) if each.id == id)
            element = etree.Element(main("legacyDrawing"), nsmap={"r": OFFICE})
            element.set(f"{{{OFFICE}}}id", id)
            inserted(parts.touch(self._sheet), element, ORDER)
        parts.put(self._drawing.target, boxes.written())

    def _forget(self, boxes: Boxes) -> None:
        """Take away parts in which nothing is left."""
        parts = self._parts
        assert self._notes is not None and self._drawing is not None
        parts.unrelate(self._sheet, self._notes.id)
        parts.drop(self._notes.target)
        if boxes.is_empty:
            parts.unrelate(self._sheet, self._drawing.id)
            parts.drop(self._drawing.target)
            root = parts.touch(self._sheet)
            for element in root.findall(main("legacyDrawing")):
                root.remove(element)
            self._drawing = None
        self._notes = None


def _text(note: etree._Element) -> str:
    """Text of a comment without its phonetic runs."""
    runs = note.iterfind(f"{main('text')}/{main('r')}/{main('t')}")
    plain = note.iterfind(f"{main('text')}/{main('t')}")
    return decode_stored("".join(each.text or "" for each in (*plain, *runs)))


def _author(root: etree._Element, author: str) -> int:
    """Number of an author, added where there is none."""
    authors = _child(root, "authors")
    names = [each.text or "" for each in authors]
    if author not in names:
        authors.append(_element(f"<author>{escaped(author)}</author>"))
        names.append(author)
    return names.index(author)


def _note(area: Rect, text: str, author: int) -> etree._Element:
    place = Rect.cell(area.top, area.left).a1
    return _element(
        f'<comment ref="{place}" authorId="{author}"><text>{_run(text)}</text></comment>'
    )


def _run(text: str) -> str:
    return f'<r>{_FACE}<t xml:space="preserve">{escaped(text)}</t></r>'


def _append(note: etree._Element, text: str) -> None:
    """Our text behind that of the sender, whose letters keep their look."""
    inside = _child(note, "text")
    for plain in inside.findall(main("t")):
        run = etree.Element(main("r"))
        inside.replace(plain, run)
        run.append(plain)
    runs = inside.findall(main("r"))
    for said in (run.find(main("t")) for run in runs):
        if said is not None:
            said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    inside.insert(len(runs), _element(_run(text)))


def _keep_theirs(note: etree._Element, text: str) -> None:
    """The comment with what is left of it; the sender's runs as they were, unless ours run through them."""
    inside = _child(note, "text")
    for run in inside.findall(main("r")):
        said = decode_stored(run.findtext(main("t")) or "")
        if said and not without_ours(said):
            inside.remove(run)
    if _text(note) != text:
        for child in list(inside):
            inside.remove(child)
        inside.append(_element(_run(text)))


def _child(element: etree._Element, tag: str) -> etree._Element:
    found = element.find(main(tag))
    if found is None:
        raise CannotMark(_ODD)
    return found


def _element(xml: str) -> etree._Element:
    return etree.fromstring(f'<x xmlns="{MAIN}">{xml}</x>')[0]
