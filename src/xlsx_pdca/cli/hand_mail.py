"""Mails sent by hand: booked by what the officer says, with what her word does not cover."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from xlsx_pdca.cli import console
from xlsx_pdca.cli.mails import tell_uncertain
from xlsx_pdca.cli.options import name_and_title, units_and_forms
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.reading import listed
from xlsx_pdca.wareki import parse_date, wareki
from xlsx_pdca.workflows.drafts import kept_back
from xlsx_pdca.workflows.outbox import ReadBack, addressee_name, book_other_mails, put_in_order
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.told_sent import ToldSent, mark_sent


def _day(text: str | None) -> date:
    day = console.now().date() if text is None else parse_date(text)
    if day is None:
        raise UsageError(
            f"日付「{text}」を読み取れません。", "「2026/10/1」のように指定してください。"
        )
    return day


def marked(
    round_: Round,
    units: Sequence[str],
    form: str,
    day: str | None,
    read_back: ReadBack,
    *,
    everyone: bool,
    dry_run: bool,
) -> int:
    """Book what the officer names; without names what she wrote into 送信一覧 was booked already."""
    if not units and not everyone:
        put_in_order(round_, now=console.now())
        known = "ほかに送信日を書いたもの" if read_back.needs_person else "送信日を書いたもの"
        console.say(
            f"「送信一覧.xlsx」に{known}は、すべて記録してあります。ほかに送ったものは、IDを並べるか --all を付けて記録してください。"
        )
        return ExitCode.OK
    if everyone and read_back.faults:
        console.say("送信一覧の送信日を直すまで、ほかのものも記録しません。")
        return ExitCode.NEEDS_PERSON
    on = _day(day)
    if on > console.now().date():
        raise UsageError(
            f"送付した日「{wareki(on)}」は、今日より後です。",
            "送った日を「--on 2026/10/1」のように指定してください。",
        )
    told = mark_sent(
        round_,
        units,
        form=form,
        everyone=everyone,
        on=on,
        now=console.now(),
        by=console.person(),
        dry_run=dry_run,
    )
    others = book_other_mails(
        round_,
        units,
        on,
        everyone=everyone,
        now=console.now(),
        by=console.person(),
        dry_run=dry_run,
    )
    done = told.booked
    for text in units_and_forms(round_, done):
        console.show(f"{text}　{wareki(on)}")
    for mailing in others:
        console.show(
            f"{addressee_name(round_, mailing.fact.addressee)}　{mailing.fact.subject}　{wareki(on)}"
        )
    rest = _tell_rest(round_, told, on)
    if everyone and not dry_run:
        rest = _tell_kept_back(round_, on) or rest
    if done or others:
        word = "送付済にする予定です" if dry_run else "送付済にしました"
        console.say(f"{len(done) + len(others)}件を{word}。")
    elif told.early:
        pass  # said above
    elif any(standing.issues for standing in round_.ledger().standings.values()):
        console.say(
            "新しく記録するものはありません（すでに送付済です）。送付した日を直すときは、undo で取り消してから記録してください。"
        )
    else:
        console.say("まだ様式を作成していません。先に issue で様式を作成し、送付してください。")
    # told first: where the list cannot be written, she must know what was booked
    if not dry_run:
        put_in_order(round_, now=console.now())
    return ExitCode.NEEDS_PERSON if rest else ExitCode.OK


def _tell_kept_back(round_: Round, today: date) -> bool:
    """Drafts that --all does not mean; True if there are any."""
    found = kept_back(round_, round_.ledger(), today)
    if found:
        names = listed(mailing.fact.file.rpartition("/")[2] for mailing in found)
        console.say(
            f"作成した後に変更されたか、いまの名簿・様式・期限・送付の記録と合わなくなった下書き {len(found)}通（{names}）は、記録していません。送ったときは、回答単位IDを付けて記録してください。"
        )
    return bool(found)


def _tell_rest(round_: Round, told: ToldSent, on: date) -> bool:
    """What her word does not cover, and what to do about it; True if there is anything."""
    if told.older:
        names = listed(name_and_title(round_, s.unit, s.form) for s in told.older)
        console.say(
            f"{names}は、送付した日より後に作り直したか、下書きを作っていない新しい版があるため、前の版を送付済としました。"
            "新しい版は、まだ送付していません。send で【差替え】の下書きを作れます。"
        )
    if told.early:
        names = listed(name_and_title(round_, s.unit, s.form) for s in told.early)
        console.say(
            f"{names}は、{wareki(on)}には、送る様式がまだありませんでしたので、記録していません。送付した日を御確認ください。"
        )
    for unit, form in told.beside:
        console.say(
            f"同じメールに入っている{name_and_title(round_, unit, form)}（{unit}）は、まだ記録していません。"
            f"一緒に送ったときは、xlsx-pdca send {unit} --mark-sent で記録してください。"
        )
    if tell_uncertain(round_, told.uncertain):
        console.say(
            "送信できたか不明のものは、記録していません。届いたかどうかを確かめてから、上のとおり指定してください。"
        )
    return bool(told.older or told.early or told.beside or told.uncertain)
