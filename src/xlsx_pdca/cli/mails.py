"""What commands that write mails say of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from xlsx_pdca.cli import console
from xlsx_pdca.cli.options import ONE_BY_ONE, name_and_title
from xlsx_pdca.ledger import Standing
from xlsx_pdca.mailings import Mailing
from xlsx_pdca.reading import listed
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workflows.ask import Unasked
from xlsx_pdca.workflows.drafts import SENT_FOLDER, Drafts, Step, Writer, moved_by_hand
from xlsx_pdca.workflows.outbox import ReadBack, addressee_name, book_from_list, strange_drafts
from xlsx_pdca.workflows.remind import Spared
from xlsx_pdca.workflows.round import Round

MAKERS = "send、remind、ask など"
"""Commands that write drafts."""
SETTLE_FIRST = "送信できたか不明のメールは、届いたかどうかを相手の方か送信の記録で確かめ、上に示したどちらかを実行してください。"


def writer() -> Writer:
    """Who writes mails now; the chance in a Message-ID is the system's."""
    return Writer(console.now(), console.person(), lambda: secrets.token_hex(6))


def tell_drafts(round_: Round, drafts: Drafts, *, dry_run: bool) -> None:
    """The drafts that were written, on stdout; what else is to be known of the others, on stderr."""
    made = (*drafts.of(Step.NEW), *drafts.of(Step.RESTORED))
    for draft in made[: ONE_BY_ONE if len(made) > ONE_BY_ONE + 1 else None]:
        to = ", ".join(draft.drafted.to)
        console.show(f"{draft.step}　{draft.drafted.file}　{to}")
    if len(made) > ONE_BY_ONE + 1:
        console.show(f"ほか {len(made) - ONE_BY_ONE}通")
    kept = len(drafts.of(Step.KEPT)) + len(drafts.of(Step.EDITED))
    word = "作成します" if dry_run else "作成しました"
    if drafts.drafts:
        console.say(f"下書きメール {len(made)}通を{word}。変更のないもの {kept}通。")
    for file in (draft.drafted.file for draft in drafts.of(Step.EDITED)):
        console.say(
            f"{file}：作成した後に変更されています。そのまま残しました。プログラムからは送信しません（宛先と添付ファイルも確かめません）。よく御確認のうえメールソフトで送り、send --mark-sent で記録してください。作り直すときは、この下書きを消してから、もう一度実行してください。"
        )
    if drafts.removed and not dry_run:
        names = listed(file.rpartition("/")[2] for file in drafts.removed)
        console.say(
            f"送るものでなくなったか、内容が変わった下書き {len(drafts.removed)}通を取り除きました（{names}）。"
        )
    for file in drafts.left:
        console.say(
            f"{file}：いまの名簿や様式と合わなくなった下書きですが、手直しされているため残しました。送らずに、御確認のうえ消してください。"
        )


def tell_without_address(units: Sequence[Unit]) -> bool:
    """Whom no mail was written for want of an address; True if there are any."""
    if units:
        console.say(
            f"名簿の送付先メールが空欄のため、下書きを作っていない相手が {len(units)}件あります（{listed(unit.name for unit in units)}）。"
        )
    return bool(units)


def tell_outdated(round_: Round, standings: Sequence[Standing]) -> None:
    """Whose workbook no longer says what 管理簿 says, so that no mail was written with it."""
    if standings:
        names = listed(name_and_title(round_, s.unit, s.form) for s in standings)
        console.say(
            f"作成した様式と、いまの管理簿（期限、担当など）や様式とが違うため、下書きを作っていない相手が {len(standings)}件あります（{names}）。"
            "issue で様式を作り直してから、もう一度実行してください。"
        )


def tell_answered(round_: Round, standings: Sequence[Standing]) -> None:
    """What was not written once more with the rest."""
    if standings:
        names = listed(name_and_title(round_, s.unit, s.form) for s in standings)
        console.say(
            f"{names}は、御回答が届いているため、もう一度送るものに含めていません。それでも送るときは、--form で様式を指定してください。"
        )


