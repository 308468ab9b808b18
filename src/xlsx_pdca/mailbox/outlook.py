"""Messages saved by Outlook (.msg): the same account of a mail as from its sent form, read from MAPI properties.

A message within a message is given as a mail written anew from its properties, since cut out of its file
its bytes would be no file; `rebuilt.py` says what that keeps.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlsx_pdca.cells import visible_name, visible_text
from xlsx_pdca.contents import LETTER_CHARACTERS, ContainerKind, Contents, Letter, Part
from xlsx_pdca.filekind import SEALED, kind_of
from xlsx_pdca.mailbox import heads
from xlsx_pdca.mailbox.charsets import decode
from xlsx_pdca.mailbox.compound import (
    DEPTH,
    BrokenCompound,
    Compound,
    HostileCompound,
    Storage,
)
from xlsx_pdca.mailbox.html_text import HTML_BYTES, html_text, shown_pictures
from xlsx_pdca.mailbox.leaves import is_picture
from xlsx_pdca.mailbox.messages import open_message
from xlsx_pdca.mailbox.mime import Entity, read_entity
from xlsx_pdca.mailbox.rebuilt import as_message
from xlsx_pdca.mailbox.rtf import inflated_rtf, rtf_text
from xlsx_pdca.rawbook import Refusal, RefusalCode

ATTACHMENTS = 1_000

# Property ids as in MS-OXPROPS.
_CLASS, _SUBJECT, _HEADERS = 0x001A, 0x0037, 0x007D
_SUBMITTED, _DELIVERED, _MESSAGE_ID = 0x0039, 0x0E06, 0x1035
_SENDER_SMTP, _REPRESENTED_SMTP = 0x5D01, 0x5D02
_SENDER_NAME, _SENDER_TYPE, _SENDER_ADDRESS = 0x0C1A, 0x0C1E, 0x0C1F
_REPRESENTED_NAME, _REPRESENTED_TYPE, _REPRESENTED_ADDRESS = 0x0042, 0x0064, 0x0065
_BODY, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_CODEPAGE, _LOCALE, _INTERNET_CODEPAGE = 0x3FFD, 0x3FF1, 0x3FDE
_METHOD, _LONG_NAME, _SHORT_NAME, _DISPLAY_NAME = 0x3705, 0x3707, 0x3704, 0x3001
_DATA, _CONTENT_ID, _HIDDEN, _RENDERED = 0x3701, 0x3712, 0x7FFE, 0x3714
_BY_VALUE, _BY_REFERENCE, _EMBEDDED, _OLE = (0, 1), (2, 3, 4, 7), 5, 6
_SHOWN_IN_TEXT = 0x4


def open_outlook(data: bytes) -> Contents | Refusal:
    """What stands in a saved Outlook message; its bytes are those of the file, except for messages within it."""
    if not data:
        return Refusal(RefusalCode.EMPTY)
    try:
        compound = Compound(data)
        message = _message(compound, (), header=32)
        if not message.is_one:
            return Refusal(RefusalCode.DAMAGED, "no properties of an Outlook message")
        contents = _contents(message, depth=0)
    except BrokenCompound as error:
        return Refusal(RefusalCode.DAMAGED, str(error))
    except HostileCompound as error:
        return Refusal(RefusalCode.HOSTILE, str(error))
    defects = tuple(dict.fromkeys((*contents.defects, *compound.issues[:5])))
    return Contents(contents.kind, contents.parts, contents.letter, defects)


def _message(compound: Compound, path: tuple[str, ...], *, header: int) -> Storage:
    plain = Storage(compound, path, header=header)
    return Storage(compound, path, header=header, label=_label(plain))


def _label(message: Storage) -> str:
    """Character set of texts that are not Unicode; "" lets them speak for themselves."""
    page = message.number(_CODEPAGE) or _PAGES_BY_LANGUAGE.get(message.number(_LOCALE) & 0x3FF, 0)
    return _label_of(page)


_PAGES_BY_LANGUAGE = {0x11: 932, 0x12: 949, 0x04: 936}


def _label_of(page: int) -> str:
    return _PAGES.get(page, f"cp{page}" if page else "")


_PAGES = {
    65001: "utf-8",
    50220: "iso-2022-jp",
    50221: "iso-2022-jp",
    50222: "iso-2022-jp",
    51932: "euc-jp",
    20932: "euc-jp",
    20127: "us-ascii",
    28591: "iso-8859-1",
    1200: "",
}


def _contents(message: Storage, *, depth: int) -> Contents:
    if depth > DEPTH:
        raise HostileCompound(f"messages nested deeper than {DEPTH}")
    kind = message.text(_CLASS).lower()
    page = _page(message)
    # rich text made of HTML keeps its tags word for word
    pictures = shown_pictures(page or _rich_text(message))
    parts: list[Part] = []
    for name in _attachments(message):
        attachment = Storage(message.compound, (*message.path, name), label=message.label, header=8)
        if "smime" in kind:
            parts.extend(_signed_or_sealed(attachment))
        else:
            parts.append(_part(attachment, pictures, depth))
    return Contents(ContainerKind.MAIL, tuple(parts), _letter(message, page))


def _attachments(message: Storage) -> Iterator[str]:
    found = [n for k, n in message.names.items() if k.startswith("__attach_version1.0_#")]
    if len(found) > ATTACHMENTS:
        raise HostileCompound(f"more than {ATTACHMENTS} attachments")
    return iter(sorted(found))


def _signed_or_sealed(attachment: Storage) -> tuple[Part, ...]:
    """What S/MIME wraps is one attachment: a mail's body as it was sent, or something sealed."""
    data, defect = attachment.binary(_DATA)
    name = _name(attachment)
    if kind_of(data) is SEALED:
        return (Part(name, refusal=Refusal(RefusalCode.SEALED, SEALED.name)),)
    if data[:64].lower().startswith(b"content-type:") and not defect:
        inside = open_message(data)
        if isinstance(inside, Contents):
            return inside.parts
    return (Part(name, data, defect=defect or "S/MIME: what is inside was not taken out"),)


