"""Mails no person wrote: reports of mails that were not delivered, and answers of a machine; as their heads say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlsx_pdca.contents import Automatic
from xlsx_pdca.mailbox import heads
from xlsx_pdca.mailbox.attachment_names import header_text, value_and_parameters
from xlsx_pdca.mailbox.leaves import OpenedLeaf
from xlsx_pdca.mailbox.mime import Entity, read_entity

MOST = 50
"""Mails referred to, and addresses named, that are heeded."""

_ID = re.compile(r"<[^<>\s]{1,300}>")
_STATUS = "message/delivery-status"
_ORIGINALS = frozenset({"message/rfc822", "message/global", "text/rfc822-headers"})
_DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_AUTOREPLY_HEADERS = ("x-autoreply", "x-autorespond")
_MAY_BE_TOLD_BY = re.compile(
    r"^(original|final)-recipient:[ \t]*[^;\r\n]*;[ \t]*<?([^<>\s;]+)>?", re.M | re.I
)
_ACTION = re.compile(r"^action:[ \t]*([a-z]+)", re.M | re.I)


@dataclass(frozen=True)
class Told:
    """What the head of a mail and its report say beside the words."""

    references: tuple[str, ...] = ()
    automatic: Automatic = Automatic.NO
    failed: tuple[str, ...] = ()


def told_by(mail: Entity, leaves: Sequence[OpenedLeaf], sender: str) -> Told:
    """What it answers or reports on, whether a machine wrote it, and whom a report says it could not reach."""
    kind, _ = value_and_parameters(mail.header("content-type"))
    status = [leaf for leaf in leaves if leaf.type == _STATUS]
    failed = tuple(dict.fromkeys(each for leaf in status for each in _failed(leaf.data)))[:MOST]
    is_daemon = sender.partition("@")[0] in _DAEMONS
    if failed or (is_daemon and not status):
        automatic = Automatic.UNDELIVERED
    elif status or kind == "multipart/report" or _is_automatic(mail):
        automatic = Automatic.ANSWER
    else:
        automatic = Automatic.NO
    reports = is_daemon or bool(status) or kind == "multipart/report"
    originals = _originals(leaves) if reports else ()
    ids = dict.fromkeys((*_referred(mail), *originals))
    return Told(tuple(ids)[:MOST], automatic, failed)


def _referred(mail: Entity) -> Iterator[str]:
    for name in ("in-reply-to", "references"):
        yield from reversed(_ID.findall(header_text(mail.header(name))))


def _is_automatic(mail: Entity) -> bool:
    """RFC 3834, and what older programs write."""
    said = header_text(mail.header("auto-submitted")).strip().lower()
    if said and not said.startswith("no"):
        return True
    if header_text(mail.header("precedence")).strip().lower() == "auto_reply":
        return True
    return any(mail.header(name) for name in _AUTOREPLY_HEADERS)


def _originals(leaves: Sequence[OpenedLeaf]) -> Iterator[str]:
    """Message-IDs of the mails a report gives back."""
    for leaf in leaves:
        if leaf.type in _ORIGINALS:
            entity = read_entity(leaf.data, 0, len(leaf.data))
            yield from _ID.findall(heads.message_id(entity.header("message-id")))


def _failed(data: bytes) -> Iterator[str]:
    """Addresses of RFC 3464 whose delivery failed, as we wrote them if that is told."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    for block in re.split(r"\n[ \t]*\n", text):
        action = _ACTION.search(block)
        named = {m[1].lower(): m[2].lower() for m in _MAY_BE_TOLD_BY.finditer(block)}
        address = named.get("original") or named.get("final") or ""
        if action and action[1].lower() == "failed" and heads.is_address(address):
            yield address
