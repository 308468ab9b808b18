"""XML broken: tags and attributes removed, moved, doubled; entities, encodings and namespaces that say something else."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from lxml import etree

from fuzz import xml_cells
from fuzz.goods import Good
from fuzz.packages import Entry, put_together, taken_apart
from fuzz.xml_cells import MAIN, TEXTS, VALUES, Tree, cells

_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _some(random: Random, root: Tree) -> Tree:
    """Some element, most often a cell with contents or something in it."""
    if (found := cells(root)) and random.random() < 0.6:
        cell = random.choice(found)
        return random.choice((cell, *cell))
    return random.choice([each for each in root.iter() if isinstance(each.tag, str)])


# -- any element ---------------------------------------------------------------------------


def tag_removed(random: Random, root: Tree) -> None:
    """An element gone, with or without what it holds."""
    each = _some(random, root)
    parent = each.getparent()
    if parent is None:
        return
    if random.random() < 0.3:
        for child in list(each):
            each.addprevious(child)
    parent.remove(each)


def tag_doubled(random: Random, root: Tree) -> None:
    """An element twice, perhaps with another text."""
    each = _some(random, root)
    if each.getparent() is None:
        return
    twin = etree.fromstring(etree.tostring(each, with_tail=False))
    for text in twin.iter():
        if text.text and random.random() < 0.5:
            text.text = random.choice(TEXTS)
    random.choice((each.addnext, each.addprevious))(twin)


def tag_moved(random: Random, root: Tree) -> None:
    """An element elsewhere."""
    each, to = _some(random, root), _some(random, root)
    if each.getparent() is not None and not any(
        each is above for above in (to, *to.iterancestors())
    ):
        to.append(each)


def tag_renamed(random: Random, root: Tree) -> None:
    """An element called otherwise."""
    each = _some(random, root)
    name = etree.QName(each).localname
    other = random.choice(("x", name.upper(), "v", "f", "is", "t", "c", "row", "r", "rPh", "si"))
    each.tag = random.choice((f"{MAIN}{other}", name, f"{{urn:x}}{name}", f"{MAIN}{other}"))


def tag_wrapped(random: Random, root: Tree) -> None:
    """An element inside another one nobody knows."""
    each = _some(random, root)
    parent = each.getparent()
    if parent is None:
        return
    names = (
        f"{MAIN}x",
        "{urn:x}x",
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
        f"{MAIN}{etree.QName(each).localname}",
    )
    around = etree.Element(random.choice(names))
    parent.replace(each, around)
    around.append(each)


def tags_swapped(random: Random, root: Tree) -> None:
    """Two elements of one kind in each other's places."""
    each = _some(random, root)
    alike = [other for other in root.iter(each.tag) if other is not each]
    if not alike:
        return
    other = random.choice(alike)
    if any(each is above for above in other.iterancestors()) or any(
        other is above for above in each.iterancestors()
    ):
        return
    mark = etree.Element("mark")
    each.addprevious(mark)
    other.addprevious(each)
    mark.addprevious(other)
    mark.getparent().remove(mark)


def attribute_removed(random: Random, root: Tree) -> None:
    """An attribute gone."""
    each = _some(random, root)
    if each.attrib:
        del each.attrib[random.choice(list(each.attrib))]


def attribute_changed(random: Random, root: Tree) -> None:
    """An attribute that says something else."""
    each = _some(random, root)
    if each.attrib:
        each.set(random.choice(list(each.attrib)), random.choice(VALUES))


def attribute_added(random: Random, root: Tree) -> None:
    """An attribute nobody asked for, or one that means something."""
    names = (
        "r",
        "t",
        "s",
        "hidden",
        "x",
        "xml",
        f"{MAIN}r",
        "{urn:x}r",
        "spans",
        "si",
        "ref",
        "count",
    )
    _some(random, root).set(random.choice(names), random.choice(VALUES))


def text_changed(random: Random, root: Tree) -> None:
    """Another text in some element."""
    each = _some(random, root)
    each.text = random.choice(TEXTS)


def text_interrupted(random: Random, root: Tree) -> None:
    """A comment, an instruction or an element in the middle of a text."""
    texts = [
        each
        for each in root.iter()
        if isinstance(each.tag, str) and each.text and each.text.strip()
    ]
    if not texts:
        return
    each = random.choice(texts)
    text = each.text or ""
    at = random.randrange(len(text) + 1)
    each.text = text[:at]
    put_in = random.choice(
        (etree.Comment("x"), etree.ProcessingInstruction("x"), etree.Element(f"{MAIN}x"))
    )
    put_in.tail = text[at:]
    each.insert(0, put_in)


_ANY = (
    tag_removed, tag_doubled, tag_moved, tag_renamed, tag_wrapped, tags_swapped,
    attribute_removed, attribute_changed, attribute_added, text_changed, text_interrupted,
)  # fmt: skip
_IN_SHEETS = xml_cells.CHANGES
_PARTS = (
    "xl/worksheets/sheet", "xl/worksheets/sheet", "sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml",
    "workbook.xml.rels", "_rels/.rels", "[Content_Types].xml", "docProps/custom.xml",
)  # fmt: skip


def _chosen(random: Random, entries: list[Entry], wanted: str) -> int:
    """A part whose name holds this, of sheets rather one with answers."""
    found = [n for n, entry in enumerate(entries) if wanted in entry.name and entry.data]
    large = [n for n in found if len(entries[n].data) > 6000] if "sheet" in wanted else []
    parts = [n for n, entry in enumerate(entries) if entry.data.lstrip(b"\xef\xbb\xbf")[:1] == b"<"]
    return random.choice(large or found or parts)


