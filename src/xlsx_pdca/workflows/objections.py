"""What the guard objects to, in words: which mail, which file in it, what was found, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from xlsx_pdca.errors import OperatorError


@dataclass(frozen=True)
class Objection:
    """Why a mail must not go out: which mail, which file in it, what was found, what to do."""

    mail: str
    found: str
    remedy: str
    attachment: str = ""

    def __str__(self) -> str:
        where = f"{self.mail} の「{self.attachment}」" if self.attachment else self.mail
        return f"{where}：{self.found}{self.remedy}"


@dataclass(frozen=True)
class Complaints:
    """Objections to one mail, gathered while it is looked at."""

    mail: str
    found: list[Objection] = field(default_factory=list)

    def no(self, found: str, remedy: str, attachment: str = "") -> None:
        """Object to it, or to one file in it."""
        self.found.append(Objection(self.mail, found, remedy, attachment))


class MailsRefused(OperatorError):
    """The guard objects; nothing of the run was written or sent."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        self.objections = tuple(objections)
        lines = "\n".join(_grouped(objections))
        super().__init__(
            f"{lines}\n宛先と添付ファイルを確かめられないメールがあるため、何も作成せず、何も送っていません（{len(objections)}件）。"
        )


def _grouped(objections: Iterable[Objection]) -> Iterator[str]:
    """What is objected to in words; a file that goes along with many mails is told once."""
    groups: dict[tuple[str, str, str], list[Objection]] = {}
    for each in objections:
        one_by_one = "" if each.attachment else each.mail
        groups.setdefault((each.attachment, each.found, one_by_one), []).append(each)
    for first, *others in groups.values():
        mail = f"{first.mail}（ほか{len(others)}通）" if others else first.mail
        yield str(replace(first, mail=mail))
