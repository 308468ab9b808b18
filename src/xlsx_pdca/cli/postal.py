"""The parts of `send` that reach a mail server, and those that settle what it left open."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date

from xlsx_pdca.cli import console
from xlsx_pdca.cli.mails import MAKERS, SETTLE_FIRST, tell_uncertain, writer
from xlsx_pdca.cli.passwords import smtp_password
from xlsx_pdca.errors import ExitCode, OperatorError, UsageError
from xlsx_pdca.mailbox.delivery import Offered, Sent
from xlsx_pdca.mailbox.envelope import Envelope, without_draft_marks
from xlsx_pdca.mailbox.pacing import Pace
from xlsx_pdca.mailbox.smtp import SmtpServer, smtp_session
from xlsx_pdca.mailings import mailings, uncertain
from xlsx_pdca.workflows.dispatch import (
    Connect,
    Postman,
    dispatch,
    give_back,
    not_dispatched,
    rehearsed,
    to_dispatch,
)
from xlsx_pdca.workflows.drafts import write_test
from xlsx_pdca.workflows.outbox import addressee_name, put_in_order
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.send import Wish, first_letter


def _connect(round_: Round) -> Connect:
    setting = round_.settings.post.smtp
    if setting is None:
        raise OperatorError(
            "「00_管理簿.xlsx」の「設定」に「SMTPサーバー」がありません。",
            "情報システム担当の方に確かめて記入するか、下書きをメールソフトで送ってください。",
        )
    server = SmtpServer.of(setting, smtp_password())
    return lambda: smtp_session(server)


def sent_by_server(round_: Round, wish: Wish, *, dry_run: bool) -> int:
    """Send the drafts that lie there; what is in the dark is told and left alone."""
    connect = _connect(round_)
    today = console.now().date()
    if dry_run:
        waiting = rehearsed(round_, wish, now=console.now(), by=console.person())
        for mailing in waiting:
            console.show(f"{mailing.fact.file}　{', '.join(mailing.fact.to)}")
        console.say(f"{len(waiting)}通を送信します。")
        return _kept_back(round_, wish, today)
    waiting = to_dispatch(round_, wish, today)
    pace = Pace(round_.settings.post.mails_per_minute, time.monotonic, time.sleep)
    with console.progress(len(waiting), "送信中") as step:
        done = dispatch(
            round_, wish, Postman(connect, pace, console.now, console.person(), step=step)
        )
    for mailing in done.sent:
        name = addressee_name(round_, mailing.fact.addressee)
        console.show(f"送信　{name}　{', '.join((*mailing.fact.to, *mailing.fact.cc))}")
    for mailing, reason in done.refused:
        console.show(
            f"送信していません　{addressee_name(round_, mailing.fact.addressee)}　{reason}"
        )
    if done.sent:
        console.say(f"{len(done.sent)}通を送信し、送付済にしました。")
    elif waiting:
        console.say("送信した下書きはありません。")
    if done.left:
        console.say(
            f"サーバーとの接続が切れたため、{done.left}通は送っていません。もう一度実行すると、続きから送ります。"
        )
    kept = _kept_back(round_, wish, today)
    lost = uncertain(mailings(round_.ledger()))
    if not (waiting or kept):
        made = "" if lost else f"{MAKERS}で作成してください。"
        console.say(f"送る下書きがありません。{made}")
    doubtful = tell_uncertain(round_, lost)
    if doubtful:
        console.say(SETTLE_FIRST)
    # told first: where the list cannot be written, she must know what went out
    put_in_order(round_, now=console.now())
    return ExitCode.NEEDS_PERSON if done.refused or done.left or doubtful else kept


def _kept_back(round_: Round, wish: Wish, today: date) -> ExitCode:
    """Drafts that lie there and are not sent: somebody must look at them."""
    found = not_dispatched(round_, wish, today)
    for mailing in found:
        console.show(f"送りません　{mailing.fact.file}")
    if found:
        console.say(
            f"上の {len(found)}通は、作成した後に変更されたか、いまの名簿・様式・期限・送付の記録と合わなくなった下書きのため、送りません。"
            "作り直すときは、その下書きを消してから、作ったときのコマンド（send、remind、ask など）を実行してください。そのまま送るときは、御確認のうえメールソフトでお送りください。"
        )
    return ExitCode.NEEDS_PERSON if found else ExitCode.OK


def in_the_dark(round_: Round, units: Sequence[str]) -> bool:
    """Whether a mail to one of them may or may not have gone out; UsageError where nobody is named."""
    if not units:
        raise UsageError(
            "回答単位IDが指定されていません。",
            "「xlsx-pdca send 102016-1 --resend」のように、相手を1件ずつ指定してください。",
        )
    lost = uncertain(mailings(round_.ledger()))
    return any({unit for unit, _ in mail.keys} & set(units) for mail in lost)


def given_back(round_: Round, units: Sequence[str]) -> int:
    """What did not arrive is a draft again."""
    found = give_back(round_, units, now=console.now(), by=console.person())
    put_in_order(round_, now=console.now())
    for mailing in found:
        console.show(f"{addressee_name(round_, mailing.fact.addressee)}　{mailing.fact.subject}")
    console.say(
        f"{len(found)}通を下書きに戻しました。send --smtp か、メールソフトでお送りください。"
    )
    return ExitCode.OK


def sent_to_me(round_: Round, wish: Wish, *, smtp: bool) -> int:
    """A test to the office itself, which no record knows."""
    letter = first_letter(round_, wish)
    if letter is None:
        console.say("試しに作る様式がありません。先に issue で様式を作成してください。")
        return ExitCode.OK
    path, data = write_test(round_, letter, writer())
    console.show(path.relative_to(round_.folder.root).as_posix())
    if not smtp:
        console.say(
            "県自身のアドレスあての、試しの下書きを作りました。送っても、記録には残りません。"
        )
        return ExitCode.OK
    with _connect(round_)() as session:
        mail = round_.settings.mail
        offered = session.offer(Envelope(mail, (mail,), without_draft_marks(data)))
        told = session.data(offered) if isinstance(offered, Offered) else offered
    if isinstance(told, Sent):
        console.say(f"{mail} あてに、試しの1通を送信しました。記録には残りません。")
        return ExitCode.OK
    console.say(f"試しの1通を送信できませんでした。{told}")
    return ExitCode.NEEDS_PERSON
