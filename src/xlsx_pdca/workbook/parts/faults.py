"""Why reading a package stops, as exceptions that become a Refusal at the reader's border."""

from __future__ import annotations

from xlsx_pdca.rawbook import Refusal, RefusalCode


class CannotRead(Exception):
    """The file cannot be taken for a readable workbook."""

    code = RefusalCode.NOT_A_WORKBOOK

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def refusal(self) -> Refusal:
        return Refusal(self.code, self.detail)


class NotAWorkbook(CannotRead):
    """Something else than a spreadsheet."""


class OtherDocument(CannotRead):
    """A paper or a picture: something to be looked at, not a spreadsheet."""

    code = RefusalCode.DOCUMENT


class Container(CannotRead):
    """Holds other files, which are not looked at."""

    code = RefusalCode.CONTAINER


class Empty(CannotRead):
    """No bytes at all."""

    code = RefusalCode.EMPTY


class Encrypted(CannotRead):
    """Protected by a password for opening."""

    code = RefusalCode.ENCRYPTED


class Sealed(CannotRead):
    """Locked or signed by somebody's key, as mails are."""

    code = RefusalCode.SEALED


class OldFormat(CannotRead):
    """A spreadsheet of a format that comes in through another door."""

    code = RefusalCode.OLD_FORMAT


class Damaged(CannotRead):
    """Says two things at once, or misses a part it promises."""

    code = RefusalCode.DAMAGED


class Hostile(CannotRead):
    """Breaks a limit that genuine workbooks never reach."""

    code = RefusalCode.HOSTILE
