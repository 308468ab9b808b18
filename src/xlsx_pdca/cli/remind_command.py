"""`remind`: drafts for those from whom nothing has come, or whom to telephone."""

from __future__ import annotations

from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.mails import (
    read_list_back,
    tell_drafts,
    tell_spared,
    tell_uncertain,
    tell_without_address,
    writer,
)
from xlsx_pdca.cli.options import (
    dry_run_option,
    form_id,
    opened,
    plain_ids,
    round_option,
    tell_notices,
    unit_and_form,
)
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workflows.outbox import ReadBack, put_in_order
from xlsx_pdca.workflows.remind import (
    Reminders,
    Unanswered,
    remind,
    telephone_list,
    unanswered,
)
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.send import Wish


@click.command("remind", cls=Command)
@click.argument("units", callback=plain_ids, nargs=-1, metavar="[回答単位ID]...")
@click.option("--form", default="", metavar="様式ID", help="この様式だけ")
@click.option("--list", "listed", is_flag=True, help="期限を過ぎた相手の電話番号の一覧を表示します")
@dry_run_option
@round_option
def command(
    units: tuple[str, ...], round_folder: Path, form: str, *, listed: bool, dry_run: bool
) -> int:
    """まだ届いていない相手への、提出のお願い（再送）の下書きを作ります。"""
    round_ = opened(round_folder)
    chosen = form_id(round_, form)
    if listed:
        return _listed(round_, chosen)
    tell_notices(round_)
    back = ReadBack() if dry_run else read_list_back(round_)
    code = ExitCode.NEEDS_PERSON if back.needs_person else ExitCode.OK
    wish = Wish(frozenset(units), chosen)
    found = remind(round_, wish, writer(), dry_run=dry_run)
    lying = 0 if dry_run else put_in_order(round_, now=console.now())
    return max(code, _told(round_, found, lying, dry_run=dry_run))


def _told(round_: Round, found: Reminders, lying: int, *, dry_run: bool) -> int:
    tell_drafts(round_, found.drafts, dry_run=dry_run)
    tell_spared(round_, found.spared)
    for question in found.unanswered:
        console.say(
            f"お返事待ち　{unit_and_form(round_, question.unit.id, question.form)}：{_overdue(question)}。"
        )
    lost = tell_without_address(found.sendable.without_address)
    doubtful = tell_uncertain(round_, found.sendable.uncertain)
    if lying:
        console.say(
            f"「{round_.folder.drafts.name}」に {lying}通あります。送る前の確認は send --review です。"
        )
    elif not found.drafts.drafts:
        console.say("いま提出をお願いするメールはありません。")
    waits = any(each.needs_person for each in found.spared)
    left = waits or doubtful or found.drafts.left or lost
    return ExitCode.NEEDS_PERSON if left else ExitCode.OK


def _overdue(each: Unanswered) -> str:
    until = each.question.until
    day = f"（返信期限 {wareki(until)}）" if until else ""
    return f"確認のお願い {len(each.question.points)}点{day}へのお返事が、まだありません"


def _listed(round_: Round, form: str) -> int:
    today = console.now().date()
    lines = telephone_list(round_, round_.ledger(), form=form, today=today)
    for line in lines:
        unit = line.unit
        who = "　".join(p for p in (unit.department, unit.contact_person) if p)
        deadline = f"期限 {wareki(line.deadline)}" if line.deadline else ""
        console.show(
            "　".join(
                p
                for p in (
                    unit.id,
                    unit.name,
                    unit.telephone or "（電話番号なし）",
                    who,
                    "、".join(line.forms),
                    deadline,
                )
                if p
            )
        )
        if line.promised:
            console.show(f"　　お約束：{wareki(line.promised, weekday=True)}まで")
        if line.last:
            console.show(f"　　前回の連絡：{line.last}")
        if line.waiting:
            console.show(f"　　お電話の前に：{line.waiting}")
    for each in unanswered(round_, round_.ledger(), Wish(form=form), today):
        unit = each.unit
        who = "　".join(p for p in (unit.department, unit.contact_person) if p)
        named = (unit.id, unit.name, unit.telephone or "（電話番号なし）", who, _overdue(each))
        console.show("　".join(filter(None, named)))
    console.say(
        f"期限を過ぎて届いていない相手は {len(lines)}件です。連絡した内容は contact で記録できます。"
    )
    return ExitCode.OK
