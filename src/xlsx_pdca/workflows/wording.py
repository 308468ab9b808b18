"""What stands in the mails of a round: each field of the texts in the words of offices, and the code that finds replies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xlsx_pdca.addressees import Addressee
from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.mail_texts import load_mail_texts
from xlsx_pdca.letters import MailTexts, Occasion, Wording
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import wareki, weekday_name
from xlsx_pdca.workflows.round import Round

MAX_SUBJECT = 100
RULE = "─" * 24
CODES = "整理記号："


@dataclass(frozen=True)
class Task:
    """One form of one unit a mail is about."""

    unit: Unit
    form: str
    title: str
    deadline: date | None
    file: str
    """Name of the enclosed workbook; "" where none goes along."""
    code: str
    """Short code of its ticket."""


def mail_texts_of(round_: Round) -> Mapping[str, MailTexts]:
    """Texts by form; FaultyDefinitions with all faults of this round's own files."""
    with told_about(round_.folder.forms):
        own = read_form_files(round_.folder.forms)
    return load_mail_texts(own, read_form_files(templates_folder()), round_.titles)


def worded(
    round_: Round,
    texts: Mapping[str, MailTexts],
    occasion: Occasion,
    addressee: Addressee,
    tasks: Sequence[Task],
    materials: Sequence[str],
    more: Mapping[str, str],
) -> Wording:
    """Subject and body of one mail; `more` are the fields only this occasion knows."""
    settings = round_.settings
    wording = texts[tasks[0].form][occasion].filled(
        {
            "宛名": addressee.salutation,
            "実施回": settings.name,
            "様式": titles_of(tasks),
            "添付": _enclosed(tasks, materials),
            "所属": settings.office,
            "担当者": settings.officer,
            "文書番号": settings.document,
            "発出日": wareki(settings.issued_on),
            "署名": _signature(round_),
            **deadline_fields(tasks),
            **more,
        }
    )
    codes = tuple(dict.fromkeys(task.code for task in tasks))
    body = wording.body
    if len(codes) > 1:
        body = f"{body}\n{CODES}{'、'.join(codes)}\n"
    return Wording(_with_codes(wording.subject, codes), body)


def titles_of(tasks: Iterable[Task]) -> str:
    """事前課題; of two forms 事前課題及び当日課題."""
    titles = tuple(dict.fromkeys(task.title for task in tasks))
    return "及び".join(("、".join(titles[:-1]), titles[-1])) if len(titles) > 1 else titles[0]


def deadline_fields(tasks: Sequence[Task]) -> dict[str, str]:
    """期限 and 期限短; where deadlines differ the earliest leads, and each file has its own beside it."""
    days = sorted({task.deadline for task in tasks if task.deadline})
    if not days:
        return {"期限": "", "期限短": ""}
    first = days[0]
    words = wareki(first, weekday=True)
    if len(days) > 1:
        words = f"ファイルごとの期限（下に記載しています。最も早いものは{words}）"
    return {"期限": words, "期限短": short_day(first)}


def short_day(day: date) -> str:
    """10/15(木)."""
    return f"{day.month}/{day.day}({weekday_name(day)})"


def _enclosed(tasks: Sequence[Task], materials: Sequence[str]) -> str:
    several = len({task.deadline for task in tasks}) > 1
    lines = [
        f"・{task.file}"
        + (f"　期限 {wareki(task.deadline, weekday=True)}" if several and task.deadline else "")
        for task in tasks
        if task.file
    ]
    return "\n".join((*lines, *(f"・{name}" for name in materials)))


def _signature(round_: Round) -> str:
    settings = round_.settings
    ways = (("電話", settings.telephone), ("メール", settings.mail))
    lines = (
        RULE,
        settings.office,
        f"担当：{settings.officer}",
        *(f"{word}：{text}" for word, text in ways if text),
        RULE,
    )
    return "\n".join(line for line in lines if line)


def _with_codes(subject: str, codes: Sequence[str]) -> str:
    """The subject with the codes behind it; where they would make it too long, the first and how many more."""
    whole = f"{subject}［{'、'.join(codes)}］"
    if len(whole) <= MAX_SUBJECT or len(codes) == 1:
        return whole
    return f"{subject}［{codes[0]} ほか{len(codes) - 1}件］"
