"""What lies on top of the cells: pictures and shapes (counted and hashed), texts in shapes, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from xlsx_pdca.cells import MAX_COLUMN, MAX_ROW, decode_stored, parse_a1
from xlsx_pdca.rawbook import Corner, Laid
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Damaged, Hostile
from xlsx_pdca.workbook.parts.package import Package
from xlsx_pdca.workbook.parts.relations import Relation, parts_of_kind, relations
from xlsx_pdca.workbook.parts.xml import MAIN, Attributes, Close, Open, Pieces, stream, tagged

_ANCHORS = (
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing",
)
_TEXT = (
    "http://schemas.openxmlformats.org/drawingml/2006/main",
    "http://purl.oclc.org/ooxml/drawingml/main",
)
_DIAGRAM = (
    "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "http://purl.oclc.org/ooxml/drawingml/diagram",
)
_CHART = (
    "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "http://purl.oclc.org/ooxml/drawingml/chart",
)
_COMPATIBILITY = ("http://schemas.openxmlformats.org/markup-compatibility/2006",)
_THREADED = ("http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments",)

_VML_OBJECT = re.compile(rb"ObjectType\s*=\s*[\"'](\w+)")
# Excel writes for each threaded comment an old one by this author, telling old programs to update
_STAND_IN_AUTHOR = "tc="
_NOTICE = re.compile(r"\s*\[[^\]]*\].*?\n\s*(?:Comment|コメント)\s*[:：]\s*\n(.*)", re.DOTALL)

_MEASURES = ("row", "col", "rowOff", "colOff")

RICH_VALUES = "xl/richData/rdrichvaluestructure.xml"
WPS_PICTURES = "xl/cellimages.xml"

Comment = tuple[int, int, str]


@dataclass(frozen=True)
class Drawn:
    """What is drawn on one sheet."""

    count: int = 0
    """Anchored objects."""
    places: tuple[Laid, ...] = ()
    """Where pictures lie."""
    texts: tuple[str, ...] = ()
    """Texts inside shapes, diagrams and charts."""
    media: tuple[str, ...] = ()
    """Digests of the pictures and embedded files, sorted."""
    embedded: tuple[str, ...] = ()
    """File names of what is embedded as an object."""


def drawings(package: Package, found: Sequence[Relation]) -> Drawn:
    """What is drawn on a sheet with these relations."""
    if not found:  # as for most sheets
        return Drawn()
    reading = _Drawing()
    opens, closes = reading.opens(), reading.closes()
    pictures: list[str] = []
    for part in parts_of_kind(package, found, "drawing"):
        stream(package.chunks(part), opens, closes, reading.pieces, part=part)
        around = relations(package, part)
        pictures += parts_of_kind(package, around, "image")
        for inner in parts_of_kind(package, around, "diagramData", "chart", "chartEx"):
            stream(package.chunks(inner), opens, closes, reading.pieces, part=inner)
    count = reading.count
    if not count:  # objects of newer books stand in both kinds of drawing; count them once
        count = sum(
            _vml_objects(package, part) for part in parts_of_kind(package, found, "vmlDrawing")
        )
    embedded = parts_of_kind(package, found, "oleObject", "package")
    media = sorted(map(package.digest, dict.fromkeys((*pictures, *embedded))))
    names = tuple(part.rpartition("/")[2] for part in embedded)
    return Drawn(
        count, tuple(dict.fromkeys(reading.places)), tuple(reading.texts), tuple(media), names
    )


def cell_pictures(package: Package) -> tuple[str, ...]:
    """Digests of the pictures of a book that stand in cells instead of on top of them, sorted.

    Excel keeps them as rich values, WPS Office in a list of its own; which cell shows which is not followed.
    """
    parts: list[str] = []
    for listing in _picture_lists(package):
        parts += parts_of_kind(package, relations(package, listing), "image")
    return tuple(sorted(map(package.digest, dict.fromkeys(parts))))


def _picture_lists(package: Package) -> Iterator[str]:
    if RICH_VALUES in package and any(
        kind in package.read(RICH_VALUES) for kind in (b"_localImage", b"_webImage", b"_webimage")
    ):
        yield "xl/richData/richValueRel.xml"
        yield "xl/richData/rdRichValueWebImage.xml"
    if WPS_PICTURES in package:
        yield WPS_PICTURES


def comments(package: Package, found: Sequence[Relation]) -> tuple[Comment, ...]:
    """Notes and threaded comments of a sheet, in the order of the parts."""
    if not found:
        return ()
    notes, threads = _Comments(), _Comments()
    for part in parts_of_kind(package, found, "comments"):
        stream(package.chunks(part), notes.opens(), notes.closes(), notes.pieces, part=part)
    for part in parts_of_kind(package, found, "threadedComment"):
        opens, closes = threads.threaded_opens(), threads.threaded_closes()
        stream(package.chunks(part), opens, closes, threads.pieces, part=part)
    told = {(row, column) for row, column, _ in threads.found}
    # A program that does not know threaded comments keeps the stand-in only: then it is all there is.
    stand_ins = [_without_notice(each) for each in notes.stand_ins if each[:2] not in told]
    return tuple(notes.found + stand_ins + threads.found)


def _without_notice(stand_in: Comment) -> Comment:
    """The comment itself, where it can be told from the notice to old programs before it."""
    row, column, text = stand_in
    found = _NOTICE.fullmatch(text)
    return (row, column, found[1].strip() if found else text)


def _vml_objects(package: Package, part: str) -> int:
    # Excel's own VML is often not well-formed, so it is searched, not parsed
    kinds = _VML_OBJECT.findall(package.read(part))
    return sum(kind != b"Note" for kind in kinds)


class _Drawing:
    """Anchors are counted, paragraphs joined per shape; fallbacks for older programs are skipped."""

    def __init__(self) -> None:
        self.count = 0
        self.texts: list[str] = []
        self.places: list[Laid] = []
        self.pieces = Pieces()
        self._corners: dict[str, dict[str, int]] = {}
        self._corner: dict[str, int] = {}
        self._size = (0, 0)
        self._paragraphs: list[str] = []
        self._runs: list[str] = []
        self._fallback = 0

    def opens(self) -> dict[str, Open]:
        anchors = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor")
        return {
            **tagged(_ANCHORS, dict.fromkeys(anchors, self.anchor)),
            **tagged(_ANCHORS, dict.fromkeys(_MEASURES, self.clear)),
            **tagged(_ANCHORS, {"from": self.open_start, "to": self.open_end, "pic": self.picture}),
            **tagged(_ANCHORS, {"pos": self.position, "ext": self.extent}),
            **tagged(_TEXT, {"t": self.open_text, "p": self.open_paragraph}),
            **tagged(_COMPATIBILITY, {"Fallback": self.enter_fallback}),
        }

    def closes(self) -> dict[str, Close]:
        return {
            **tagged(_ANCHORS, {"sp": self.close_shape}),
            **tagged(_ANCHORS, {tag: partial(self._keep, tag) for tag in _MEASURES}),
            **tagged(_DIAGRAM, {"pt": self.close_shape}),
            **tagged(_CHART, {"rich": self.close_shape}),
            **tagged(
                _TEXT,
                {"t": self.close_text, "br": self.line_break, "p": self.close_paragraph},
            ),
            **tagged(_COMPATIBILITY, {"Fallback": self.leave_fallback}),
        }

    def anchor(self, _: Attributes) -> None:
        self.count += not self._fallback
        self._corners.clear()
        self._size = (0, 0)
        if self.count > limits.DRAWINGS:
            raise Hostile(f"more than {limits.DRAWINGS} drawings")

    def clear(self, _: Attributes) -> None:
        self.pieces.clear()

    def open_start(self, _: Attributes) -> None:
        self._corner = self._corners.setdefault("from", {})

    def open_end(self, _: Attributes) -> None:
        self._corner = self._corners.setdefault("to", {})

    def _keep(self, tag: str) -> None:
        self._corner[tag] = _measure(self.pieces.take())

    def position(self, attributes: Attributes) -> None:
        """An anchor by the distance from the first cell alone."""
        down, across = (_measure(attributes.get(axis, "")) for axis in "yx")
        self._corners["from"] = {"row": 0, "col": 0, "rowOff": down, "colOff": across}

    def extent(self, attributes: Attributes) -> None:
        self._size = _measure(attributes.get("cy", "")), _measure(attributes.get("cx", ""))

    def picture(self, _: Attributes) -> None:
        start, end = (_corner(self._corners.get(which, {})) for which in ("from", "to"))
        if start is not None and not self._fallback:
            self.places.append(Laid(start, end, self._size))

    def enter_fallback(self, _: Attributes) -> None:
        self._fallback += 1

    def leave_fallback(self) -> None:
        self._fallback -= 1

    def open_paragraph(self, _: Attributes) -> None:
        self._runs.clear()

    def open_text(self, _: Attributes) -> None:
        self.pieces.clear()

    def close_text(self) -> None:
        self._runs.append(self.pieces.take())

    def line_break(self) -> None:
        self._runs.append("\n")

    def close_paragraph(self) -> None:
        self._paragraphs.append("".join(self._runs))

    def close_shape(self) -> None:
        text = "\n".join(self._paragraphs).strip("\n")
        self._paragraphs.clear()
        if text and not self._fallback:
            self.texts.append(text)


def _measure(text: str) -> int:
    """A place or a distance; what is none is nothing."""
    number = text.strip()
    return int(number) if number.isdecimal() and len(number) < 12 else 0


def _corner(said: Mapping[str, int]) -> Corner | None:
    """Rows and columns are counted from 0 in anchors."""
    if not {"row", "col"} <= said.keys():
        return None
    row, column = min(said["row"], MAX_ROW) + 1, min(said["col"], MAX_COLUMN) + 1
    return Corner(row, column, said.get("rowOff", 0), said.get("colOff", 0))


class _Comments:
    """Both kinds of comments; stand-ins for threaded ones are left out."""

    def __init__(self) -> None:
        self.found: list[Comment] = []
        self.stand_ins: list[Comment] = []
        self.pieces = Pieces()
        self._authors: list[str] = []
        self._reference = ""
        self._stand_in = False
        self._runs: list[str] = []
        self._phonetic = False

    def opens(self) -> dict[str, Open]:
        handlers = {
            "author": self.clear,
            "comment": self.open_note,
            "t": self.clear,
            "rPh": self.open_phonetic,
        }
        return tagged(MAIN, handlers)

    def closes(self) -> dict[str, Close]:
        handlers = {
            "author": self.close_author,
            "comment": self.close_comment,
            "t": self.close_text,
            "rPh": self.close_phonetic,
        }
        return tagged(MAIN, handlers)

    def threaded_opens(self) -> dict[str, Open]:
        return tagged(_THREADED, {"threadedComment": self.open_comment, "text": self.clear})

    def threaded_closes(self) -> dict[str, Close]:
        return tagged(_THREADED, {"threadedComment": self.close_comment, "text": self.close_text})

    def clear(self, _: Attributes) -> None:
        self.pieces.clear()

    def close_author(self) -> None:
        self._authors.append(self.pieces.take())

    def open_note(self, attributes: Attributes) -> None:
        self.open_comment(attributes)
        author = attributes.get("authorId", "")
        known = author.isdecimal() and int(author) < len(self._authors)
        self._stand_in = known and self._authors[int(author)].startswith(_STAND_IN_AUTHOR)

    def open_comment(self, attributes: Attributes) -> None:
        self._reference = attributes.get("ref", "")
        self._runs.clear()

    def open_phonetic(self, _: Attributes) -> None:
        self._phonetic = True

    def close_phonetic(self) -> None:
        self._phonetic = False

    def close_text(self) -> None:
        if not self._phonetic:
            self._runs.append(self.pieces.take())

    def close_comment(self) -> None:
        place = parse_a1(self._reference)
        if place is None:
            raise Damaged(f"comment at {self._reference[:40]!r}")
        kept = self.stand_ins if self._stand_in else self.found
        if len(kept) >= limits.COMMENTS:
            raise Hostile(f"more than {limits.COMMENTS} comments")
        kept.append((*place, decode_stored("".join(self._runs))))
