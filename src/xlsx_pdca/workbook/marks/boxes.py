"""The boxes of comments in a VML drawing, edited as text: Excel's own VML is often no well-formed XML."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlsx_pdca.workbook.marks.geometry import Anchor
from xlsx_pdca.workbook.marks.parts import CannotMark

_HEAD = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout></xml>'
)
_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style=\'position:absolute;margin-left:60pt;'
    "margin-top:2pt;width:{width:g}pt;height:{height:g}pt;z-index:{layer};visibility:hidden'"
    ' fillcolor="#FFF8E1" strokecolor="#A61C00" o:insetmode="auto"><v:fill color2="#FFF8E1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    "<v:textbox style='mso-direction-alt:auto'><div style='text-align:left'></div></v:textbox>"
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{anchor}</x:Anchor><x:Locked>False</x:Locked><x:AutoFill>False</x:AutoFill>"
    "<x:LockText>False</x:LockText><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_HAS_TYPE = re.compile(r"<v:shapetype\b[^>]*\bid\s*=\s*[\"']_x0000_t202[\"']")
_NAMESPACES = (
    ("v", "urn:schemas-microsoft-com:vml"),
    ("o", "urn:schemas-microsoft-com:office:office"),
    ("x", "urn:schemas-microsoft-com:office:excel"),
)
_IDS_OF_BLOCK = 1024
_BLOCKS = re.compile(r"<o:idmap\b[^>]*\bdata\s*=\s*[\"']([0-9, ]*)[\"']")
_ID = re.compile(r"id\s*=\s*[\"']_x0000_s([0-9]{1,9})[\"']")
_ONE_SHAPE = re.compile(r"<v:shape\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*(?<!/)>.*?</v:shape>", re.DOTALL)
_NOTE = re.compile(r"ObjectType\s*=\s*[\"']Note[\"']")
_ROW, _COLUMN = (
    re.compile(r"<x:Row>\s*(\d+)\s*</x:Row>"),
    re.compile(r"<x:Column>\s*(\d+)\s*</x:Column>"),
)
_ANCHOR = re.compile(r"(<x:Anchor>).*?(</x:Anchor>)", re.DOTALL)
_SIZE = re.compile(r"((?:^|[;'\"\s])(width|height)\s*:)\s*[0-9.]+\s*(?:pt|px|in|mm|cm)?")
_STYLE = re.compile(r"style\s*=\s*(\"[^\"]*\"|'[^']*')", re.DOTALL)
_POINTS = 72 / 96
_UNKNOWN = "コメントの枠の描き方が標準と異なります"


def used_blocks(drawings: Iterable[bytes]) -> frozenset[int]:
    """Blocks of shape ids that drawings of the workbook lay claim to."""
    texts = [drawing.decode("utf-8", "replace") for drawing in drawings]
    stated = {
        int(n) for text in texts for m in _BLOCKS.findall(text) for n in re.findall(r"\d+", m)
    }
    taken = {int(id) // _IDS_OF_BLOCK for text in texts for id in _ID.findall(text)}
    return frozenset(stated | taken)


class Boxes:
    """One VML drawing; a new one takes a block of ids that is free in the workbook."""

    def __init__(self, drawing: bytes | None, free_block: int) -> None:
        self._text = _HEAD.format(block=free_block) if drawing is None else _decoded(drawing)
        ids = [int(id) for id in _ID.findall(self._text)]
        self._next = max(ids, default=free_block * _IDS_OF_BLOCK) + 1

    def written(self) -> bytes:
        return self._text.encode()

    @property
    def is_empty(self) -> bool:
        """Whether no shape is left in it."""
        return _ONE_SHAPE.search(self._text) is None

    def has(self, row: int, column: int) -> bool:
        """Whether the comment at this cell has a box."""
        return self._find(row, column) is not None

    def add(self, row: int, column: int, anchor: Anchor, size: tuple[int, int]) -> None:
        """A hidden box for a new comment."""
        if self._next % _IDS_OF_BLOCK == 0:
            raise CannotMark("コメントの数が多すぎます")
        shape = _SHAPE.format(
            id=self._next,
            width=size[0] * _POINTS,
            height=size[1] * _POINTS,
            layer=self._next % _IDS_OF_BLOCK,
            anchor=anchor,
            row=row - 1,
            column=column - 1,
        )
        kind = (
            "" if _HAS_TYPE.search(self._text) else _TYPE
        )  # Gnumeric uses it without saying what it is
        end = self._text.rindex("</xml>")
        self._text = f"{self._text[:end]}{kind}{shape}{self._text[end:]}"
        self._next += 1

    def resize(self, row: int, column: int, anchor: Anchor, size: tuple[int, int]) -> None:
        """Make the box of a comment so large that what was added to it is seen."""
        found = self._find(row, column)
        if found is None:
            raise CannotMark(_UNKNOWN)
        points = {"width": size[0] * _POINTS, "height": size[1] * _POINTS}

        def sized(style: re.Match[str]) -> str:
            return _SIZE.sub(lambda m: f"{m[1]}{points[m[2]]:g}pt", style[0])

        shape = _ANCHOR.sub(lambda m: f"{m[1]}{anchor}{m[2]}", found[0], count=1)
        shape = _STYLE.sub(sized, shape, count=1)
        self._text = self._text[: found.start()] + shape + self._text[found.end() :]

    def drop(self, row: int, column: int) -> None:
        """Take the box of a comment away."""
        if found := self._find(row, column):
            self._text = self._text[: found.start()] + self._text[found.end() :]

    def _find(self, row: int, column: int) -> re.Match[str] | None:
        for shape in _ONE_SHAPE.finditer(self._text):
            if _NOTE.search(shape[0]):
                here = (_ROW.search(shape[0]), _COLUMN.search(shape[0]))
                if [each and int(each[1]) for each in here] == [row - 1, column - 1]:
                    return shape
        return None


def _decoded(drawing: bytes) -> str:
    """The drawing as text; one that is not written as usual is not touched."""
    try:
        text = drawing.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CannotMark(_UNKNOWN) from None
    root = re.search(r"<xml\b([^>]*)>", text)
    if root is None or not text.rstrip().endswith("</xml>"):
        raise CannotMark(_UNKNOWN)
    for prefix, name in _NAMESPACES:
        if not re.search(rf"xmlns:{prefix}\s*=\s*[\"']{name}[\"']", root[1]):
            raise CannotMark(_UNKNOWN)
    return text
