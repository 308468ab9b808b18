"""状況: where one form of one unit stands, in one word and one sign."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where one form of one unit stands."""

    NOT_SENT = "未送付"
    SENT = "送付済"
    EXTENDED = "延長中"
    MISSING = "未提出"
    RECEIVED = "受信（未確認）"
    ASKED = "確認依頼中"
    ACCEPTED = "確認済"
    EXEMPT = "対象外"

    @property
    def symbol(self) -> str:
        """One sign of the cp932 repertoire, told apart in grey."""
        return _SYMBOLS[self]


_SYMBOLS: Mapping[Status, str] = {
    Status.NOT_SENT: "－",
    Status.SENT: "→",
    Status.EXTENDED: "◇",
    Status.MISSING: "▲",
    Status.RECEIVED: "○",
    Status.ASKED: "？",
    Status.ACCEPTED: "◎",
    Status.EXEMPT: "×",
}
