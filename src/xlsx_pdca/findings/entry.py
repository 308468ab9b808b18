"""What a catalogue entry is, and the words that may stand in its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter


class Grade(StrEnum):
    """Weight of a finding; only MUST makes a letter."""

    MUST = "必ず確認"
    SHOULD = "できれば確認"
    INFO = "参考"


class Reader(StrEnum):
    """Whom a sentence speaks to; what speaks to the officer never goes into a letter."""

    UNIT = "回答者"
    OFFICER = "県担当者"


CONTEXT: Mapping[str, str] = {
    "sheet": "シート名",
    "cell": "セル",
    "label": "設問",
    "found": "記入されている内容",
    "corrected": "補正した内容",
    "shown": "画面での表示",
    "other_label": "別の設問",
    "suggested": "指していると思われる御回答",
    "places": "場所の一覧",
    "labels": "設問の一覧",
    "count": "件数",
    "number": "一覧の番号",
    "guide": "目安の字数",
    "length": "字数",
    "range": "範囲",
    "unit": "単位",
    "options": "選択肢",
    "decimals": "小数点以下の桁数",
    "file": "ファイル名",
    "other_file": "もう一方のファイル名",
    "name": "団体名",
    "other_name": "別の団体名",
    "ticket": "整理番号",
    "other_ticket": "別の整理番号",
    "round": "実施回の番号",
    "program": "保存したソフトウェア",
    "sender": "差出人",
    "subject": "メールの件名",
}
"""Every word a sentence may ask for, and what it stands for; the document prints these."""


@dataclass(frozen=True)
class CatalogueEntry:
    code: str
    """Three letters for the room it comes from and two digits; never reused."""
    grade: Grade
    title: str
    sentence: str
    """What was found; `{name}` takes a value of the context."""
    remedy: str
    """What to do now."""
    holds: bool = False
    """The file waits for a person: it never enters the summary by itself."""
    reader: Reader = Reader.UNIT

    @property
    def context(self) -> tuple[str, ...]:
        """Words of `CONTEXT` the sentence and the remedy ask for, in order."""
        asked = Formatter().parse(self.sentence + self.remedy)
        return tuple(dict.fromkeys(name for _, name, _, _ in asked if name))
