"""Header texts and names of attachments, in every way mail programs write Japanese into them.

A header is first made text as a whole, because a byte of a CP932 or JIS character may look like a quote,
a backslash or a semicolon; then it is taken apart; encoded words and percents are decoded last.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xlsx_pdca.cells import visible_name
from xlsx_pdca.mailbox.charsets import Decoded, decode

HEADER_BYTES = 64 << 10
"""Of one header that are looked at; genuine ones have hundreds."""


def header_text(raw: bytes) -> str:
    """What a person reads in a header such as Subject, in one line."""
    return visible_name(words_decoded(unfolded(raw)).text.strip())


def attachment_name(disposition: bytes, content_type: bytes) -> str:
    """Name of an attachment after its Content-Disposition and Content-Type; "" where neither has one.

    Of several spellings the first that can be read wins: RFC 2231 before the plain one, `filename` before `name`.
    """
    candidates = [
        *_candidates(parameters(disposition), "filename"),
        *_candidates(parameters(content_type), "name"),
    ]
    readable = [text for text, sure in candidates if text and sure]
    found = next(iter(readable or [text for text, _ in candidates if text]), "")
    return visible_name(found.strip())


def unfolded(raw: bytes) -> str:
    """A header as one line of text, nothing in it decoded but its bytes."""
    line = re.sub(rb"(?:\r\n|\r|\n)[ \t]", b" ", raw[:HEADER_BYTES])
    return decode(line).text


class Parameter(NamedTuple):
    """`name=value`, `name*=value` or `name*0*=value` of a structured header."""

    name: str
    """In lower case, without its asterisks."""
    section: int | None
    """Number of a continued value, None for a value in one piece."""
    extended: bool
    """Whether percents are to be decoded."""
    value: str


_PARAMETER = re.compile(
    r""";\s*(?P<name>[^\s=;*"]+)(?:\*(?P<section>\d{1,4}))?(?P<extended>\*)?\s*=\s*"""
    r"""(?:"(?P<quoted>(?:[^"\\]|\\.?)*+)(?:"|\Z)|(?P<plain>[^;]*))""",
    re.DOTALL,
)


_QUOTED_PAIR = re.compile(r"""\\(["\\])""")
"""Other backslashes stay: some programs give whole paths of Windows."""


def value_and_parameters(raw: bytes) -> tuple[str, tuple[Parameter, ...]]:
    """The leading value of a structured header, in lower case, and its parameters."""
    text = unfolded(raw)
    value = text.partition(";")[0].strip().strip('"').lower()
    return value, tuple(_parameters(text))


def parameters(raw: bytes) -> tuple[Parameter, ...]:
    return value_and_parameters(raw)[1]


def parameter(found: Sequence[Parameter], name: str) -> str:
    """Value of a parameter as a program means it (a boundary, a charset), or ""."""
    return next((text for text, _ in _candidates(found, name) if text), "")


def _parameters(text: str) -> Iterator[Parameter]:
    for match in _PARAMETER.finditer(text):
        value = match["quoted"]
        value = match["plain"].strip() if value is None else _QUOTED_PAIR.sub(r"\1", value)
        section = match["section"]
        yield Parameter(
            match["name"].lower(),
            None if section is None else int(section),
            match["extended"] is not None,
            value,
        )


def _candidates(found: Sequence[Parameter], name: str) -> list[Decoded]:
    """Every spelling of one parameter, decoded; the best first."""
    own = [p for p in found if p.name == name]
    spellings = [_extended(p.value) for p in own if p.section is None and p.extended]
    pieces = sorted((p for p in own if p.section is not None), key=lambda p: p.section or 0)
    if pieces:
        spellings.append(_joined(pieces))
    return spellings + [_plain(p.value) for p in own if p.section is None and not p.extended]


def _joined(pieces: Sequence[Parameter]) -> Decoded:
    """A continued value; a character may be split between two pieces, so bytes are joined, not texts."""
    if not any(p.extended for p in pieces):
        return _plain("".join(p.value for p in pieces))
    charset, start = _charset(pieces[0].value) if pieces[0].extended else ("", pieces[0].value)
    data = [_unescaped(start) if pieces[0].extended else _bytes(start)]
    data += [_unescaped(p.value) if p.extended else _bytes(p.value) for p in pieces[1:]]
    complete = [p.section for p in pieces] == list(range(len(pieces)))
    text, sure = decode(b"".join(data), charset)
    return Decoded(text, sure and complete)


def _extended(value: str) -> Decoded:
    """RFC 2231 in one piece: charset'language'percents; programs also leave the first two out."""
    charset, rest = _charset(value)
    if charset == "" and rest.startswith("=?"):
        return _plain(rest)
    return decode(_unescaped(rest), charset)


def _charset(value: str) -> tuple[str, str]:
    match = re.match(r"([A-Za-z0-9_.:+-]*)'[^']*'(.*)\Z", value, re.DOTALL)
    return (match[1], match[2]) if match else ("", value)


def _plain(value: str) -> Decoded:
    """A value as it stands: encoded words although they do not belong there, percents although nothing announces them."""
    if "=?" in value:
        return words_decoded(value)
    if "%" in value:
        data = _unescaped(value)
        text, sure = decode(data)
        if sure and not data.isascii():
            return Decoded(text, True)
    return Decoded(value, "\ufffd" not in value)


def _unescaped(value: str) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: binascii.unhexlify(m[1]), _bytes(value))


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]*)?\?([BbQq])\?([^?]*)\?=")
_WORDS = re.compile(rf"{_WORD.pattern}(?:\s*{_WORD.pattern})*")


