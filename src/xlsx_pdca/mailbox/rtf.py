"""The words of a mail that Outlook keeps as rich text only, packed its own way (MS-OXRTFCP)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from xlsx_pdca.mailbox.charsets import decode

RTF_BYTES = 4 << 20
"""Of unpacked rich text that are read; the words of a mail are far fewer."""

_PRELOADED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096


def inflated_rtf(packed: bytes) -> bytes:
    """The rich text in a property PidTagRtfCompressed; b"" where it is none, less where it is cut off."""
    if len(packed) < 16:
        return b""
    _, size, kind, _ = struct.unpack_from("<IIII", packed)
    if kind == 0x414C454D:
        return packed[16 : 16 + min(size, RTF_BYTES)]
    if kind != 0x75465A4C:
        return b""
    return _inflated(packed[16:], min(size, RTF_BYTES))


def _inflated(packed: bytes, size: int) -> bytes:
    # What is written is also the window that references point into.
    out = bytearray(_PRELOADED)
    first = len(out)
    position = 0
    while position < len(packed) and len(out) - first < size:
        control = packed[position]
        position += 1
        for bit in range(8):
            if position >= len(packed):
                break
            if not control >> bit & 1:
                out.append(packed[position])
                position += 1
                continue
            reference = int.from_bytes(packed[position : position + 2], "big")
            position += 2
            if not _repeat(out, reference >> 4, (reference & 15) + 2):
                return bytes(out[first:])
    return bytes(out[first : first + size])


def _repeat(out: bytearray, offset: int, length: int) -> bool:
    """Copy from the window; a reference to the place of writing is the end."""
    back = (len(out) - offset) % _WINDOW
    if back == 0:
        return False
    for _ in range(length):
        # before anything was written there, the window holds blanks
        out.append(out[-back] if back <= len(out) else 0x20)
    return True


_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n\\]+"
)
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict header footer object objdata listtable revtbl".split()
)
_SIGNS = {
    b"par": "\n",
    b"line": "\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
}


def rtf_text(rtf: bytes) -> str:
    """The words of a rich text, line by line; tables of fonts, pictures and hidden markup left out."""
    page = re.search(rb"\\ansicpg([0-9]{1,5})", rtf)
    # \fcharset128 is Shift_JIS, whatever a program in another language says of itself
    is_japanese = b"\\fcharset128" in rtf or page is None
    label = "cp932" if is_japanese or page is None else f"cp{page[1].decode()}"
    words = _Words(label)
    for token in _TOKEN.finditer(rtf[:RTF_BYTES]):
        words.take(*token.groups())
    return words.finished()


@dataclass
class _Words:
    label: str
    texts: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    """Bytes that wait for the other half of their character."""
    groups: list[tuple[bool, int]] = field(default_factory=list)
    is_silent: bool = False
    after_unicode: int = 1
    """So many signs after a Unicode one repeat it for older programs."""
    to_skip: int = 0

    def take(
        self,
        word: bytes | None,
        number: bytes | None,
        byte: bytes | None,
        sign: bytes | None,
        brace: bytes | None,
        plain: bytes | None,
    ) -> None:
        if brace:
            self._brace(brace)
        elif word:
            self._word(word, int(number) if number else None)
        elif byte:
            self._bytes(bytes([int(byte, 16)]))
        elif sign == b"*":
            self.is_silent = True
        elif sign and sign in b"\\{}~-_":
            self._bytes({b"~": b" ", b"-": b"", b"_": b"-"}.get(sign, sign))
        elif plain:
            self._bytes(plain)

    def finished(self) -> str:
        self._flush()
        return "".join(self.texts)

    def _brace(self, brace: bytes) -> None:
        self.to_skip = 0
        if brace == b"{":
            self.groups.append((self.is_silent, self.after_unicode))
        elif self.groups:
            self.is_silent, self.after_unicode = self.groups.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        if word in _SILENT:
            self.is_silent = True
        elif word == b"uc":
            self.after_unicode = max(0, min(number or 0, 8))
        elif word == b"u" and number is not None:
            self._say(chr(number % 0x10000))
            self.to_skip = self.after_unicode
        elif word in _SIGNS:
            self._say(_SIGNS[word])

    def _bytes(self, data: bytes) -> None:
        skipped = min(self.to_skip, len(data))
        self.to_skip -= skipped
        if not self.is_silent:
            self.pending += data[skipped:]

    def _say(self, text: str) -> None:
        self._flush()
        if not self.is_silent:
            self.texts.append(text)

    def _flush(self) -> None:
        if self.pending:
            self.texts.append(decode(bytes(self.pending), self.label).text)
            self.pending.clear()
