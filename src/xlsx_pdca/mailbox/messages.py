"""Saved mails: the head, the words, and every part with exactly the bytes it was sent with.

What a mail program shows as the mail itself becomes the Letter; every other leaf becomes a Part, in order.
A forwarded mail is one Part with its bytes, for whoever opens it next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from xlsx_pdca.contents import ContainerKind, Contents, Letter, Part
from xlsx_pdca.mailbox import heads
from xlsx_pdca.mailbox.attachment_names import header_text
from xlsx_pdca.mailbox.automatic import told_by
from xlsx_pdca.mailbox.html_text import shown_pictures
from xlsx_pdca.mailbox.leaves import OpenedLeaf, mail_name, open_leaf, part_of
from xlsx_pdca.mailbox.letter_text import Words, letter_text, words_of
from xlsx_pdca.mailbox.mime import Entity, TooMuch, read_entity, take_apart
from xlsx_pdca.rawbook import Refusal, RefusalCode

MAILS = 1_000
"""In one mailbox; somebody's whole inbox is not for us to open."""

_FROM_LINE = re.compile(rb"From [^\r\n]*(?:\r\n|\r|\n)")
_NEXT_MAIL = re.compile(
    rb"(?<=\n)\r?\n(From \S[^\r\n]* [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?[^\r\n]* [0-9]{4}[^\r\n]*\r?\n)(?=[!-9;-~]+:)"
)


def open_message(data: bytes) -> Contents | Refusal:
    """What stands in a saved mail; a mailbox with several mails gives each of them as a Part and no Letter."""
    if not data.strip():
        return Refusal(RefusalCode.EMPTY)
    start = _start(data)
    mails = _mails(data, start)
    if len(mails) > MAILS:
        return Refusal(RefusalCode.CONTAINER, f"mailbox of more than {MAILS} mails")
    try:
        if len(mails) > 1:
            return Contents(ContainerKind.MAIL, tuple(_whole_mail(data[a:b]) for a, b in mails))
        entity = read_entity(data, start, len(data))
        if not entity.headers:
            return Refusal(RefusalCode.DAMAGED, "no header of a mail")
        return _contents(entity)
    except TooMuch as error:
        return Refusal(RefusalCode.HOSTILE, str(error))


def _start(data: bytes) -> int:
    """Where the headers begin, after a byte order mark, blank lines and the line of a mailbox."""
    begin = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    blank = re.compile(rb"[ \t\r\n]*(?=[^ \t\r\n])").match(data, begin)
    begin = blank.end() if blank else begin
    line = _FROM_LINE.match(data, begin)
    return line.end() if line else begin


def _mails(data: bytes, start: int) -> list[tuple[int, int]]:
    """Where each mail of a mailbox stands; only a file that begins with the line of a mailbox is one."""
    if not data[:start].strip().lstrip(b"\xef\xbb\xbf").startswith(b"From "):
        return [(start, len(data))]
    breaks = list(islice(_NEXT_MAIL.finditer(data, start), MAILS))
    starts = [start, *(match.end() for match in breaks)]
    return list(zip(starts, [*(match.start() for match in breaks), len(data)], strict=True))


def _contents(mail: Entity) -> Contents:
    taken = take_apart(mail)
    opened = [open_leaf(leaf) for leaf in taken.leaves]
    pages = (leaf.data for leaf in opened if leaf.is_body and leaf.type == "text/html")
    pictures = frozenset[str]().union(*map(shown_pictures, pages))
    words: list[Words] = []
    parts: list[Part] = []
    defects = [*_head_defects(mail), *taken.defects]
    for leaf in opened:
        if leaf.is_body:
            said = words_of(leaf)
            words.append(said)
            parts.extend(said.enclosed)
            defects.extend(said.defects)
        else:
            parts.append(part_of(leaf, pictures))
    letter = _letter(mail, letter_text(words), opened)
    return Contents(ContainerKind.MAIL, tuple(parts), letter, tuple(dict.fromkeys(defects)))


def _letter(mail: Entity, text: str, opened: Sequence[OpenedLeaf]) -> Letter:
    address, name = heads.sender(mail.header("from"))
    told = told_by(mail, opened, address)
    return Letter(
        sender=address,
        sender_name=name,
        date=heads.iso_date(mail.header("date")),
        message_id=heads.message_id(mail.header("message-id")),
        subject=header_text(mail.header("subject")),
        text=text,
        references=told.references,
        automatic=told.automatic,
        failed=told.failed,
    )


def _head_defects(mail: Entity) -> Iterator[str]:
    """What a mail must not have twice, lest two programs see two senders."""
    for name in ("from", "subject", "date", "message-id", "content-type"):
        found = sum(own == name for own, _ in mail.headers)
        if found > 1:
            yield f"{found} headers {name.title()}"


def _whole_mail(data: bytes) -> Part:
    return Part(mail_name(data), data)
