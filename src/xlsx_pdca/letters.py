"""The words of the mails a round sends: texts with named fields, filled once, and never looked at again for fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Occasion(StrEnum):
    """Why a mail goes out; the value is its table in a file of mail texts."""

    REQUEST = "request"
    """様式 go out for the first time."""
    REPLACEMENT = "replacement"
    """差替え: a workbook made anew takes the place of one already sent."""
    REMINDER = "reminder"
    """提出のお願い（再送）."""
    QUESTION = "question"
    """記載内容の御確認のお願い."""
    RECEIPT = "receipt"
    """受領しました."""


COMMON_FIELDS = ("宛名", "実施回", "様式", "添付", "所属", "担当者", "文書番号", "発出日", "署名")


@dataclass(frozen=True)
class Fields:
    """The named fields an occasion knows besides COMMON_FIELDS."""

    needed: tuple[str, ...]
    """Must stand in the body: without them the addressee cannot act on the mail."""
    more: tuple[str, ...] = ()

    @property
    def all(self) -> frozenset[str]:
        return frozenset((*COMMON_FIELDS, *self.needed, *self.more))


FIELDS: Mapping[Occasion, Fields] = {
    Occasion.REQUEST: Fields(("期限",), ("期限短",)),
    Occasion.REPLACEMENT: Fields(("期限", "変更点", "記入済の扱い"), ("期限短",)),
    Occasion.REMINDER: Fields(("期限との前後",), ("期限の印", "期限", "期限短", "送付日")),
    Occasion.QUESTION: Fields(
        ("確認点", "添付の説明", "返信期限"), ("返信期限短", "返信例", "件数")
    ),
    Occasion.RECEIPT: Fields(("補正",), ("受領日",)),
}

FIELD = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True)
class Wording:
    """Subject and body of one occasion, with `{fields}` or, once `filled`, without."""

    subject: str
    body: str

    def fields(self) -> tuple[str, ...]:
        """Names of all fields, in order, each once."""
        return tuple(dict.fromkeys(FIELD.findall(f"{self.subject}\n{self.body}")))

    def filled(self, values: Mapping[str, str]) -> Wording:
        """The words with every field replaced by its value; KeyError names a field that has none.

        A value is put in as it stands: braces in a value are text. The subject becomes one line whatever a value holds.
        """
        subject = FIELD.sub(lambda m: values[m[1]], self.subject)
        body = FIELD.sub(lambda m: values[m[1]], self.body)
        return Wording(" ".join(subject.split()), _few_blank_lines(body))


def _few_blank_lines(text: str) -> str:
    """Where a field was empty no hole stays: at most one blank line, none at either end."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


MailTexts = Mapping[Occasion, Wording]
"""Wordings of one form by occasion."""


@dataclass(frozen=True)
class Enclosure:
    """A file that goes out with a mail."""

    name: str
    """As the addressee sees it."""
    data: bytes


@dataclass(frozen=True)
class Mail:
    """One mail as it is to go out; nothing in it is a field any more."""

    sender: str
    """Address of the office."""
    sender_name: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    body: str
    enclosures: tuple[Enclosure, ...]
    message_id: str
    """With its angle brackets."""
