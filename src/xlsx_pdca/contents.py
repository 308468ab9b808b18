"""What stands in a file that is no workbook by itself: a mail with its parts, an archive with its entries, a book under a cover."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from xlsx_pdca.rawbook import RawBook, Refusal

LETTER_CHARACTERS = 4_000
"""Of a mail's text kept in the ledger; the whole mail is in the archive."""

CUT_OFF = "the mail may be cut off"
"""Ends the defect of a mail whose end is missing."""
CUT_HERE = "the mail ends within this part"
"""Defect of the part in which it breaks off."""


_QUOTED = re.compile(
    r"^[ \t]*(>|-{3,}.*(Original Message|Forwarded message|元のメッセージ|転送)|_{10,}|On .* wrote:|From: |差出人[:：]"
    r"|[0-9]{4}年.*(のメール|書きました)[:：]?[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
"""Where a mail begins to quote an earlier one."""
QUOTATION = "（以下、引用）"


class Automatic(StrEnum):
    """What a program wrote by itself, as the head of a mail says."""

    NO = ""
    ANSWER = "answer"
    """Somebody is out of office, a mail was opened, or waits on its way."""
    UNDELIVERED = "undelivered"
    """A mail could not be delivered."""


class ContainerKind(StrEnum):
    MAIL = "mail"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Letter:
    """The head and the words of a mail, as it claims them itself."""

    sender: str = ""
    """Address of From in lower case; "" where there is none that can be read."""
    sender_name: str = ""
    date: str = ""
    """ISO 8601 with offset; "" where it cannot be read."""
    message_id: str = ""
    subject: str = ""
    text: str = ""
    """Plain text of the body, at most LETTER_CHARACTERS."""
    references: tuple[str, ...] = ()
    """Message-IDs of the mails it answers, or reports on."""
    automatic: Automatic = Automatic.NO
    failed: tuple[str, ...] = ()
    """Addresses, in lower case, that a report says could not be reached."""

    @property
    def words(self) -> str:
        """What was written into it, without the mails quoted below; the quoted text itself where nothing else is said."""
        text = self.text.strip()
        quoted = _QUOTED.search(text)
        own = text[: quoted.start()].strip() if quoted else text
        return f"{own}\n{QUOTATION}" if own and quoted else text


@dataclass(frozen=True)
class Part:
    """One attachment of a mail or one entry of an archive; its name is data, never a path."""

    name: str
    """As the sender called it, control and direction characters escaped; "" where it has none."""
    data: bytes = b""
    inline: bool = False
    """Shown within a mail's text, as the picture of a signature is."""
    defect: str = ""
    """English: why its bytes may not be what was sent (base64 cut off, wrong checksum)."""
    refusal: Refusal | None = None
    """Why it could not be taken out at all; then there are no bytes."""


@dataclass(frozen=True)
class Contents:
    """Everything found in a container, in its order; nothing of it is left out."""

    kind: ContainerKind
    parts: tuple[Part, ...] = ()
    letter: Letter | None = None
    defects: tuple[str, ...] = ()
    """English: what is broken in the container itself, though its parts could be taken out."""


@dataclass(frozen=True)
class OldWorkbook:
    """A workbook of an older or another format, read by one reader alone until an .xlsx is made of it."""

    suffix: str
    """.xls, .xlsb, .ods or .xml, by its content."""
    book: RawBook | Refusal


@dataclass(frozen=True)
class Uncovered:
    """A file that stood behind a password, now without it."""

    data: bytes
