"""Streams one XML part through handlers; the only place where foreign XML is parsed for reading."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import TypeVar
from xml.parsers import expat

from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Damaged, Hostile

Attributes = Mapping[str, str]
Open = Callable[[Attributes], None]
Close = Callable[[], None]
Handler = TypeVar("Handler")
Told = TypeVar("Told")

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_RELATIONSHIP_ID = tuple(
    f"{namespace} id"
    for namespace in (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
)
_GATHERED_BYTES = 4 << 20
_REMEMBERED_BYTES = 128 << 10
_ENCODINGS = {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1"}


def tagged(namespaces: Iterable[str], handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """Handlers under the names the parser reports: each namespace (transitional, strict) with each tag."""
    return {
        f"{namespace} {tag}": handler
        for namespace in namespaces
        for tag, handler in handlers.items()
    }


@dataclass(frozen=True)
class Shape:
    """Where elements may stand; readers do not agree on what a cell inside an unknown element is."""

    parents: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Element → those it may stand in; others may stand anywhere."""
    leaves: Collection[str] = ()
    """Elements that hold nothing but text."""
    once: Collection[str] = ()
    """Elements that stand once in what they stand in."""


def shaped(
    namespaces: Sequence[str],
    parents: Mapping[str, Collection[str]],
    leaves: Collection[str],
    once: Collection[str] = (),
) -> Shape:
    """The same under the names the parser reports."""
    return Shape(
        {
            f"{namespace} {tag}": {f"{namespace} {each}" for each in around}
            for namespace in namespaces
            for tag, around in parents.items()
        },
        {f"{namespace} {tag}" for namespace in namespaces for tag in leaves},
        {f"{namespace} {tag}" for namespace in namespaces for tag in once},
    )


_ANY_SHAPE = Shape()


def known_once(
    read: Callable[[Iterable[bytes], str], Told],
) -> Callable[[Iterable[bytes], str], Told]:
    """`read` (chunks of a part, its name), remembered for small parts; what it tells must not be changed.

    Styles, lists of parts and what stands around the rows are the same in many returns: nobody touched
    them, and the saving program writes them alike each time.
    """
    known = lru_cache(maxsize=64)(lambda data, part: read((data,), part))

    def once(chunks: Iterable[bytes], part: str) -> Told:
        data, chunks = gathered(chunks, _REMEMBERED_BYTES)
        return read(chunks, part) if data is None else known(data, part)

    return once


def gathered(
    chunks: Iterable[bytes], most: int = _GATHERED_BYTES
) -> tuple[bytes | None, Iterable[bytes]]:
    """The whole part if it has not too many bytes, else None; and its chunks, none of them lost."""
    pieces: list[bytes] = []
    coming = iter(chunks)
    room = most
    for piece in coming:
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            return None, chain(pieces, coming)
    return b"".join(pieces), pieces


def relationship_id(attributes: Attributes) -> str:
    """The `r:id` of an element, "" when it has none."""
    return next((attributes[key] for key in _RELATIONSHIP_ID if key in attributes), "")


def is_true(text: str | None) -> bool:
    """An XML boolean; anything else than the known words for true is false."""
    return text in ("1", "true", "on")


def whole(text: str | None, what: str) -> int:
    """A whole number that is not negative; anything else means a damaged file."""
    if text and text.isascii() and text.isdecimal():
        if len(text) > 10:
            raise Hostile(f"{what} {text[:20]}")
        return int(text)
    raise Damaged(f"{what} {(text or '')[:40]!r} is no number")


class Pieces(list[str]):
    """Character data since the last start tag; the parser appends to it without a Python call."""

    def take(self) -> str:
        """The text collected, leaving nothing behind."""
        text = "".join(self)
        self.clear()
        return text


def stream(
    chunks: Iterable[bytes],
    opens: Mapping[str, Open],
    closes: Mapping[str, Close],
    pieces: Pieces | None = None,
    *,
    part: str,
    roots: Collection[str] = (),
    until: Collection[str] = (),
    shape: Shape = _ANY_SHAPE,
) -> None:
    """Call the handlers in document order; a DTD, absurd nesting and broken XML stop the reading.

    `roots` names the local names the root element may have, empty allows any. From the first tag
    in `until` on, the rest is only checked for being XML.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _check_encoding
    collected = Pieces() if pieces is None else pieces
    guarded = dict(opens) | {tag: _silencer(parser) for tag in until}
    parser.StartElementHandler, parser.EndElementHandler = _dispatch(
        guarded, closes, collected.clear, roots, shape
    )
    if pieces is not None:
        parser.CharacterDataHandler = pieces.append
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Damaged(f"part {part}: {error}") from error


def _silencer(parser: expat.XMLParserType) -> Open:
    def silence(_: Attributes) -> None:
        parser.StartElementHandler = parser.EndElementHandler = None
        parser.CharacterDataHandler = None

    return silence


def _dispatch(
    opens: Mapping[str, Open],
    closes: Mapping[str, Close],
    forget_text: Callable[[], None],
    roots: Collection[str],
    shape: Shape,
) -> tuple[Callable[[str, dict[str, str]], None], Callable[[str], None]]:
    """Closures, because these two run for every element of every file."""
    above: list[str] = []
    held: list[tuple[str, ...]] = [()]
    """For the document and each open element, what may stand in it once and does."""
    opener, closer = opens.get, closes.get
    parents, leaves, once = shape.parents, shape.leaves, shape.once

    def start(name: str, attributes: dict[str, str]) -> None:
        if not above and roots and name.rpartition(" ")[2] not in roots:
            raise Damaged(f"root element {name[:200]}")
        around = above[-1] if above else ""
        if around in leaves or (name in parents and around not in parents[name]):
            raise Damaged(f"element {name[:200]} inside {around[:200]}")
        if name in once:
            if name in held[-1]:  # some readers take the first one, some the last, some both
                raise Damaged(f"element {name[:200]} twice in {around[:200]}")
            held[-1] = (*held[-1], name)
        held.append(())
        above.append(name)
        if len(above) > limits.DEPTH:
            raise Hostile(f"elements nested deeper than {limits.DEPTH}")
        forget_text()
        handler = opener(name)
        if handler is not None:
            handler(attributes)

    def end(name: str) -> None:
        above.pop()
        held.pop()
        handler = closer(name)
        if handler is not None:
            handler()

    return start, end


def _refuse_doctype(*_: object) -> None:
    raise Hostile("document type definition")


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise Damaged(f"XML encoding {encoding[:40]}")
