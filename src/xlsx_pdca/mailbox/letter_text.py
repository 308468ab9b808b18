"""The words of a mail: its plain text, else its HTML reduced to text, cut to what the ledger keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsx_pdca.cells import visible_name, visible_text
from xlsx_pdca.contents import LETTER_CHARACTERS, Part
from xlsx_pdca.mailbox.attachment_names import parameter, unfolded
from xlsx_pdca.mailbox.charsets import decode, is_known
from xlsx_pdca.mailbox.html_text import HTML_BYTES, html_text
from xlsx_pdca.mailbox.leaves import OpenedLeaf
from xlsx_pdca.mailbox.transfer import ENCLOSED, split_uuencoded
from xlsx_pdca.rawbook import Refusal, RefusalCode

_SEALED = "-----BEGIN PGP MESSAGE-----"
_BYTES_A_CHARACTER = 32
"""More than any character set of mail needs, so that a long text is not decoded whole."""


@dataclass(frozen=True)
class Words:
    """What one body of a mail says."""

    text: str
    is_plain: bool
    alternative: int
    """Number of the multipart/alternative it is a version in; 0 where it stands for itself."""
    enclosed: tuple[Part, ...] = ()
    """Files written into the text itself."""
    defects: tuple[str, ...] = ()


def words_of(opened: OpenedLeaf) -> Words:
    """The text of a body, and the files in it."""
    data, enclosed = _parted(opened)
    label = parameter(opened.leaf.parameters, "charset")
    limit = HTML_BYTES if opened.type == "text/html" else LETTER_CHARACTERS * _BYTES_A_CHARACTER
    beginning = _up_to_line(data, limit)
    text, sure = decode(beginning, label)
    text = html_text(text) if opened.type == "text/html" else text
    if _SEALED in text:
        sealed = Refusal(RefusalCode.SEALED, "PGP message in the text")
        enclosed = (*enclosed, Part("", refusal=sealed))
    found = _defects(opened, label, sure=sure or len(beginning) < len(data))
    if len(enclosed) >= ENCLOSED:
        found.append("perhaps more files in it than were taken out")
    return Words(
        text=visible_text(text).strip(),
        is_plain=opened.type == "text/plain",
        alternative=_alternative(opened),
        enclosed=enclosed,
        defects=tuple(f"text of the mail: {defect}" for defect in found),
    )


def letter_text(words: Sequence[Words]) -> str:
    """All texts in their order; of versions of the same the plain one, where it says anything."""
    plain = {w.alternative for w in words if w.is_plain and w.text and w.alternative}
    told = [w.text for w in words if w.is_plain or w.alternative not in plain]
    return "\n\n".join(filter(None, told))[:LETTER_CHARACTERS]


def _defects(opened: OpenedLeaf, label: str, *, sure: bool) -> list[str]:
    found = [opened.defect] if opened.defect else []
    if label and not is_known(label):
        found.append(f"unknown character set {visible_name(label)[:40]!r}")
    if not sure:
        found.append("characters that cannot be read")
    return found


def _parted(opened: OpenedLeaf) -> tuple[bytes, tuple[Part, ...]]:
    if opened.type != "text/plain" or b"begin" not in opened.data:
        return opened.data, ()
    text, files = split_uuencoded(opened.data)
    return text, tuple(
        Part(visible_name(unfolded(f.name)), f.file.data, defect=f.file.defect) for f in files
    )


def _up_to_line(data: bytes, limit: int) -> bytes:
    """The beginning, cut at the end of a line so that no character is halved."""
    if len(data) <= limit:
        return data
    cut = max(data.rfind(b"\n", 0, limit), data.rfind(b"\r", 0, limit))
    return data[: cut if cut > 0 else limit]


def _alternative(opened: OpenedLeaf) -> int:
    inner = (number for kind, number in reversed(opened.leaf.within) if kind == _ALTERNATIVE)
    return next(inner, 0)


_ALTERNATIVE = "multipart/alternative"