def in_tree(
    change: Callable[[Random, Tree], None], parts: tuple[str, ...]
) -> Callable[[Random, Good], bytes]:
    """The change done once or a few times to the tree of one part."""

    def broken(random: Random, good: Good) -> bytes:
        entries = taken_apart(good.data)
        at = _chosen(random, entries, random.choice(parts))
        root = etree.fromstring(entries[at].data)
        for _ in range(random.choice((1, 1, 1, 2, 5))):
            try:
                change(random, root)
            except (IndexError, ValueError):  # nothing of that kind stands in this part
                break
        entries[at] = entries[at].with_data(_HEAD + etree.tostring(root, encoding="UTF-8"))
        return put_together(entries)

    return broken


# -- the text of a part --------------------------------------------------------------------


def in_text(random: Random, good: Good) -> bytes:
    """Entities, declarations, encodings and namespaces that say something else."""
    entries = taken_apart(good.data)
    at = _chosen(random, entries, random.choice(_PARTS))
    change = random.choice(_TEXT_CHANGES)
    entries[at] = entries[at].with_data(change(random, entries[at].data))
    return put_together(entries)


def _entity(random: Random, data: bytes) -> bytes:
    texts = [m.end() for m in re.finditer(rb"<(?:t|v|f)(?: [^>]*)?>", data)] or [len(data) // 2]
    at = random.choice(texts)
    entity = random.choice(
        (b"&amp;", b"&#65;", b"&#x3042;", b"&nbsp;", b"&#0;", b"&#xD800;", b"&x;", b"&", b"&#xFFFE;",
         b"<![CDATA[<]]>", b"]]>", b"<!-- -->", b"<?x?>", b"&#13;", b"&#10;", b"&amp;#65;", b"\x01")
    )  # fmt: skip
    return data[:at] + entity + data[at:]


def _declaration(random: Random, data: bytes) -> bytes:
    body = re.sub(rb"^\xef\xbb\xbf|<\?xml.*?\?>", b"", data, flags=re.DOTALL)
    return random.choice(
        (
            body,
            b"\xef\xbb\xbf" + data,
            b"\xef\xbb\xbf" + body,
            b'<?xml version="1.1"?>' + body,
            b'<?xml version="1.0" encoding="Shift_JIS"?>' + body,
            b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body,
            ('<?xml version="1.0" encoding="UTF-16"?>' + body.decode()).encode("utf-16"),
            b'<?xml version="1.0" encoding="Shift_JIS"?>'
            + body.decode().encode("cp932", "replace"),
            b'<!DOCTYPE x [<!ENTITY x "y">]>' + body,
            b"\n\n" + data,
            data + b"<x/>",
            data + b"\n\n",
            b"<!--x-->" + body,
        )
    )


def _namespace(random: Random, data: bytes) -> bytes:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return random.choice(
        (
            data.replace(main, b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
            data.replace(main, main + b"/"),
            data.replace(b'xmlns="' + main, b'xmlns:x="' + main),
            data.replace(b' xmlns="' + main + b'"', b""),
            data.replace(b"xmlns:r=", b"xmlns:q="),
            re.sub(rb"(<sheetData)", rb'\1 xmlns="urn:x"', data),
            data.replace(
                b"officeDocument/2006/relationships", b"officeDocument/2007/relationships"
            ),
        )
    )


def _exchange(random: Random, data: bytes) -> bytes:
    """Two attribute values of one kind exchanged: ids, targets, names."""
    name = random.choice(
        (
            b"r:id",
            b"Id",
            b"Target",
            b"name",
            b"PartName",
            b"sheetId",
            b"state",
            b"numFmtId",
            b"ContentType",
        )
    )
    found = list(re.finditer(rb"\b" + name + rb'="([^"]*)"', data))
    if len(found) < 2:
        return data.replace(b'"1"', b'"2"', 1)
    one, other = sorted(random.sample(found, 2), key=lambda m: m.start())
    return (
        data[: one.start(1)]
        + other[1]
        + data[one.end(1) : other.start(1)]
        + one[1]
        + data[other.end(1) :]
    )


def _named_targets(random: Random, data: bytes) -> bytes:
    """Defined names that point elsewhere, are gone, or stand there twice."""
    names = list(
        re.finditer(rb"<definedName [^>]*pdca_(?:row|col|ans)[^>]*>([^<]*)</definedName>", data)
    )
    if len(names) < 2:
        return _exchange(random, data)
    one, other = sorted(random.sample(names, 2), key=lambda m: m.start())
    how = random.randrange(4)
    if how == 0:
        return (
            data[: one.start(1)]
            + other[1]
            + data[one.end(1) : other.start(1)]
            + one[1]
            + data[other.end(1) :]
        )
    if how == 1:
        return (
            data[: one.start(1)]
            + random.choice((b"#REF!", b"", other[1], b"'x'!$A$1", b"1"))
            + data[one.end(1) :]
        )
    if how == 2:
        return data[: one.start()] + one[0].replace(one[1], other[1]) + data[one.start() :]
    return data[: one.start()] + data[one.end() :]


_TEXT_CHANGES = (
    _entity,
    _entity,
    _declaration,
    _namespace,
    _exchange,
    _exchange,
    _named_targets,
    _named_targets,
)

KINDS: dict[str, Callable[[Random, Good], bytes]] = {
    **{f"xml.{change.__name__}": in_tree(change, _PARTS) for change in _ANY},
    **{f"xml.{change.__name__}": in_tree(change, _PARTS[:1]) for change in _IN_SHEETS},
    "xml.text": in_text,
}
