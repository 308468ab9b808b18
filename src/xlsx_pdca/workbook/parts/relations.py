"""Which part belongs to which: content types and relationships of a package."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Damaged, Hostile
from xlsx_pdca.workbook.parts.package import CONTENT_TYPES, Package
from xlsx_pdca.workbook.parts.xml import Attributes, known_once, stream, tagged

_RELATIONSHIPS = ("http://schemas.openxmlformats.org/package/2006/relationships",)
_CONTENT_TYPES = ("http://schemas.openxmlformats.org/package/2006/content-types",)


@dataclass(frozen=True)
class Relation:
    """One relationship inside the package; links to the outside are left out."""

    id: str
    kind: str
    """Last word of the relationship type: worksheet, drawing, comments…; the same in strict files."""
    target: str
    """Name of the part, without leading slash."""


def relations(package: Package, source: str) -> Sequence[Relation]:
    """Relationships of a part ("" for the package itself); none when it has no such list."""
    folder = posixpath.dirname(source)
    return [
        Relation(id, kind, _resolved(package, folder, target))
        for id, kind, target, outside in _listed(package, source)
        if not outside
    ]


def outside_links(package: Package, source: str) -> tuple[str, ...]:
    """Where hyperlinks and linked objects of a part lead that leave the workbook, each once."""
    kinds = ("hyperlink", "oleObject", "image")
    targets = (
        target for _, kind, target, outside in _listed(package, source) if outside and kind in kinds
    )
    return tuple(dict.fromkeys(targets))


def _listed(package: Package, source: str) -> Sequence[tuple[str, str, str, bool]]:
    folder, name = posixpath.split(source)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    return _stated(package.chunks(listing), listing) if listing in package else ()


@known_once
def _stated(chunks: Iterable[bytes], part: str) -> Sequence[tuple[str, str, str, bool]]:
    """Id, last word of the type, target as written, and whether it leaves the package, of each relationship."""
    found: list[tuple[str, str, str, bool]] = []
    links = 0

    def relationship(attributes: Attributes) -> None:
        nonlocal links
        outside = attributes.get("TargetMode") == "External"
        if len(found) - links >= limits.RELATIONSHIPS:
            raise Hostile(f"more than {limits.RELATIONSHIPS} relationships")
        if not outside or links < limits.LINKS:
            links += outside
            kind = attributes.get("Type", "").rpartition("/")[2]
            found.append((attributes.get("Id", ""), kind, attributes.get("Target", ""), outside))

    stream(chunks, tagged(_RELATIONSHIPS, {"Relationship": relationship}), {}, part=part)
    return found


def part_by_id(found: Sequence[Relation], id: str, what: str) -> Relation:
    """The relation with this id; a promise of a part without one means a damaged file."""
    matches = [relation for relation in found if relation.id == id]
    if len(matches) != 1:
        raise Damaged(f"{what} has {len(matches)} relationships {id!r}")
    return matches[0]


def parts_of_kind(package: Package, found: Sequence[Relation], *kinds: str) -> list[str]:
    """Parts of these kinds that are really there, each once, in the order of the list."""
    targets = (relation.target for relation in found if relation.kind in kinds)
    return [target for target in dict.fromkeys(targets) if target in package]


def has_linked_pictures(package: Package) -> bool:
    """Whether a picture lies outside the package: programs fetch such ones, unlike links to other books, by themselves."""
    linked: list[str] = []

    def relationship(attributes: Attributes) -> None:
        if attributes.get("TargetMode") == "External":
            linked.append(attributes.get("Type", "").rpartition("/")[2])

    opens = tagged(_RELATIONSHIPS, {"Relationship": relationship})
    for name in package.names:
        if name.endswith(".rels"):
            stream(package.chunks(name), opens, {}, part=name)
    return "image" in linked


def content_types(package: Package) -> Mapping[str, str]:
    """Content types stated for single parts: name in lower case → type in lower case."""
    return _content_types(package.chunks(CONTENT_TYPES), CONTENT_TYPES)


@known_once
def _content_types(chunks: Iterable[bytes], part: str) -> Mapping[str, str]:
    stated: dict[str, str] = {}

    def override(attributes: Attributes) -> None:
        name = attributes.get("PartName", "").lstrip("/").lower()
        stated[name] = attributes.get("ContentType", "").lower()

    stream(chunks, tagged(_CONTENT_TYPES, {"Override": override}), {}, part=part)
    return stated


def _resolved(package: Package, folder: str, target: str) -> str:
    target = target.replace("\\", "/").partition("#")[0]
    joined = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    if joined in package or "%" not in joined:
        return joined
    from urllib.parse import unquote

    return unquote(joined)
