"""Rounds to be disturbed: many kinds of files waiting to be received, a book with notes to be merged, workbooks to be issued."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

import openpyxl

from issued_round import BY, KEY, KIRYU, NOW, TAKASAKI, Desk, make_round
from xlsx_pdca.definitions.form_settings import FORMS_SHEET
from xlsx_pdca.summary import NOTE_COLUMN
from xlsx_pdca.workbook.view_sheet import HEAD_ROW
from xlsx_pdca.workflows.merge import merge
from xlsx_pdca.workflows.new import RoundToMake, new_round

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


def to_receive(root: Path) -> Path:
    """Returns, twins, a damaged file, a paper, a mail with a return and a picture, a zip with a return and a paper."""
    desk = Desk.at(make_round(root))
    waiting: Mapping[str, bytes] = {
        "返信.xlsx": desk.filled(),
        "同じもの.xlsx": desk.filled(),
        "途中のもの.xlsx": desk.filled(weaknesses=""),
        "壊れた.xlsx": b"PK\x03\x04 cut off",
        "案内.pdf": b"%PDF-1.4 x",
        "高崎市.eml": mail(desk.filled(TAKASAKI)),
        "桐生市.zip": archive({"桐生市.xlsx": desk.filled(KIRYU), "別紙.pdf": b"%PDF-1.4 y"}),
    }
    for minute, (name, data) in enumerate(waiting.items()):
        desk.drop(name, data, minute=minute)
    return root


def mail(workbook: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "takasaki@example.jp", "pref@example.jp"
    message["Subject"], message["Message-ID"] = "ご回答", "<1@example.jp>"
    message["Date"] = "Tue, 15 Sep 2026 08:00:00 +0900"
    message.set_content("お世話になっております。回答を送付します。")
    message.add_attachment(
        workbook,
        maintype="application",
        subtype="vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        filename="回答.xlsx",
    )
    message.add_attachment(PICTURE, maintype="image", subtype="png", filename="image001.png")
    return message.as_bytes()


def archive(entries: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, data in entries.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 9, 15, 8, 0, 0)), data)
    return buffer.getvalue()


def to_merge(root: Path) -> Path:
    """Two answers are in; the officer wrote a note into 取りまとめ表 and added a tab of her own."""
    desk = Desk.at(make_round(root))
    desk.take_in("返信.xlsx", desk.filled())
    merge(desk.round, now=NOW, by=BY)
    desk.take_in("高崎.xlsx", desk.filled(TAKASAKI))
    path = desk.round.folder.summaries / "取りまとめ表【部内限り】.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    heads = [cell.value for cell in sheet[HEAD_ROW]]
    sheet.cell(HEAD_ROW + 1, heads.index(NOTE_COLUMN) + 1).value = "電話で確認した"
    book.create_sheet("私の表")["A1"] = "計算"
    book.save(path)
    return root


def to_issue(root: Path) -> Path:
    """A new round of three municipalities, nothing issued yet."""
    made = new_round(root, RoundToMake(2026, sample=True), now=NOW, key=KEY, by=BY)
    path = made.folder.settings_book
    book = openpyxl.load_workbook(path)
    sheet = book["名簿"]
    head = next(c.row for row in sheet for c in row if c.value == "回答単位ID")
    sheet.delete_rows(head + 4, sheet.max_row)
    book.save(path)
    assert FORMS_SHEET in book.sheetnames
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return root
