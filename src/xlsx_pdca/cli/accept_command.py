"""`accept`: a person's decisions on submissions and held files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.arrivals import IN_BOOKS, remarks
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.joining import join
from xlsx_pdca.cli.mails import tell_drafts, tell_without_address, writer
from xlsx_pdca.cli.options import (
    ONE_BY_ONE,
    dry_run_option,
    form_id,
    name_and_title,
    opened,
    plain_ids,
    round_option,
    unit_and_form,
    units_and_forms,
)
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.ledger import must_check
from xlsx_pdca.points import names_of, open_points, points_now
from xlsx_pdca.workflows.acceptance import Acceptance, accept, assign, dismiss
from xlsx_pdca.workflows.outbox import put_in_order
from xlsx_pdca.workflows.proposals import may_be_taken
from xlsx_pdca.workflows.receipts import write_receipts
from xlsx_pdca.workflows.round import Round


@click.command("accept", cls=Command)
@click.argument("units", callback=plain_ids, nargs=-1, metavar="[回答単位ID]...")
@click.option("--all", "everyone", is_flag=True, help="必ず確認する点のない提出すべて")
@click.option("--form", default="", metavar="様式ID", help="この様式だけ")
@click.option(
    "--file",
    "arrivals",
    type=int,
    multiple=True,
    metavar="受付番号",
    help="保留中のファイル（番号は status で分かります）。--join と --dismiss では、いくつでも付けられます",
)
@click.option(
    "--as", "owner", metavar="回答単位ID", help="保留中のファイルを、この団体の提出とします"
)
@click.option(
    "--join",
    "joined",
    metavar="回答単位ID",
    help="いくつかのファイルを欄ごとに合わせ、この団体の一つの提出とします",
)
@click.option(
    "--dismiss", "reason", metavar="理由", help="保留中のファイルを、取り扱わないこととします"
)
@click.option(
    "--receipt", is_flag=True, help="確認済にした相手への、受領のお知らせの下書きも作ります"
)
@round_option
@dry_run_option
def command(
    units: tuple[str, ...],
    form: str,
    arrivals: tuple[int, ...],
    owner: str | None,
    joined: str | None,
    reason: str | None,
    round_folder: Path,
    *,
    everyone: bool,
    receipt: bool,
    dry_run: bool,
) -> int:
    """提出された内容を確認済にします。保留中のファイルの取扱いも決めます。

    二人以上から届いた書きかけのファイルは、--join で欄ごとに合わせます。
    IDを指定した団体は、確認する点が残っていても確認済にします。取り消すときは undo です。
    """
    round_ = opened(round_folder)
    form = form_id(round_, form)
    if arrivals and joined is not None:
        _refuse_beside_join(owner, reason)
        return join(round_, arrivals, joined, form, dry_run=dry_run)
    if arrivals:
        return _held(round_, arrivals, owner, reason, form, dry_run=dry_run)
    if given := [name for name, text in _options(owner, joined, reason) if text is not None]:
        option = given[0]
        raise UsageError(
            f"{option} は、保留中のファイルの取扱いです。どのファイルかが指定されていません。",
            "「--file 受付番号」を付けてください（受付番号は status で分かります）。",
        )
    if not units and not everyone:
        raise UsageError(
            "確認済にする団体が指定されていません。",
            f"「accept {_example(round_)}」のように回答単位IDを付けるか、必ず確認する点のない提出すべてなら --all を付けてください。",
        )
    done = accept(
        round_,
        units,
        form=form,
        everyone=everyone,
        now=console.now(),
        by=console.person(),
        dry_run=dry_run,
    )
    code = _told(round_, done, dry_run=dry_run)
    if receipt and dry_run:
        console.say("実行すると、受領のお知らせの下書きも作ります。")
    elif receipt:
        return max(code, _receipts(round_, done))
    return code


def _receipts(round_: Round, done: Acceptance) -> int:
    """Drafts for those just accepted, and for those named who were accepted before."""
    keys = frozenset((s.unit, s.form) for s in (*done.accepted, *done.already))
    if not keys:
        console.say(
            "受領のお知らせを作る相手がありません。前に確認済にした相手には、accept 102016-1 --receipt のように、回答単位IDを付けて実行してください。"
        )
        return ExitCode.OK
    found = write_receipts(round_, keys, writer())
    lying = put_in_order(round_, now=console.now())
    tell_drafts(round_, found.drafts, dry_run=False)
    lost = tell_without_address(found.without_address)
    if found.drafts.drafts:
        console.say(
            f"「{round_.folder.drafts.name}」に {lying}通あります。送る前の確認は send --review です。"
        )
    return ExitCode.NEEDS_PERSON if lost else ExitCode.OK


def _options(
    owner: str | None, joined: str | None, reason: str | None
) -> tuple[tuple[str, str | None], ...]:
    return (("--as", owner), ("--join", joined), ("--dismiss", reason))


def _refuse_beside_join(owner: str | None, reason: str | None) -> None:
    for option, text in (("--as", owner), ("--dismiss", reason)):
        if text is not None:
            raise UsageError(
                f"--join と {option} は同時に指定できません。", "どちらか一方を指定してください。"
            )


def _only(arrivals: tuple[int, ...]) -> int:
    """The one file that was named."""
    if len(arrivals) > 1:
        raise UsageError(
            "--as に、--file がいくつも指定されています。",
            "いくつかのファイルを一つの提出に合わせるときは「--join 回答単位ID」を付けてください。"
            "そのほかのときは、一つずつ指定してください。",
        )
    return arrivals[0]


def _held(
    round_: Round,
    arrivals: tuple[int, ...],
    owner: str | None,
    reason: str | None,
    form: str,
    *,
    dry_run: bool,
) -> int:
    if owner is not None and reason is not None:
        raise UsageError(
            "--as と --dismiss は同時に指定できません。", "どちらか一方を指定してください。"
        )
    if owner is None and reason is None:
        raise UsageError(
            "保留中のファイルをどう取り扱うかが指定されていません。",
            f"{_as_someones(round_, arrivals)}取り扱わないときは「--dismiss 理由」を付けてください。",
        )
    if reason is not None and not reason.strip():
        raise UsageError(
            "取り扱わない理由が空欄です。",
            "「--dismiss 添付資料」のように、後任の方にも分かる理由を付けてください。",
        )
    if reason is not None:
        return _dismissed(round_, arrivals, reason, dry_run=dry_run)
    return _taken(round_, _only(arrivals), owner or "", form, dry_run=dry_run)


def _as_someones(round_: Round, arrivals: tuple[int, ...]) -> str:
    """The other way out, unless no answer can be in the file."""
    named = [b for b in round_.ledger().held if b.seq in arrivals]
    if any(not may_be_taken(held.fact) for held in named) or len(arrivals) > 1:
        return ""
    return "ある団体の提出とするときは「--as 回答単位ID」、"


def _dismissed(round_: Round, arrivals: tuple[int, ...], reason: str, *, dry_run: bool) -> int:
    now, by = console.now(), console.person()
    laid = dismiss(round_, arrivals, reason, now=now, by=by, dry_run=dry_run)
    word = "こととする予定です" if dry_run else "こととしました"
    names = "、".join(f"「{console.one_line(each.name)}」" for each in laid)
    console.say(f"{names}を取り扱わない{word}（理由：{reason}）。原本は保管してあります。")
    return ExitCode.OK


def _taken(round_: Round, arrival: int, owner: str, form: str, *, dry_run: bool) -> int:
    form = form or _form_of(round_, arrival)
    now, by = console.now(), console.person()
    taken = assign(round_, arrival, owner, form, now=now, by=by, dry_run=dry_run)
    console.show(taken.file)
    whose = unit_and_form(round_, taken.unit, taken.form)
    for text in remarks(taken.findings, IN_BOOKS):
        console.show(text)
    word = "とする予定です" if dry_run else "としました"
    console.say(f"{whose}の第{taken.number}回の提出{word}（確認済にするのは、このあとです）。")
    return ExitCode.NEEDS_PERSON if must_check(taken) else ExitCode.OK


def _form_of(round_: Round, arrival: int) -> str:
    """The form a held file was recognised as, else the only one in use."""
    held = next((b.fact for b in round_.ledger().held if b.seq == arrival), None)
    if held is None or not may_be_taken(held):
        return ""  # `assign` names the numbers there are, or says why it cannot be
    if held.form:
        return str(held.form)
    if len(round_.forms) == 1:
        return next(iter(round_.forms))
    ids = "、".join(f"--form {form.id}（{form.title}）" for form in round_.forms.values())
    raise UsageError("どの様式の提出か分かりません。", f"次のどれかを付けてください：{ids}")


def _example(round_: Round) -> str:
    """Id of a unit whose answer is not accepted yet, else of any unit."""
    open_ones = (
        standing.unit
        for standing in round_.ledger().standings.values()
        if standing.submission and not standing.is_accepted
    )
    return next(open_ones, next((unit.id for unit in round_.units), "回答単位ID"))


def _after_checking(done: Acceptance) -> str:
    """How to accept what was left."""
    if not done.left:
        return ""
    return (
        f"確かめた後は、accept {done.left[0].unit} のように、回答単位IDを付けて確認済にできます。"
    )


def _already(round_: Round, done: Acceptance) -> Iterator[str]:
    for standing in done.already:
        yield name_and_title(round_, standing.unit, standing.form)


def _closed(round_: Round, done: Acceptance, *, dry_run: bool) -> Iterator[str]:
    """Points asked about that were still open: they end with the acceptance."""
    word = "解決とする予定です" if dry_run else "解決としました"
    for standing in done.accepted:
        if left := open_points(points_now(standing)):
            whose = unit_and_form(round_, standing.unit, standing.form)
            yield (
                f"　{whose}：確認をお願いしていた点のうち、残っていた{len(left)}点"
                f"（{names_of(left)}）は、確認済にすることで{word}。"
            )


def _told(round_: Round, done: Acceptance, *, dry_run: bool) -> int:
    for text in units_and_forms(round_, done.accepted):
        console.show(text)
    for text in _closed(round_, done, dry_run=dry_run):
        console.show(text)
    word = "確認済にする予定です" if dry_run else "確認済にしました"
    for text in _already(round_, done):
        console.say(f"{text}は、すでに確認済です。")
    if done.accepted:
        console.say(f"{len(done.accepted)}件を{word}。")
    elif not done.already:
        console.say("新しく確認済にするものはありません。")
    for why, left, then in (
        ("必ず確認する点があるため", done.left, _after_checking(done)),
        (
            "後から届いたファイルが保留中のため",
            done.waiting,
            "保留中のファイルの取扱いを決めてから、もう一度実行してください。",
        ),
    ):
        if left:
            kept = "そのままにします" if dry_run else "そのままにしました"
            console.say(f"{why}、{len(left)}件は{kept}。{then}")
        for each in left[:ONE_BY_ONE]:
            console.say(f"　{unit_and_form(round_, each.unit, each.form)}")
        if (more := len(left) - ONE_BY_ONE) > 0:
            console.say(f"　このほか {more}件（status --list で、すべて表示します）")
    return ExitCode.NEEDS_PERSON if done.left or done.waiting else ExitCode.OK
