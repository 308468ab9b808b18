"""Cell styles of a foreign workbook: a marked one cloned from each, and the old one given back."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from xlsx_pdca.layout.metrics import FONT
from xlsx_pdca.workbook.look import Look
from xlsx_pdca.workbook.marks.parts import MAIN, CannotMark, inserted, main

MARK_FILL = "FFF3C7"
"""Warm and pale: in a grey print the writing in the cell stays clear. No palette offers it, so it is known as ours."""
MARK_LINE = "A61C00"
"""Dark: a fax makes a closed black line of it."""
_MARK_STYLE = "thick"
_TEXT_FORMAT = 49

_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs",
    "tableStyles", "colors", "extLst",
)  # fmt: skip
_SIDES = ("left", "right", "top", "bottom")
_STRICT_SIDES = {main("start"): main("left"), main("end"): main("right")}
_MAX_STYLES = 60_000
"""Excel takes 64,000."""


class Looks:
    """The styles part of one workbook, being added to; nothing in it is changed or taken away."""

    def __init__(self, root: etree._Element) -> None:
        if root.tag != main("styleSheet"):
            raise CannotMark("書式の定義が標準と異なります")
        self._root = root
        self._known: dict[str, dict[bytes, int]] = {}

    def marked(self, style: int, sides: frozenset[str]) -> int:
        """The style with our fill, and our line at these sides; all else as it was."""
        fill = _element(
            f'<fill><patternFill patternType="solid"><fgColor rgb="FF{MARK_FILL}"/>'
            '<bgColor indexed="64"/></patternFill></fill>'
        )
        return self._clone(style, fill, _lined(self._part(style, "border"), sides))

    def is_marked(self, style: int) -> bool:
        """Whether a style shows our fill."""
        colour = self._part(style, "fill").find(f"{main('patternFill')}/{main('fgColor')}")
        return colour is not None and colour.get("rgb", "").upper().endswith(MARK_FILL)

    def face(self, style: int) -> tuple[str, str]:
        """Fill and border of a style as XML."""
        return (_text(self._part(style, "fill")), _text(self._part(style, "border")))

    def is_lid(self, above: int, below: int) -> bool:
        """Whether two boxes, one on the other, are drawn as one: no line between them, lines at their sides."""
        upper, lower = (_drawn(self._part(style, "border")) for style in (above, below))
        sides = {"left", "right"}
        return upper == sides | {"top"} and lower == sides | {"bottom"}

    def with_face(self, style: int, face: tuple[str, str] | None) -> int:
        """The style with another fill and border; without them, with none and a thin frame."""
        fill, border = face or ("", "")
        plain = '<fill><patternFill patternType="none"/></fill>'
        thin = "".join(f'<{s} style="thin"><color auto="1"/></{s}>' for s in _SIDES)
        return self._clone(
            style,
            _parsed(fill, "fill") if face else _element(plain),
            _parsed(border, "border") if face else _element(f"<border>{thin}<diagonal/></border>"),
        )

    def of_look(self, look: Look) -> int:
        """A style of our own."""
        parts = {
            "fontId": self._index("fonts", _element(_font(look))),
            "fillId": self._index("fills", _element(_fill(look))),
            "borderId": self._index("borders", _element(_frame(look))),
        }
        if self._root.find(main("cellStyleXfs")) is not None:  # Gnumeric writes no style Normal
            parts["xfId"] = 0
        numbers = "".join(f' {name}="{number}"' for name, number in parts.items())
        return self._index("cellXfs", _element(f"<xf{numbers}{_format(look)}</xf>"))

    def conditional(self) -> int:
        """Our fill as a conditional look, for cells in which the form's own ones would cover it."""
        return self._index(
            "dxfs",
            _element(
                f'<dxf><fill><patternFill patternType="solid"><fgColor rgb="FF{MARK_FILL}"/>'
                f'<bgColor rgb="FF{MARK_FILL}"/></patternFill></fill></dxf>'
            ),
        )

    def default_font(self) -> str:
        """Name of the font in which widths of columns are counted."""
        name = self._group("fonts").find(f"{main('font')}/{main('name')}")
        return name.get("val", "") if name is not None else ""

    def _clone(self, style: int, fill: etree._Element, border: etree._Element) -> int:
        xf = deepcopy(self._xf(style))
        xf.set("fillId", str(self._index("fills", fill)))
        xf.set("borderId", str(self._index("borders", border)))
        xf.set("applyFill", "1")
        xf.set("applyBorder", "1")
        return self._index("cellXfs", xf)

    def _xf(self, style: int) -> etree._Element:
        styles = self._group("cellXfs")
        if not 0 <= style < len(styles):
            raise CannotMark("セルの書式の番号が範囲の外にあります")
        return styles[style]

    def _part(self, style: int, kind: str) -> etree._Element:
        number = self._xf(style).get(f"{kind}Id", "0")
        group = self._group(f"{kind}s")
        if not number.isdecimal() or int(number) >= len(group):
            raise CannotMark("セルの書式の番号が範囲の外にあります")
        return group[int(number)]

    def _group(self, kind: str) -> etree._Element:
        group = self._root.find(main(kind))
        if group is None:
            if kind != "dxfs":
                raise CannotMark("書式の定義が欠けています")
            group = etree.Element(main(kind), count="0")
            inserted(self._root, group, _ORDER)
        return group

    def _index(self, kind: str, wanted: etree._Element) -> int:
        """Number of an equal element, added where there is none."""
        group = self._group(kind)
        if kind not in self._known:
            self._known[kind] = {}
            for number, other in enumerate(group):
                self._known[kind].setdefault(_canonical(other), number)
        known = self._known[kind]
        key = _canonical(wanted)
        if key not in known:
            if len(group) >= _MAX_STYLES:
                raise CannotMark("書式の数が多すぎます")
            known[key] = len(group)
            wanted.tail = None
            group.append(wanted)
            group.set("count", str(len(group)))
        return known[key]