def tell_late(round_: Round, drafts: Drafts) -> None:
    """New requests that name a day gone by."""
    today, ledger = console.now().date(), round_.ledger()
    late = dict.fromkeys(
        unit.name
        for draft in drafts.of(Step.NEW)
        for book in draft.drafted.books
        if (unit := round_.unit(book.unit))
        and (due := ledger.standing(book.unit, book.form).deadline)
        and due < today
    )
    if late:
        console.say(
            f"すでに過ぎた提出期限が本文に入っている下書きがあります（{listed(late)}）。期限を延ばすときは、名簿の「個別の期限」を直し、issue で様式を作り直してから、もう一度実行してください。"
        )


def tell_spared(round_: Round, spared: Sequence[Spared | Unasked]) -> None:
    """Whom no mail is written, and why; who is spared for the same reason is told together."""
    groups: dict[tuple[str, str], list[Spared | Unasked]] = {}
    for each in spared:
        groups.setdefault((each.form, each.reason), []).append(each)
    for (form, reason), group in groups.items():
        title = round_.titles.get(form, form)
        if len(group) <= ONE_BY_ONE:
            for each in group:
                console.say(f"送りません　{each.unit.id}　{each.unit.name}　{title}：{reason}。")
        else:
            names = listed(each.unit.name for each in group)
            console.say(f"送りません　{len(group)}件（{names}）　{title}：{reason}。")


def read_list_back(round_: Round, *, is_all_sent: bool = False) -> ReadBack:
    """Book the days in 送信一覧, and say so; a day that cannot be booked needs a person.

    With `is_all_sent` she says in the same breath that all was sent: a tick without a day asks nothing more.
    """
    found = book_from_list(round_, now=console.now(), by=console.person())
    found = replace(found, undated=()) if is_all_sent else found
    if found.booked:
        days = sorted({day for _, day in found.booked})
        names = listed(addressee_name(round_, m.fact.addressee) for m, _ in found.booked)
        console.say(
            f"「送信一覧.xlsx」の送信日から、{len(found.booked)}通を送付済にしました（{names}、{'、'.join(map(wareki, days))}）。"
        )
    for fault in found.faults:
        console.say(str(fault))
    if found.undated:
        names = listed(addressee_name(round_, m.fact.addressee) for m in found.undated)
        console.say(
            f"「送信一覧.xlsx」で「済」にした{len(found.undated)}通（{names}）に、送信日がないため、まだ記録していません。送った日を「送信日」に記入してください。"
        )
    return found


def tell_strange(round_: Round) -> bool:
    """Mails in the folder of drafts that are none of ours, and drafts put into 送信済 by hand, so that none goes out twice; True if there are any."""
    moved = moved_by_hand(round_)
    for mailing in moved:
        units = " ".join(dict.fromkeys(book.unit for book in mailing.fact.books))
        console.say(
            f"{mailing.fact.file}：「{SENT_FOLDER}」に移されていますが、送付の記録がありません。送ったときは「xlsx-pdca send {units} --mark-sent」で記録し、"
            f"まだのときは「{round_.folder.drafts.name}」に戻してください。"
        )
    found = strange_drafts(round_)
    for name, twin in found:
        what = (
            f"「{twin}」と同じ下書きです。" if twin else "プログラムの作った下書きではありません。"
        )
        console.say(
            f"「{round_.folder.drafts.name}」の「{name}」は、{what}送付の記録には載りません。同じメールを二度お送りしないよう、御確認ください。"
        )
    return bool(found or moved)


def tell_uncertain(round_: Round, mails: Sequence[Mailing]) -> bool:
    """Mails of which nobody knows whether they went out, with the ways to settle each; True if there are any."""
    for mailing in mails:
        fact = mailing.fact
        name = addressee_name(round_, fact.addressee)
        console.show(
            f"送信できたか不明　{fact.addressee}　{name}　{fact.subject}　Message-ID {fact.mail}"
        )
        units = " ".join(dict.fromkeys(book.unit for book in fact.books))
        console.show(f"　　→ 届いていたとき：xlsx-pdca send {units} --mark-sent")
        console.show(f"　　→ もう一度送るとき：xlsx-pdca send {fact.addressee} --resend")
    return bool(mails)
