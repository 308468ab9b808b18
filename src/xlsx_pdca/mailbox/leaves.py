"""One leaf of a mail: its bytes, its name, and whether it is the text, an attachment, or something shown or sealed."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsx_pdca.cells import visible_name
from xlsx_pdca.contents import Part
from xlsx_pdca.filekind import SEALED, kind_of
from xlsx_pdca.mailbox.attachment_names import (
    attachment_name,
    header_text,
    unfolded,
    value_and_parameters,
)
from xlsx_pdca.mailbox.mime import Leaf, read_entity
from xlsx_pdca.mailbox.transfer import decode_transfer
from xlsx_pdca.rawbook import Refusal, RefusalCode

_MAILS = frozenset({"message/rfc822", "message/global"})
_BODIES = frozenset({"text/plain", "text/html"})
_SIGNATURES = frozenset(
    [
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-encrypted",
        "application/applefile",
    ]
)
"""Keys, seals and resource forks: of no use to a reader, always beside what they belong to."""
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SUBJECT_HEADERS = 64 << 10

DEFECT_HEADER = "X-Pdca-Defect"
SHOWN_HEADER = "X-Pdca-Shown"
"""How `rebuilt.py` hands on what it knows of a part; from anybody else they can only make us more careful."""


@dataclass(frozen=True)
class OpenedLeaf:
    leaf: Leaf
    type: str
    disposition: str
    name: str
    data: bytes = field(repr=False)
    defect: str = ""

    @property
    def is_body(self) -> bool:
        """Whether a mail program shows it as the mail itself."""
        return self.type in _BODIES and self.disposition != "attachment" and not self.name

    @property
    def content_id(self) -> str:
        return unfolded(self.leaf.entity.header("content-id")).strip().strip("<>")

    @property
    def around(self) -> str:
        """Type of the multipart it stands in."""
        return self.leaf.within[-1][0] if self.leaf.within else ""


def open_leaf(leaf: Leaf) -> OpenedLeaf:
    """The leaf with its transfer encoding taken off."""
    header = leaf.entity.header
    encoding = unfolded(header("content-transfer-encoding")).split(";")[0].strip().strip('"')
    transferred = decode_transfer(leaf.entity.body, encoding.lower())
    disposition, _ = value_and_parameters(header("content-disposition"))
    known = header_text(header(DEFECT_HEADER.lower()))
    return OpenedLeaf(
        leaf=leaf,
        type=leaf.type,
        disposition=disposition,
        name=attachment_name(header("content-disposition"), header("content-type")),
        data=transferred.data,
        defect="; ".join(filter(None, (leaf.defect, transferred.defect, known))),
    )


def part_of(opened: OpenedLeaf, pictures: frozenset[str]) -> Part:
    """The attachment as it was sent; `pictures` are the Content-IDs that the text shows."""
    sealed = _sealed(opened)
    if sealed:
        return Part(opened.name, refusal=Refusal(RefusalCode.SEALED, sealed))
    defects = filter(None, (opened.defect, _lack(opened)))
    inline = _is_shown(opened, pictures)
    return Part(_name(opened), opened.data, inline=inline, defect="; ".join(defects))


def mail_name(data: bytes) -> str:
    """A name for a mail that stands in a mail: its subject, as programs name what they save."""
    entity = read_entity(data, 0, min(len(data), _SUBJECT_HEADERS))
    subject = header_text(entity.header("subject"))
    return visible_name(f"{subject or 'message'}.eml")


def _name(opened: OpenedLeaf) -> str:
    if opened.name or opened.type not in _MAILS:
        return opened.name
    return mail_name(opened.data)


def _sealed(opened: OpenedLeaf) -> str:
    """What locks or wraps it, where only a mail program takes that off; "" where anybody can read it."""
    if opened.around == "multipart/encrypted" and opened.type not in _SIGNATURES:
        return "PGP or S/MIME multipart/encrypted"
    if opened.type not in _SEALED:
        return ""
    if kind_of(opened.data) is SEALED:
        return SEALED.name
    said = next((p.value.lower() for p in opened.leaf.parameters if p.name == "smime-type"), "")
    return "S/MIME enveloped data" if said == "enveloped-data" else ""


def _lack(opened: OpenedLeaf) -> str:
    """Why these bytes are not the thing itself."""
    if opened.type == "message/partial":
        return "message/partial: one piece of a mail that was sent in several"
    if opened.type == "message/external-body":
        return "message/external-body: the file itself is not in this mail"
    if opened.type in _SEALED:
        return "S/MIME: what is inside the signature was not taken out"
    return ""


def _is_shown(opened: OpenedLeaf, pictures: frozenset[str]) -> bool:
    """Pictures within the text, signatures, and reports on delivery; never a file by its label alone."""
    if opened.type in _SIGNATURES:
        return True
    if opened.content_id and opened.content_id in pictures:
        return _is_drawn(opened)
    if opened.leaf.entity.header(SHOWN_HEADER.lower()):
        return _is_drawn(opened)
    if opened.around == "multipart/report" and opened.type not in _MAILS:
        return not opened.name and opened.type.startswith(("message/", "text/"))
    is_version = opened.around == "multipart/alternative" and not opened.name
    return is_version and opened.type.startswith("text/") and opened.type != "text/calendar"


_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\xd7\xcd\xc6\x9a")


def is_picture(data: bytes) -> bool:
    """By content, since a label is only a word."""
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return True
    return data[40:44] == b" EMF" and data[:4] == b"\x01\0\0\0"


def _is_drawn(opened: OpenedLeaf) -> bool:
    """A picture, or a drawing (SVG), which has no content that tells."""
    return is_picture(opened.data) or opened.type == "image/svg+xml"
