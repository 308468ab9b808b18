"""Document properties: who saved the book with what, and the custom ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlsx_pdca.cells import decode_stored
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Hostile
from xlsx_pdca.workbook.parts.package import Package
from xlsx_pdca.workbook.parts.xml import Attributes, Pieces, known_once, stream, tagged

_EXTENDED = (
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
    "http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
)
_CORE = ("http://schemas.openxmlformats.org/package/2006/metadata/core-properties",)
_CUSTOM = (
    "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
    "http://purl.oclc.org/ooxml/officeDocument/customProperties",
)


def application(package: Package, part: str) -> str:
    """Application and AppVersion as stated, joined by a blank."""
    return _application(package.chunks(part), part)


@known_once
def _application(chunks: Iterable[bytes], part: str) -> str:
    stated = _texts(chunks, part, _EXTENDED, "Application", "AppVersion")
    return " ".join(text for text in (stated["Application"], stated["AppVersion"]) if text)


def last_modified_by(package: Package, part: str) -> str:
    """Name of the person who saved last, as stated."""
    return _texts(package.chunks(part), part, _CORE, "lastModifiedBy")["lastModifiedBy"]


def custom_properties(package: Package, part: str) -> Mapping[str, str]:
    """Custom properties of every type as text."""
    found: dict[str, str] = {}
    pieces = Pieces()
    name = ""

    def opened(attributes: Attributes) -> None:
        nonlocal name
        name = attributes.get("name", "")
        pieces.clear()

    def closed() -> None:
        if len(found) >= limits.PROPERTIES:
            raise Hostile("too many custom properties")
        found[name] = decode_stored(pieces.take().strip())

    opens, closes = tagged(_CUSTOM, {"property": opened}), tagged(_CUSTOM, {"property": closed})
    stream(package.chunks(part), opens, closes, pieces, part=part)
    return found


def _texts(
    chunks: Iterable[bytes], part: str, namespaces: tuple[str, ...], *names: str
) -> dict[str, str]:
    found = dict.fromkeys(names, "")
    pieces = Pieces()

    def opened(_: Attributes) -> None:
        pieces.clear()

    def keep(name: str) -> None:
        found[name] = pieces.take().strip()

    opens = tagged(namespaces, dict.fromkeys(names, opened))
    closes = tagged(namespaces, {name: lambda name=name: keep(name) for name in names})
    stream(chunks, opens, closes, pieces, part=part)
    return found