def words_decoded(text: str) -> Decoded:
    """Text with its encoded words decoded; neighbours in one character set are joined before that."""
    sure = "\ufffd" not in text

    def replaced(match: re.Match[str]) -> str:
        nonlocal sure
        decoded = [_run_decoded(run) for run in _runs(_WORD.findall(match[0]))]
        sure = sure and all(d.sure for d in decoded)
        return "".join(d.text for d in decoded)

    return Decoded(_WORDS.sub(replaced, text), sure)


class _Run(NamedTuple):
    """Neighbouring encoded words in one character set and one encoding: a character may be split between them."""

    charset: str
    encoding: str
    payloads: tuple[str, ...]


def _runs(words: Sequence[tuple[str, str, str]]) -> list[_Run]:
    runs: list[_Run] = []
    for charset, encoding, payload in words:
        key = (charset.lower(), encoding.lower())
        if runs and (runs[-1].charset, runs[-1].encoding) == key:
            runs[-1] = runs[-1]._replace(payloads=(*runs[-1].payloads, payload))
        else:
            runs.append(_Run(*key, (payload,)))
    return runs


def _run_decoded(run: _Run) -> Decoded:
    data = _quoted(run.payloads) if run.encoding == "q" else _base64(run.payloads)
    if data is None:
        written = (f"=?{run.charset}?{run.encoding}?{payload}?=" for payload in run.payloads)
        return Decoded(" ".join(written), False)
    return decode(data, run.charset)


def _quoted(payloads: Sequence[str]) -> bytes:
    joined = "".join(payloads).replace("_", " ")
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda m: binascii.unhexlify(m[1]), _bytes(joined))


def _base64(payloads: Sequence[str]) -> bytes | None:
    """Bytes of base64 words; some programs cut the base64 itself anywhere, some forget its padding."""
    cleaned = ["".join(payload.split()) for payload in payloads]
    if any(len(c) % 4 for c in cleaned[:-1]) and not any("=" in c for c in cleaned[:-1]):
        cleaned = ["".join(cleaned)]
    try:
        return b"".join(_one_base64(c) for c in cleaned)
    except (binascii.Error, ValueError):
        return None


def _one_base64(text: str) -> bytes:
    bare = text.rstrip("=")
    return binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
