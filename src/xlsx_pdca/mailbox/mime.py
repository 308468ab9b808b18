"""A mail taken apart at its boundaries without changing a byte: header lines, nested multiparts, leaves.

Not the `email` package: it reads a forwarded mail into objects and cannot give back its bytes, it nests
without limit, and it cannot say which part a cut mail was cut in. It judges this module in the tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xlsx_pdca.contents import CUT_HERE, CUT_OFF
from xlsx_pdca.mailbox.attachment_names import Parameter, value_and_parameters

DEPTH = 50
LEAVES = 1_000
HEADER_LINES = 10_000
FALSE_BOUNDARIES = 100_000
"""Lines that only begin like a boundary."""
STRAY_BYTES = 1_000
"""So much may stand outside the parts of a multipart: phrases for old programs, the lines of a mailing list."""


class TooMuch(Exception):
    """Nested deeper or parted oftener than genuine mails are."""


@dataclass(frozen=True)
class Entity:
    """Header lines, and where the body stands in the mail."""

    data: bytes = field(repr=False)
    headers: tuple[tuple[str, bytes], ...]
    """Names in lower case; values as they stand, folds included."""
    start: int
    end: int

    def header(self, name: str) -> bytes:
        """The first header of that name; b"" where there is none."""
        return next((value for own, value in self.headers if own == name), b"")

    @property
    def body(self) -> bytes:
        return self.data[self.start : self.end]


@dataclass(frozen=True)
class Leaf:
    """A part that is not parted further."""

    entity: Entity
    type: str
    parameters: tuple[Parameter, ...]
    within: tuple[tuple[str, int], ...]
    """Type and number of each multipart around it, the outermost first."""
    defect: str = ""
    """English: why its body may not be all of it."""


@dataclass
class Taken:
    """What the walk through a mail finds."""

    leaves: list[Leaf] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    multiparts: int = 0


_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*")


def read_entity(data: bytes, start: int, end: int) -> Entity:
    """Headers and body of what stands between; a line that is no header begins the body."""
    headers: list[tuple[str, list[bytes]]] = []
    position, count = start, 0
    while position < end:
        found = _LINE.match(data, position, end)
        assert found is not None
        line, after = found[0], found.end()
        if not line.strip(b"\r\n"):
            position = after
            break
        head = _HEADER.match(line)
        if line[:1] in b" \t" and headers:
            headers[-1][1].append(line)
        elif head is None:
            break
        else:
            headers.append((head[1].decode("ascii").lower(), [line[head.end() :]]))
        count += 1
        if count > HEADER_LINES:
            raise TooMuch("more header lines than any mail has")
        position = after
    folded = tuple((name, b"".join(lines).rstrip(b"\r\n")) for name, lines in headers)
    return Entity(data, folded, position, end)


def take_apart(entity: Entity) -> Taken:
    """All leaves in their order, and what is broken; TooMuch beyond the limits."""
    taken = Taken()
    _walk(entity, (), "text/plain", "", taken)
    return taken


def _walk(
    entity: Entity, within: tuple[tuple[str, int], ...], default: str, defect: str, taken: Taken
) -> None:
    kind, parameters = value_and_parameters(entity.header("content-type"))
    kind = kind if re.fullmatch(r"[^\s/]+/[^\s/]+", kind) else default
    if not kind.startswith("multipart/"):
        _add(taken, Leaf(entity, kind, parameters, within, defect))
        return
    if len(within) >= DEPTH:
        raise TooMuch(f"multiparts nested deeper than {DEPTH}")
    boundary = next((p.value.rstrip() for p in parameters if p.name == "boundary"), "")
    split = _split(entity, boundary.encode("utf-8", "replace")) if boundary else None
    if split is None or not split.pieces:
        taken.defects.append(f"{kind} without its boundary")
        lost = f"the boundary of this {kind} is missing"
        _add(taken, Leaf(entity, kind, parameters, within, lost))
        return
    _walk_pieces(entity, kind, split, within, defect, taken)


def _add(taken: Taken, leaf: Leaf) -> None:
    if len(taken.leaves) >= LEAVES:
        raise TooMuch(f"more than {LEAVES} parts")
    taken.leaves.append(leaf)


def _walk_pieces(
    entity: Entity,
    kind: str,
    split: _Split,
    within: tuple[tuple[str, int], ...],
    defect: str,
    taken: Taken,
) -> None:
    taken.multiparts += 1
    inner = (*within, (kind, taken.multiparts))
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    if not split.closed:
        taken.defects.append(f"{kind} is not closed: {CUT_OFF}")
    if split.stray > STRAY_BYTES:
        taken.defects.append(f"{split.stray} bytes outside the parts of {kind}")
    last = split.pieces[-1]
    for piece in split.pieces:
        cut = "" if split.closed or piece is not last else CUT_HERE
        child = read_entity(entity.data, *piece)
        _walk(child, inner, default, cut or (defect if piece is last else ""), taken)


@dataclass(frozen=True)
class _Split:
    pieces: tuple[tuple[int, int], ...]
    closed: bool
    stray: int
    """Bytes before the first and after the closing boundary."""


def _split(entity: Entity, boundary: bytes) -> _Split:
    """Where the parts of a multipart stand; the line end before a boundary belongs to the boundary."""
    data, end = entity.data, entity.end
    begun: int | None = None
    pieces: list[tuple[int, int]] = []
    stray, position, false = 0, entity.start, 0
    while (at := data.find(b"--" + boundary, position, end)) >= 0:
        position = at + 2 + len(boundary)
        line = _DELIMITER.match(data, position, end)
        if line is None or not _begins_line(data, at, entity.start):
            false += 1
            if false > FALSE_BOUNDARIES:
                raise TooMuch("too many lines that are nearly boundaries")
            continue
        position = line.end()
        if begun is None:
            stray += at - entity.start
        else:
            pieces.append((begun, max(begun, _before_line_end(data, at))))
        if len(pieces) > LEAVES:
            raise TooMuch(f"more than {LEAVES} parts")
        begun = line.end()
        if line[1]:
            return _Split(tuple(pieces), True, stray + len(data[begun:end].strip()))
    if begun is not None:
        pieces.append((begun, end))
    return _Split(tuple(pieces), False, stray)


_DELIMITER = re.compile(rb"(--)?[ \t]*+(?:\r\n|\r|\n|\Z)")


def _begins_line(data: bytes, at: int, start: int) -> bool:
    return at == start or data[at - 1 : at] in (b"\r", b"\n")


def _before_line_end(data: bytes, at: int) -> int:
    if data[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1