def _part(attachment: Storage, pictures: frozenset[str], depth: int) -> Part:
    name = _name(attachment)
    method = attachment.number(_METHOD)
    inside = attachment.object_path(_DATA)
    if method == _EMBEDDED and inside is not None:
        return _embedded(attachment, inside, depth)
    if method == _OLE and inside is not None:
        return _ole_object(attachment, inside, name)
    if method in _BY_REFERENCE and not attachment.has_binary(_DATA):
        return Part(name, defect="only a link: the file itself is not in this message")
    if not attachment.has_binary(_DATA):
        return Part(name, defect="its bytes are missing in the message")
    data, defect = attachment.binary(_DATA)
    return Part(name, data, inline=_is_shown(attachment, data, pictures), defect=defect)


def _embedded(attachment: Storage, path: tuple[str, ...], depth: int) -> Part:
    message = _message(attachment.compound, path, header=24)
    if not message.is_one:
        return Part(_name(attachment), defect="the message within has no properties")
    contents = _contents(message, depth=depth + 1)
    assert contents.letter is not None
    name = visible_name(f"{contents.letter.subject or _name(attachment) or 'message'}.eml")
    return Part(name, as_message(contents.letter, contents.parts))


def _ole_object(attachment: Storage, path: tuple[str, ...], name: str) -> Part:
    """A document drawn into the text; newer programs keep it whole in a stream `Package`."""
    names = attachment.compound.names(path)
    if "Package" in names:
        data, defect = attachment.compound.read((*path, "Package"))
        return Part(name, data, defect=defect)
    return Part(name, refusal=Refusal(RefusalCode.CONTAINER, "OLE object within the text"))


def _is_shown(attachment: Storage, data: bytes, pictures: frozenset[str]) -> bool:
    if not is_picture(data):
        return False
    content_id = attachment.text(_CONTENT_ID).strip("<>")
    return bool(
        (content_id and content_id in pictures)
        or attachment.number(_HIDDEN)
        or (content_id and attachment.number(_RENDERED) & _SHOWN_IN_TEXT)
    )


def _name(attachment: Storage) -> str:
    names = (attachment.text(tag) for tag in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))
    return visible_name(next(filter(None, names), ""))


def _letter(message: Storage, page: bytes) -> Letter:
    raw = message.text(_HEADERS).strip().encode("utf-8", "replace")
    headers = read_entity(raw, 0, len(raw))
    sender, name = _sender(message, headers)
    return Letter(
        sender=sender,
        sender_name=name,
        date=heads.iso_date(headers.header("date"))
        or message.time(_SUBMITTED)
        or message.time(_DELIVERED),
        message_id=visible_name(message.text(_MESSAGE_ID).strip())
        or heads.message_id(headers.header("message-id")),
        subject=visible_name(_without_prefix_mark(message.text(_SUBJECT)).strip()),
        text=_body(message, page)[:LETTER_CHARACTERS],
    )


def _without_prefix_mark(subject: str) -> str:
    """Some stores put two signs before a subject that tell the length of 「Re: 」."""
    return subject[2:] if subject.startswith("\x01") else subject


def _sender(message: Storage, headers: Entity) -> tuple[str, str]:
    """An SMTP address where there is one anywhere, else the name within Exchange, which is no address."""
    in_header, name_in_header = heads.sender(headers.header("from"))
    name = message.text(_SENDER_NAME) or message.text(_REPRESENTED_NAME) or name_in_header
    candidates = [message.text(_SENDER_SMTP), message.text(_REPRESENTED_SMTP)]
    for kind, address in (
        (_SENDER_TYPE, _SENDER_ADDRESS),
        (_REPRESENTED_TYPE, _REPRESENTED_ADDRESS),
    ):
        if message.text(kind).upper() == "SMTP":
            candidates.append(message.text(address))
    smtp = next((a.strip() for a in candidates if heads.is_address(a.strip())), in_header)
    within = message.text(_SENDER_ADDRESS) or message.text(_REPRESENTED_ADDRESS)
    return visible_name((smtp or within).strip().lower()), visible_name(name.strip())


def _page(message: Storage) -> bytes:
    """The HTML of the message; b"" where it has none."""
    if message.has_binary(_HTML):
        return message.binary(_HTML)[0]
    return message.text(_HTML).encode("utf-8", "replace")


def _body(message: Storage, page: bytes) -> str:
    plain = message.text(_BODY)[: LETTER_CHARACTERS * 4]
    if plain.strip():
        return visible_text(plain).strip()
    if page:
        is_own = message.has_binary(_HTML)
        label = _label_of(message.number(_INTERNET_CODEPAGE)) if is_own else "utf-8"
        return visible_text(html_text(decode(page[:HTML_BYTES], label).text)).strip()
    return visible_text(rtf_text(_rich_text(message))).strip()


def _rich_text(message: Storage) -> bytes:
    return inflated_rtf(message.binary(_RTF)[0])
