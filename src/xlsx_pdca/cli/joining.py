"""`accept --join` on the screen: what was joined, or where a person decides on what differs."""

from __future__ import annotations

from collections.abc import Sequence

from xlsx_pdca.cli import console
from xlsx_pdca.cli.arrivals import IN_BOOKS, remarks
from xlsx_pdca.cli.options import unit_and_form
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.facts import Submitted
from xlsx_pdca.ledger import must_check
from xlsx_pdca.workflows.joining import Joining, join_files
from xlsx_pdca.workflows.round import Round

MOST_FAULTS = 10


def join(
    round_: Round, arrivals: Sequence[int], unit: str, form: str, *, dry_run: bool
) -> ExitCode:
    """Join the files, or say what has to be decided first."""
    form = form or _form_of(round_, arrivals)
    command = _command(round_, arrivals, unit, form)
    now, by = console.now(), console.person()
    done = join_files(
        round_, arrivals, unit, form, command=command, now=now, by=by, dry_run=dry_run
    )
    if done.submission is None:
        _tell_open(done, command, dry_run=dry_run)
        return ExitCode.NEEDS_PERSON
    return _tell_joined(round_, done.submission, dry_run=dry_run)


def _tell_open(done: Joining, command: str, *, dry_run: bool) -> None:
    """Where to decide, and what is still open there."""
    place, book = (done.book.parent.name, done.book.name) if done.book else ("", "")
    if done.is_new:
        made = "作る予定です" if dry_run else "作りました"
        console.say(
            f"御回答の異なるところが{done.differing}か所あります。"
            f"「{place}」に、並べて見比べるブック「{book}」を{made}。"
        )
        if dry_run:
            return
    else:
        for fault in done.faults[:MOST_FAULTS]:
            console.show(str(fault))
        if (more := len(done.faults) - MOST_FAULTS) > 0:
            console.show(f"このほか {more}か所")
        console.say(f"御確認いただくところが、まだ{len(done.faults)}か所あります。")
    which = "このブック" if done.is_new else f"「{place}」の「{book}」"
    console.say(
        f"{which}を開き、◆の行の「採用」を選んでください。"
        f"保存して閉じたら、もう一度、次のように実行してください：{command}"
    )


def _tell_joined(round_: Round, taken: Submitted, *, dry_run: bool) -> ExitCode:
    for file in taken.copies:
        console.show(file)
    for text in remarks(taken.findings, IN_BOOKS):
        console.show(text)
    word = "とする予定です" if dry_run else "としました"
    whose = unit_and_form(round_, taken.unit, taken.form)
    console.say(
        f"{len(taken.joined)}つのファイルを合わせ、{whose}の第{taken.number}回の提出{word}"
        "（確認済にするのは、このあとです）。"
    )
    return ExitCode.NEEDS_PERSON if must_check(taken) else ExitCode.OK


def _command(round_: Round, arrivals: Sequence[int], unit: str, form: str) -> str:
    """The command as it is typed again."""
    files = " ".join(f"--file {number}" for number in sorted(set(arrivals)))
    which = f" --form {form}" if len(round_.forms) > 1 and not _forms(round_, arrivals) else ""
    return f"xlsx-pdca accept {files} --join {unit}{which}"


def _forms(round_: Round, arrivals: Sequence[int]) -> tuple[str, ...]:
    """The forms these files were recognised as."""
    ledger = round_.ledger()
    found = [b.fact.form for b in ledger.arrivals if b.seq in set(arrivals)]
    return tuple(dict.fromkeys(form for form in found if form))


def _form_of(round_: Round, arrivals: Sequence[int]) -> str:
    forms = _forms(round_, arrivals) or tuple(round_.forms)
    if len(forms) == 1:
        return forms[0]
    ids = "、".join(f"--form {form.id}（{form.title}）" for form in round_.forms.values())
    raise UsageError("どの様式の提出か分かりません。", f"次のどれかを付けてください：{ids}")
