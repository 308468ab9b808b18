"""`status`: where the round stands, and what to do next."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.arrivals import finding_records, ways_out
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.mails import tell_uncertain
from xlsx_pdca.cli.options import json_option, opened, round_option, tell_notices, tell_unbooked
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Arrived
from xlsx_pdca.ledger import Booked, Ledger, Status
from xlsx_pdca.mailings import Mailing, mailings, uncertain
from xlsx_pdca.points import points_now
from xlsx_pdca.wareki import wareki, weekday_name
from xlsx_pdca.workflows.collect import dropped_files
from xlsx_pdca.workflows.drafts import kept_back, lying
from xlsx_pdca.workflows.proposals import Proposals
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.standing import Overview, StandingLine, overview

_PUT_BACK = "受付を取り消したファイルです。提出とするか、取り扱わないかを決めてください。"
MOST_HELD = 10
"""So many held files are shown unless the whole list is asked for."""


@click.command("status", cls=Command)
@click.option("--list", "listed", is_flag=True, help="団体ごとの一覧と、必ず確認する点も表示します")
@click.option(
    "--notices", is_flag=True, help="名簿について御確認いただきたい点だけを、すべて表示します"
)
@round_option
@json_option
def command(round_folder: Path, *, listed: bool, notices: bool, as_json: bool) -> int:
    """受付の状況と、次にすることを表示します。"""
    round_ = opened(round_folder)
    if notices and not as_json:
        return _show_notices(round_)
    ledger, today = round_.ledger(), console.now().date()
    in_the_dark = uncertain(mailings(ledger))
    drafts = [mailing for mailing, _ in lying(round_, ledger, today)]
    now = overview(
        round_,
        ledger,
        today=today,
        waiting_files=len(dropped_files(round_.folder.drop)),
        drafts=sum(_stands_alone(ledger, mailing) for mailing in drafts),
        kept_back=len(kept_back(round_, ledger, today)),
        uncertain=in_the_dark,
    )
    if as_json:
        console.show_json(_records(round_, now, Proposals.of(round_, ledger)))
    else:
        _show(round_, now, Proposals.of(round_, ledger), listed=listed)
        tell_notices(round_)
    unbooked = tell_unbooked(round_)
    if not as_json:
        tell_uncertain(round_, in_the_dark)
    needs_person = bool(now.held or now.doubtful or unbooked or in_the_dark)
    return ExitCode.NEEDS_PERSON if needs_person else ExitCode.OK


def _stands_alone(ledger: Ledger, mailing: Mailing) -> bool:
    """Whether no status of a unit says that this mail has not gone out: it carries no form, or carries it once more."""
    return not mailing.is_first or all(ledger.standing(*key).is_sent for key in mailing.keys)


def _show(round_: Round, now: Overview, proposals: Proposals, *, listed: bool) -> None:
    console.show(f"{round_.settings.prefecture}　{round_.settings.name}")
    console.show("次にすること")
    for step in now.next_steps or (_nothing_to_do(now),):
        console.show(f"　・{step}")
    for title, counts in now.counts().items():
        words = "　".join(f"{s.symbol}{s} {counts[s]}" for s in Status if counts.get(s))
        console.show(f"{title}：{words}")
    _show_held(now, proposals, most=None if listed else MOST_HELD)
    if listed:
        for line in now.lines:
            _show_line(line)


def _nothing_to_do(now: Overview) -> str:
    """What is awaited, where nothing is to be done by us."""
    if now.asked and not now.awaited:
        replies = {line.until for line in now.asked if line.until}
        last = ""
        if replies:
            last = f"、{'最初の' if len(replies) > 1 else ''}返信期限 {_day(min(replies))}"
        return f"今することはありません。確認依頼の返信を待っています（{len(now.asked)}件{last}）。"
    if not now.awaited:
        return "今することはありません。"
    days = {line.standing.deadline for line in now.awaited if line.standing.deadline}
    last = f"、{'最初の' if len(days) > 1 else ''}期限 {_day(min(days))}" if days else ""
    return f"今することはありません。回答を待っています（{len(now.awaited)}件{last}）。"


def _day(day: date) -> str:
    return f"{wareki(day)}（{weekday_name(day)}）"


def _show_line(line: StandingLine) -> None:
    """One unit and form; what must be asked stands below it until somebody has accepted it."""
    deadline = wareki(line.standing.deadline) if line.standing.deadline else ""
    unsettled = line.status in (Status.RECEIVED, Status.ASKED)
    points = f"　必ず確認 {line.open_points}点" if unsettled and line.open_points else ""
    console.show(
        f"{line.title}　{line.unit.id}　{line.unit.name}　{line.words}　{deadline}{points}"
    )
    if line.until:
        console.show(
            f"　　返信期限 {_day(line.until)}{'（過ぎています）' if line.is_overdue else ''}"
        )
    if unsettled:
        for point in line.asked_points:
            console.show(f"　　確認をお願いした点（{point.state}）：{point.name}")
            for reply in point.replies:
                console.show(f"　　　　{reply.place}：{dict(reply.context).get('found', '')}")
    if unsettled:
        for finding in line.standing.open_must:
            console.show(f"　　{finding.told}")


def _show_held(now: Overview, proposals: Proposals, *, most: int | None) -> None:
    for booked in now.held[:most]:
        doubts = "".join(f.sentence() for f in booked.fact.findings if f.holds) or _PUT_BACK
        console.show(f"保留　受付番号{booked.seq}　{console.one_line(booked.fact.name)}　{doubts}")
        for text in ways_out(booked, proposals):
            console.show(text)
    if most is not None and len(now.held) > most:
        console.show(f"保留　ほか {len(now.held) - most}件（status --list で表示します）")


def _show_notices(round_: Round) -> int:
    for notice in round_.notices:
        console.show(str(notice))
    console.say(f"名簿について御確認いただきたい点は {len(round_.notices)}件です。")
    return ExitCode.OK


def _records(round_: Round, now: Overview, proposals: Proposals) -> dict[str, object]:
    return {
        "next": list(now.next_steps),
        "notices": [str(notice) for notice in round_.notices],
        "units": [_unit_record(line) for line in now.lines],
        "held": [_held_record(booked, proposals) for booked in now.held],
    }


def _unit_record(line: StandingLine) -> dict[str, object]:
    submission = line.standing.submission
    return {
        "unit": line.unit.id,
        "name": line.unit.name,
        "form": line.form,
        "status": line.status.value,
        "replaced": line.standing.is_replaced,
        "deadline": line.standing.deadline,
        "submission": submission.number if submission else 0,
        "must_check": line.open_points,
        "reply_until": line.until,
        "asked": [
            {
                "number": point.asked.number,
                "code": point.asked.code,
                "field": point.asked.field,
                "column": point.asked.column,
                "row": point.asked.row,
                "sheet": point.asked.sheet,
                "cell": point.asked.cell,
                "state": point.state.value,
                "by": point.by.value if point.by else "",
                "replies": [
                    {"sheet": r.sheet, "cell": r.cell, "text": dict(r.context).get("found", "")}
                    for r in point.replies
                ],
            }
            for point in points_now(line.standing)
        ],
        "findings": finding_records(submission.findings if submission else ()),
    }


def _held_record(booked: Booked, proposals: Proposals) -> dict[str, object]:
    fact: Arrived = booked.fact
    return {
        "arrival": booked.seq,
        "file": fact.name,
        "codes": [f.code for f in fact.findings],
        "proposed": [{"unit": p.unit, "form": p.form} for p in proposals.for_held(booked)],
        "findings": finding_records(fact.findings),
    }
