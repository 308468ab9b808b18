"""The part of `receive` that speaks of a mailbox: which mails came, which were left, and why it ended early."""

from __future__ import annotations

from datetime import date

from xlsx_pdca.cli import console
from xlsx_pdca.cli.passwords import imap_password
from xlsx_pdca.errors import OperatorError, UsageError
from xlsx_pdca.mailbox.imap import ImapServer
from xlsx_pdca.wareki import parse_date, wareki
from xlsx_pdca.workflows.fetching import FromInbox, Inbox, Run, first_day, receive_from
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.screening import Other

MOST_LEFT = 10


def inbox_of(round_: Round) -> Inbox:
    """The mailbox that 管理簿 names, with the password from the environment."""
    post = round_.settings.post
    if post.imap is None:
        raise OperatorError(
            "「00_管理簿.xlsx」の「設定」に「IMAPサーバー」がありません。",
            "情報システム担当の方に確かめて記入するか、メールを「40_届いたファイル」に入れて receive を実行してください。",
        )
    return Inbox(ImapServer.of(post.imap, imap_password()), post.folder)


def since_day(round_: Round, text: str | None) -> date:
    """The day that was typed, or the one before 発出日."""
    if text is None:
        return first_day(round_)
    if day := parse_date(text):
        return day
    raise UsageError(f"日付「{text}」を読み取れません。", "「2026/9/1」のように指定してください。")


def fetched(round_: Round, since: str | None, run: Run) -> FromInbox:
    """What came, with a word on where and since when was looked."""
    inbox = inbox_of(round_)
    day = since_day(round_, since)
    console.say(
        f"「{inbox.server.place}」の「{inbox.folder}」に {wareki(day)} 以降に届いたメールを見ます"
        f"{'' if since else '（発出日の前日から。変えるときは --since 日付）'}。"
    )
    return receive_from(round_, inbox, day, run)


def tell_inbox(found: FromInbox, *, booked: bool, list_others: bool) -> bool:
    """What is to be known besides the files themselves, on stderr; True if it needs a person."""
    if found.renumbered:
        console.say(
            "メールボックスのメールの番号が付け替えられていたため、すべて見直しました。前に取り込んだものは、中身で見分けています。"
        )
    if found.known:
        console.say(f"前に取り込んだものと同じメール {len(found.known)}通は、取り込んでいません。")
    _tell_others(found.others, list_others=list_others)
    for each in found.left[:MOST_LEFT]:
        console.say(
            f"メール（番号 {each.key.uid}）は取り込めませんでした：{each.why}。メールソフトで保存し、「40_届いたファイル」に入れてください。"
        )
    if (more := len(found.left) - MOST_LEFT) > 0:
        console.say(f"このほか {more}通も、取り込めませんでした。")
    if found.marked:
        console.say(f"メールボックスの {found.marked}通を既読にしました。")
    if found.broken:
        console.say(str(found.broken))
        if booked:
            console.say("届いた分は受け付けました。残りは、もう一度実行すると取り込みます。")
    return bool(found.left or found.broken)


def _tell_others(others: tuple[Other, ...], *, list_others: bool) -> None:
    if list_others:
        for each in others:
            console.show(
                f"対象外のメール　{each.date[:16].replace('T', ' ')}　{console.one_line(each.sender)}　"
                f"{console.one_line(each.subject)}　添付 {each.files}件"
            )
    if not others:
        return
    files = sum(each.files > 0 for each in others)
    told = f"（うち添付ファイルのあるもの {files}通）" if files else ""
    rest = (
        ""
        if list_others
        else "一覧は --list-others で表示します。御回答があれば、保存して「40_届いたファイル」に入れてください。"
    )
    console.say(
        f"この実施回と関わりの見当たらないメール {len(others)}通{told}は、取り込まず、メールボックスに残しました。{rest}"
    )
