"""What stands in the mails of a round: each field of the texts in the words of offices, and the code that finds replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
MANY_FILES = "それぞれのファイルを、ファイル名にある団体"
MATERIALS_TOO = "（添付資料は、どの団体にもお渡しください）"
RETURNED = "御記入の済んだファイルは、{whose}から直接お送りいただいても結構です。"
MANY_IN_SUBJECT, MANY_IN_BODY = 2, 10
"""So many names of units stand in a mail to a 経由機関; of more, the first and how many others."""


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
    values = {
        "宛名": addressee.salutation,
        "実施回": settings.name,
        "様式": _whose_forms(addressee, tasks, MANY_IN_BODY),
        "添付": _enclosed(addressee, tasks, materials),
        "所属": settings.office,
        "担当者": settings.officer,
        "文書番号": settings.document,
        "発出日": wareki(settings.issued_on),
        "署名": _signature(round_),
        **deadline_fields(tasks),
        **more,
    }
    wording = texts[tasks[0].form][occasion]
    body = wording.filled(values).body
    in_subject = {**values, "様式": _whose_forms(addressee, tasks, MANY_IN_SUBJECT)}
    subject = wording.filled(in_subject).subject
    codes = tuple(dict.fromkeys(task.code for task in tasks))
    if len(codes) > 1:
        body = f"{body}\n{CODES}{'、'.join(codes)}\n"
    return Wording(_with_codes(subject, codes), body)


def _whose_forms(addressee: Addressee, tasks: Sequence[Task], many: int) -> str:
    """事前課題; for a 経由機関, which must know whose it is, 太田市及び沼田市の事前課題."""
    if not addressee.passes_on:
        return titles_of(tasks)
    names = tuple(dict.fromkeys(task.unit.name for task in tasks))
    if len(names) > many:
        return f"{names[0]}ほか{len(names) - 1}団体の{titles_of(tasks)}"
    return f"{_and(names)}の{titles_of(tasks)}"


def titles_of(tasks: Iterable[Task]) -> str:
    """事前課題; of two forms 事前課題及び当日課題."""
    return _and(tuple(dict.fromkeys(task.title for task in tasks)))


def _and(names: Sequence[str]) -> str:
    """太田市、沼田市及び館林市."""
    return "及び".join(("、".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


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


def _enclosed(addressee: Addressee, tasks: Sequence[Task], materials: Sequence[str]) -> str:
    several = len({task.deadline for task in tasks}) > 1
    lines = [
        f"・{task.file}"
        + (f"　期限 {wareki(task.deadline, weekday=True)}" if several and task.deadline else "")
        for task in tasks
        if task.file
    ]
    asked = tuple(pass_on(addressee, tasks, materials))
    gap = ("",) if asked else ()
    return "\n".join((*lines, *(f"・{name}" for name in materials), *gap, *asked))


def pass_on(
    addressee: Addressee, tasks: Sequence[Task], materials: Sequence[str] = ()
) -> Iterator[str]:
    """What a 経由機関, which does not answer itself, is asked to do with the files, if there are any."""
    names = tuple(dict.fromkeys(task.unit.name for task in tasks if task.file))
    if addressee.passes_on and names:
        whom, more = f"添付のファイルを、{names[0]}", ""
        if len(names) > 1:
            whom, more = MANY_FILES, MATERIALS_TOO if materials else ""
        back = RETURNED.format(whose="各団体" if len(names) > 1 else names[0])
        yield f"お手数ですが、{whom}にお渡しくださいますようお願いいたします{more}。{back}"


def tell(addressee: Addressee, tasks: Sequence[Task]) -> Iterator[str]:
    """What a 経由機関 is asked to do where a letter has words for a unit and no file."""
    names = tuple(dict.fromkeys(task.unit.name for task in tasks if not task.file))
    if addressee.passes_on and names:
        yield f"お手数ですが、上の内容を、{_and(names)}にお伝えくださいますようお願いいたします。"


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
