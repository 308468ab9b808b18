"""A package being edited: what nobody touched goes back as it came, part for part."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from xlsx_pdca.workbook.package import packed
from xlsx_pdca.workbook.parts.package import CONTENT_TYPES, open_package

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MISSING = "ファイルの一部が欠けています"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


class CannotMark(Exception):
    """Marking would risk what is in the file; the reason is a sentence for the officer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def main(tag: str) -> str:
    """A tag of the main namespace as lxml names it."""
    return f"{{{MAIN}}}{tag}"


@dataclass(frozen=True)
class Related:
    """One relationship to a part inside the package."""

    id: str
    kind: str
    target: str


class Parts:
    """The parts of one package; XML parts are parsed once, and written anew only after `touch`."""

    def __init__(self, data: bytes) -> None:
        """`data` must have passed our reader, which guards against everything hostile in it."""
        package = open_package(data)
        names = [name for name in package.stored_names if not name.endswith("/")]
        for name in names:
            if not name.isascii() or "\\" in name:
                raise CannotMark("ファイルの内部の名前が標準と異なります")
        self._parts = {name: package.read(name) for name in names}
        self._names = {name.lower(): name for name in names}
        self._trees: dict[str, etree._Element] = {}
        self._touched: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._parts))

    def read(self, name: str) -> bytes:
        """Bytes of a part that is not parsed, such as the drawing of comments."""
        if name not in self:
            raise CannotMark(_MISSING)
        return self._parts[self._names[name.lower()]]

    def put(self, name: str, data: bytes) -> None:
        """Set the bytes of a part, new or not."""
        stored = self._names.setdefault(name.lower(), name)
        self._trees.pop(stored, None)
        self._touched.discard(stored)
        self._parts[stored] = data

    def drop(self, name: str) -> None:
        """Take a part out, with its type and its own relationships."""
        stored = self._names.pop(name.lower())
        self._trees.pop(stored, None)
        self._touched.discard(stored)
        del self._parts[stored]
        types = self.tree(CONTENT_TYPES)
        for item in types.findall(f"{{{_TYPES}}}Override"):
            if item.get("PartName", "").lstrip("/").lower() == name.lower():
                self.touch(CONTENT_TYPES)
                types.remove(item)
        if _listing(name) in self:
            self.drop(_listing(name))

    def tree(self, name: str) -> etree._Element:
        """Root of an XML part, to be looked at; call `touch` before changing it."""
        if name not in self:
            raise CannotMark(_MISSING)
        stored = self._names[name.lower()]
        if stored not in self._trees:
            self._trees[stored] = _parsed(self._parts[stored])
        return self._trees[stored]

    def touch(self, name: str) -> etree._Element:
        """Root of an XML part that is about to be changed."""
        root = self.tree(name)
        self._touched.add(self._names[name.lower()])
        return root

    def is_touched(self, name: str) -> bool:
        """Whether an XML part will be written anew."""
        return self._names.get(name.lower()) in self._touched

    def free_name(self, pattern: str) -> str:
        """A name no part has, from a pattern such as `xl/comments{}.xml`."""
        number = 1
        while pattern.format(number) in self:
            number += 1
        return pattern.format(number)

    # -- what belongs to what --------------------------------------------------------------

    def related(self, source: str) -> tuple[Related, ...]:
        """Relationships of a part ("" for the package) that stay inside the package."""
        listing = _listing(source)
        if listing not in self:
            return ()
        folder = posixpath.dirname(source)
        return tuple(
            Related(item.get("Id", ""), _kind(item), _resolved(folder, item.get("Target", "")))
            for item in self.tree(listing).iterfind(f"{{{_RELATIONSHIPS}}}Relationship")
            if item.get("TargetMode") != "External"
        )

    def relate(self, source: str, kind: str, target: str) -> str:
        """Add a relationship and give its id."""
        listing = _listing(source)
        if listing not in self:
            self.put(listing, f'<Relationships xmlns="{_RELATIONSHIPS}"/>'.encode())
        root = self.touch(listing)
        taken = {item.get("Id", "").lower() for item in root}
        number = next(n for n in range(1, len(taken) + 2) if f"rid{n}" not in taken)
        item = etree.SubElement(root, f"{{{_RELATIONSHIPS}}}Relationship")
        item.set("Id", f"rId{number}")
        item.set("Type", f"{OFFICE}/{kind}")
        item.set("Target", posixpath.relpath(target, posixpath.dirname(source) or "."))
        return f"rId{number}"

    def unrelate(self, source: str, id: str) -> None:
        """Take a relationship away."""
        root = self.touch(_listing(source))
        for item in list(root):
            if item.get("Id") == id:
                root.remove(item)

    def state_type(self, name: str, content_type: str) -> None:
        """State the content type of one part."""
        item = etree.SubElement(self.touch(CONTENT_TYPES), f"{{{_TYPES}}}Override")
        item.set("PartName", f"/{name}")
        item.set("ContentType", content_type)

    def state_ending(self, ending: str, content_type: str) -> None:
        """State the content type of all parts with this ending, unless it is stated."""
        defaults = self.tree(CONTENT_TYPES).findall(f"{{{_TYPES}}}Default")
        if ending not in (item.get("Extension", "").lower() for item in defaults):
            item = etree.Element(f"{{{_TYPES}}}Default")
            item.set("Extension", ending)
            item.set("ContentType", content_type)
            self.touch(CONTENT_TYPES).insert(0, item)

    def type_of(self, name: str) -> str:
        """Content type stated for one part, in lower case; "" where there is none."""
        for item in self.tree(CONTENT_TYPES).iterfind(f"{{{_TYPES}}}Override"):
            if item.get("PartName", "").lstrip("/").lower() == name.lower():
                return item.get("ContentType", "").lower()
        return ""

    def written(self) -> bytes:
        """The package; the same parts make the same bytes."""
        for name in self._touched:
            self._parts[name] = etree.tostring(
                self._trees[name], xml_declaration=True, encoding="UTF-8", standalone=True
            )
        self._touched.clear()
        return packed(self._parts)


def inserted(root: etree._Element, child: etree._Element, order: tuple[str, ...]) -> None:
    """Put a child where the schema wants it: before the first one whose tag comes later in `order`."""
    place = order.index(etree.QName(child).localname)
    later = {main(tag) for tag in order[place + 1 :]}
    for position, other in enumerate(root):
        if other.tag in later:
            root.insert(position, child)
            return
    root.append(child)


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise CannotMark("ファイルの内部が壊れています") from None
    if any(isinstance(each, etree._Entity) for each in root.iter()) or b"<!DOCTYPE" in data:
        raise CannotMark("ファイルの内部が標準と異なります")
    return root


def _listing(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _kind(item: etree._Element) -> str:
    return item.get("Type", "").rpartition("/")[2]


def _resolved(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