def _lined(border: etree._Element, sides: frozenset[str]) -> etree._Element:
    lined = deepcopy(border)
    for line in lined:  # Gnumeric writes the words of strict files
        if isinstance(line.tag, str) and line.tag in _STRICT_SIDES:
            line.tag = _STRICT_SIDES[line.tag]
    for place, side in enumerate(_SIDES):
        if side in sides:
            for old in lined.findall(main(side)):
                lined.remove(old)
            drawn = f'<{side} style="{_MARK_STYLE}"><color rgb="FF{MARK_LINE}"/></{side}>'
            before = [main(other) for other in _SIDES[:place]]
            lined.insert(sum(child.tag in before for child in lined), _element(drawn))
    return lined


def _drawn(border: etree._Element) -> set[str]:
    """Sides of a border at which there is a line."""
    lines = (line for line in border if line.get("style", "none") != "none")
    tags = (str(line.tag) for line in lines)
    return {etree.QName(_STRICT_SIDES.get(tag, tag)).localname for tag in tags}


def _format(look: Look) -> str:
    """The rest of a style: number format, alignment and lock."""
    wrap = ' wrapText="1"' if look.wrap else ""
    indent = f' indent="{look.indent}"' if look.indent else ""
    upright = "center" if look.valign == "vcenter" else look.valign
    return (
        f' numFmtId="{_TEXT_FORMAT if look.answer else 0}" applyNumberFormat="1" applyFont="1"'
        ' applyFill="1" applyBorder="1" applyAlignment="1" applyProtection="1">'
        f'<alignment horizontal="{look.align}" vertical="{upright}"{indent}{wrap}/>'
        f'<protection locked="{int(not look.answer)}"/>'
    )


def _font(look: Look) -> str:
    shape = ("<b/>" if look.bold else "") + ("<u/>" if look.underline else "")
    return (
        f'<font>{shape}<sz val="{look.points:g}"/><color rgb="FF{look.ink[1:]}"/>'
        f'<name val="{FONT}"/><family val="3"/><charset val="128"/></font>'
    )


def _fill(look: Look) -> str:
    if not look.fill:
        return '<fill><patternFill patternType="none"/></fill>'
    return (
        f'<fill><patternFill patternType="solid"><fgColor rgb="FF{look.fill[1:]}"/>'
        '<bgColor indexed="64"/></patternFill></fill>'
    )


def _frame(look: Look) -> str:
    if not look.line:
        return "<border><left/><right/><top/><bottom/><diagonal/></border>"
    colour = f'<color rgb="FF{look.line[1:]}"/>'
    lines = "".join(f'<{side} style="thin">{colour}</{side}>' for side in _SIDES)
    return f"<border>{lines}<diagonal/></border>"


def _element(xml: str) -> etree._Element:
    """An element of ours, without a name space declared again in the file."""
    root = etree.fromstring(f'<x xmlns="{MAIN}">{xml}</x>')
    return root[0]


def _parsed(xml: str, tag: str) -> etree._Element:
    """A fill or border from the record; anything else there was not written by us."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        element = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        raise CannotMark("前回の印の記録が壊れています") from None
    if element.tag != main(tag):
        raise CannotMark("前回の印の記録が壊れています")
    return element


def _text(element: etree._Element) -> str:
    return _canonical(element).decode()


def _canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_tail=False))
