"""Which mails of a mailbox have to do with the round; the others are left where they are, and nothing of them is kept.

Taken in: mails from an address of 名簿; mails whose subject holds a code of the round, or which answer or report on a
mail of ours; mails that hold a workbook of ours, or something that cannot be opened and so may hold one. A mail that
the office wrote itself is judged by what it holds alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from xlsx_pdca.checks.register import Register
from xlsx_pdca.contents import Automatic, Contents, Letter
from xlsx_pdca.facts import Outcome
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.mailbox.imap import Fetched, MailKey
from xlsx_pdca.store.file_names import safe_file_name
from xlsx_pdca.workflows.collect import FoundFile
from xlsx_pdca.workflows.companions import answered_to, is_ours, not_reached
from xlsx_pdca.workflows.decide import Judged
from xlsx_pdca.workflows.judge import register_of
from xlsx_pdca.workflows.opening import Opened
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.unfold import Unfolding

_NAME_LENGTH = 70
_NO_WORKBOOK = re.compile(r"FIL(01|02|10|11|3[0-9])|IDN01|MAI[0-9]{2}")
"""Findings of what surely holds no answer: papers, pictures, other people's workbooks, words."""


@dataclass(frozen=True)
class Other:
    """A mail that has nothing to do with the round, as far as it can be seen."""

    key: MailKey
    sender: str
    subject: str
    date: str
    files: int
    """Attachments, pictures within the text left out."""


@dataclass(frozen=True)
class Screened:
    """What mails of a mailbox turned out to be, each in one of the three."""

    taken: tuple[FoundFile, ...] = ()
    """With their bytes."""
    known: tuple[MailKey, ...] = ()
    """Their very bytes came before."""
    others: tuple[Other, ...] = ()


@dataclass
class Screen:
    """One run over a mailbox; asked a few mails at a time, it remembers what it has met."""

    round: Round
    readings: Readings
    ledger: Ledger

    def __post_init__(self) -> None:
        self._register = register_of(self.round, self.ledger, self.readings)
        self._met = {booked.fact.sha256 for booked in self.ledger.arrivals}

    def sorted(self, mails: Sequence[Fetched]) -> Screened:
        """These mails by what is to be done with them; their bytes are parsed in the worker and kept nowhere."""
        known: list[Fetched] = []
        new: list[Fetched] = []
        for mail in mails:
            digest = sha256(mail.raw).hexdigest()
            (known if digest in self._met else new).append(mail)
            self._met.add(digest)
        opened = list(zip(new, self.readings.parse_all(m.raw for m in new), strict=True))
        files = [found_file(mail, result) for mail, result in opened]
        open_ = [
            f for f, (_, result) in zip(files, opened, strict=True) if self._speaks(result) is None
        ]
        inside = self._with_answers(open_) if open_ else frozenset()
        taken, others = [], []
        for file, (mail, result) in zip(files, opened, strict=True):
            if self._speaks(result) or file in inside:
                taken.append(file)
            else:
                others.append(_other(mail.key, result))
        return Screened(tuple(taken), tuple(mail.key for mail in known), tuple(others))

    def _speaks(self, result: Opened) -> bool | None:
        """Whether the head of a mail says that it has to do with the round; None where its attachments decide."""
        if not isinstance(result, Contents) or result.letter is None:
            return True  # no mail that can be read: a person looks
        if result.letter.message_id in self._register.mails:
            return False  # our own, in copy
        if concerns(result.letter, self._register):
            return True
        return None if result.parts else False

    def _with_answers(self, files: Sequence[FoundFile]) -> frozenset[FoundFile]:
        """Those in which something stands that is an answer, or may be one."""
        unfolding = Unfolding(self.round, self.readings, self.ledger, keep=False)
        tops = {file.path: file for file in files}
        found = unfolding.judged(files)
        inner = ((file, judged) for file, judged in found if not file.mail)
        return frozenset(tops[file.path] for file, judged in inner if self._may_answer(judged))

    def _may_answer(self, judged: Judged) -> bool:
        if judged.outcome is Outcome.PASSED or judged.sha256 in self._register.sent:
            return False
        if judged.plan or (judged.letter and concerns(judged.letter, self._register)):
            return True
        return any(not _NO_WORKBOOK.fullmatch(each.code) for each in judged.findings)


def concerns(letter: Letter, register: Register) -> bool:
    """Whether the head of a mail shows that it has to do with the round: a known sender, a code, a reference to a mail of ours."""
    if is_ours(letter, register):
        return False
    keys, _ = answered_to(letter, register)
    if keys or letter.sender in register.senders:
        return True
    return letter.automatic is Automatic.UNDELIVERED and bool(not_reached(letter, register)[0])


def found_file(mail: Fetched, result: Opened) -> FoundFile:
    """A fetched mail as a file, named by day and subject: the same in each run."""
    letter = result.letter if isinstance(result, Contents) else None
    sent = datetime.fromisoformat(letter.date) if letter and letter.date else None
    day = f"{sent:%m%d-%H%M}_" if sent else ""
    subject = (letter and letter.subject) or "件名なし"
    name = safe_file_name(f"{day}{safe_file_name(subject, _NAME_LENGTH)}.eml", _NAME_LENGTH + 20)
    return FoundFile(
        Path(sha256(mail.raw).hexdigest()),
        name,
        f"メールボックス「{mail.key.folder}」",
        int(sent.timestamp()) * 1_000_000_000 if sent else 0,
        False,
        own_name=name,
        mail=mail.key.url,
        raw=mail.raw,
    )


def stored(file: FoundFile, path: Path) -> FoundFile:
    """The same, its bytes in the archive."""
    return replace(file, path=path, raw=b"")


def _other(key: MailKey, result: Opened) -> Other:
    letter = (result.letter if isinstance(result, Contents) else None) or Letter()
    parts = result.parts if isinstance(result, Contents) else ()
    files = sum(not part.inline for part in parts)
    return Other(key, letter.sender, letter.subject, letter.date, files)
