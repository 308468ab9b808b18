"""What a 確認依頼 says: its points, how to answer them, and what goes along, in the words of offices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xlsx_pdca.addressees import Addressee
from xlsx_pdca.facts import AskedPoint, CopyKind, MailedBook, MarkedCopy
from xlsx_pdca.letters import Enclosure
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workflows.marked_copies import CONVERTED, COVERED, JOINED, MadeCopy
from xlsx_pdca.workflows.wording import Task, pass_on, short_day, tell

PLAIN_REASONS: Mapping[str, str] = {
    JOINED: "が",
    COVERED: "に",
    CONVERTED: "が",
    "マクロが含まれています": "に",
    "電子署名が付いています": "に",
}
"""Why a file was not marked, as its sender knows it, and the particle by which it is said of the file."""


@dataclass(frozen=True)
class Part:
    """What one letter says of one form of one unit."""

    task: Task
    book: MailedBook
    question: MarkedCopy
    enclosure: Enclosure | None
    made: MadeCopy


def fields_of(parts: Sequence[Part], to: Addressee, until: date) -> Mapping[str, str]:
    """The fields only this occasion knows."""
    enclosed = [f"・{part.task.file}" for part in parts if part.task.file]
    return {
        "確認点": "\n\n".join(_points_of(parts)),
        "返信例": _example(parts),
        "件数": str(sum(len(part.question.points) for part in parts)),
        "添付の説明": "\n".join(_explained(parts, to)),
        "返信期限": wareki(until, weekday=True),
        "返信期限短": short_day(until),
        "添付": "\n".join(enclosed) or "（このメールに添付ファイルはありません）",
    }


def _points_of(parts: Sequence[Part]) -> Iterator[str]:
    """The points in words; where a letter speaks of several returns each is called by its name.

    So is then each number: an answer of one line must say which return it is about.
    """
    for part, whose in zip(parts, _whose(parts), strict=True):
        if len(parts) > 1:
            yield f"◇ {part.task.unit.name}　{part.task.title}"
        yield from (_point_words(point, whose) for point in part.question.points)


def _whose(parts: Sequence[Part]) -> list[str]:
    """What stands before the numbers of each part, so that they are told apart."""
    several = len({part.task.unit.id for part in parts}) > 1, len({p.task.form for p in parts}) > 1
    return [
        "・".join(
            name
            for name, is_told in zip((p.task.unit.name, p.task.title), several, strict=True)
            if is_told
        )
        for p in parts
    ]


def _example(parts: Sequence[Part]) -> str:
    """How to answer in one line, by numbers that stand in this very letter."""
    numbers = [
        f"（{whose}{point.number}）"
        for part, whose in zip(parts, _whose(parts), strict=True)
        for point in part.question.points
    ]
    return "".join(
        f"「{number}は{said}」"
        for number, said in zip(numbers, ("○○に訂正", "このままで"), strict=False)
    )


def _point_words(point: AskedPoint, whose: str) -> str:
    cell = f"　セル{point.cell}" if point.cell else ""
    place = f"{point.sheet}{cell}".strip() or "ファイル全体"
    # most sentences begin with the question; it is not said twice
    label = "" if point.label in point.text else f"　{point.label}"
    head = f"（{whose}{point.number}）{place}{label}"
    return "\n".join((head, *(f"　　{line}" for line in point.text.splitlines())))


def _explained(parts: Sequence[Part], to: Addressee) -> Iterator[str]:
    alike: dict[tuple[CopyKind, str], list[Part]] = {}
    for part in parts:
        alike.setdefault((part.made.kind, part.made.reason), []).append(part)
    for (kind, reason), group in alike.items():
        # what holds for all of them is said once, however many there are
        names = "、".join(f"{part.task.unit.name}の{part.task.title}" for part in group)
        whose = f"{names}　" if len(alike) > 1 else ""
        file = f"「{group[0].task.file}」" if len(group) == 1 else "それぞれのファイル"
        yield f"・{whose}{EXPLAINED[kind].format(file=file, why=_why(reason))}"
    tasks = [part.task for part in parts]
    if asked := (*pass_on(to, tasks), *tell(to, tasks)):
        yield from ("", *asked)


def _why(reason: str) -> str:
    """Why their own file was not marked; what only a programmer would understand is told in general words."""
    if particle := PLAIN_REASONS.get(reason):
        return f"お送りいただいたファイル{particle}{reason}ので"
    return "お送りいただいたファイルの作りの都合で"


EXPLAINED: Mapping[CopyKind, str] = {
    CopyKind.MARKED: (
        "ファイルを直してお送りいただく場合：添付の{file}は、お送りいただいたファイルの写しに、"
        "御確認いただきたい欄の色と枠、コメント、最初のシート（一覧）を加えたものです。これを直して、御返送ください。"
    ),
    CopyKind.REFILLED: (
        "ファイルを直してお送りいただく場合：{why}、そのままでは印を付けられませんでした。"
        "添付の{file}は、お配りした様式に御回答の内容を写し、御確認いただきたい欄に印を付けたものです。これを直して、御返送ください。"
    ),
    CopyKind.LETTER: (
        "ファイルを直してお送りいただく場合：お手元のファイルで、上に挙げた欄を直して、御返送ください"
        "（{why}、印を付けた写しはお付けしていません）。"
    ),
}
