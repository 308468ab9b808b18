"""設定 and 様式 of 管理簿 → the settings of a round, with every fault of both sheets at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from xlsx_pdca.cells import folded
from xlsx_pdca.definitions.codes import CodeTable
from xlsx_pdca.definitions.form_settings import FormSetting, form_faults, form_settings
from xlsx_pdca.definitions.open_table import Head, SheetText, TableRow, find_table, plain_signs
from xlsx_pdca.definitions.post_settings import (
    IMAP_OPTIONS,
    SMTP_OPTIONS,
    PostSettings,
    is_readable_post,
    post_conflicts,
    read_post,
    written_post,
)
from xlsx_pdca.errors import Fault, FaultyDefinitions
from xlsx_pdca.unit import is_mail_address
from xlsx_pdca.wareki import fiscal_year_name, parse_date, parse_fiscal_year, reiwa_year, wareki

SETTINGS_SHEET = "設定"
OFFICIAL_LETTER = "事務連絡"
"""Stands on the forms where no 文書番号 is given."""

MENDED, VERBATIM = "読みやすく整えた文", "原文どおり"
BY_CODE, BY_AREA = "建制順", "圏域別"


@dataclass(frozen=True)
class RoundSettings:
    """Everything that is the same for all units of a round."""

    prefecture_code: str
    prefecture: str
    fiscal_year: int
    number: int
    """回: first, second… round of the year."""
    office: str
    """担当所属, as printed: 群馬県健康福祉部健康長寿社会づくり推進課."""
    officer: str
    telephone: str
    mail: str
    issued_on: date
    """発出日."""
    document_number: str = ""
    """Empty for a 事務連絡."""
    verbatim: bool = False
    """原文どおり: the questions are printed in the original's wording, slips included."""
    sheet_password: str = ""
    remark: str = ""
    """実施回の補足: printed behind the round's name, such as 見本."""
    by_area: bool = False
    """圏域別: the rows of the summary stand by 圏域 instead of by code alone."""
    forms: tuple[FormSetting, ...] = ()
    """In the order of the sheet."""
    post: PostSettings = field(default_factory=PostSettings)
    """What the program itself may do with mail."""

    @property
    def id(self) -> str:
        """Like R0801: 令和8年度, first round."""
        return f"R{reiwa_year(self.fiscal_year):02d}{self.number:02d}"

    @property
    def name(self) -> str:
        """Like 令和8年度第1回, with its remark 令和8年度第1回（見本）."""
        remark = f"（{self.remark}）" if self.remark else ""
        return f"{fiscal_year_name(self.fiscal_year)}第{self.number}回{remark}"

    @property
    def document(self) -> str:
        """文書番号, or 事務連絡."""
        return self.document_number or OFFICIAL_LETTER

    def form(self, form: str) -> FormSetting:
        """Settings of a form; one that 管理簿 does not name is off."""
        return next((f for f in self.forms if f.form == form), FormSetting(form, on=False))


@dataclass(frozen=True)
class Item:
    """One line of 設定."""

    key: str
    text: str
    note: str
    section: str = ""
    """Set on the first item of a section."""
    required: bool = True
    options: tuple[str, ...] = ()


ITEMS = (
    Item("prefecture", "都道府県", "「群馬県」のように記入します。", "この実施回"),
    Item("fiscal_year", "年度", "「令和8年度」か「2026」のように記入します。"),
    Item("number", "回", "同じ年度の何回目かを数字で記入します（1回だけなら「1」）。"),
    Item("office", "担当所属", "様式の「お問合せ先」に、このとおり表示します。", "お問合せ先"),
    Item("officer", "担当者", "様式の「お問合せ先」に表示します。"),
    Item("telephone", "電話", "「027-000-0000（内線0000）」のように記入します。"),
    Item("mail", "メール", "御提出先のメールアドレスです。"),
    Item(
        "document_number",
        "文書番号",
        "「健長第000号」のように記入します。空欄のときは「事務連絡」と表示します。",
        "通知",
        required=False,
    ),
    Item("issued_on", "発出日", "「令和8年4月15日」か「2026/4/15」のように記入します。"),
    Item(
        "verbatim",
        "設問の文",
        "国の様式の文をそのまま使うときは「原文どおり」を選びます。ふだんは、誤記や番号の重複を整えた文をお勧めします。",
        "様式の作り方",
        required=False,
        options=(MENDED, VERBATIM),
    ),
    Item(
        "sheet_password",
        "シート保護のパスワード",
        "ふだんは空欄で構いません（空欄でも、回答欄以外は書き換えられません）。",
        required=False,
    ),
    Item(
        "remark",
        "実施回の補足",
        "「見本」「追加募集」のように、実施回の名称の後に付けて表示します（ふだんは空欄で構いません）。",
        required=False,
    ),
    Item(
        "order",
        "取りまとめ表の並び順",
        "市町村の並び方です。「圏域別」では、名簿の「圏域」ごとにまとめ、その中を建制順に並べます。",
        "取りまとめ",
        required=False,
        options=(BY_CODE, BY_AREA),
    ),
    # No section may bear the name of an item (「メール」): its heading would be read as that item's line.
    Item(
        "sender_name",
        "差出人の表示名",
        "メールの差出人として、アドレスの前に付ける名前です。空欄のときは担当所属を使います。",
        "メールの送受信（使うときだけ）",
        required=False,
    ),
    Item(
        "smtp_server",
        "SMTPサーバー",
        "プログラムからメールを送るときだけ、「mail.example.lg.jp:587」のように記入します。空欄のときは下書きだけを作ります。",
        required=False,
    ),
    Item(
        "smtp_security",
        "SMTPの暗号化",
        "情報システム担当の方の指定に合わせます。空欄のときは、ポートが465なら「TLS」、25なら「なし」、ほかは「STARTTLS」です。",
        required=False,
        options=SMTP_OPTIONS,
    ),
    Item(
        "smtp_user",
        "SMTPの利用者名",
        "ログインが要らないサーバーでは空欄にします。パスワードは、ここには書きません（環境変数 PDCA_SMTP_PASSWORD）。",
        required=False,
    ),
    Item(
        "mails_per_minute",
        "1分当たりの通数",
        "続けて送るときの速さです（1〜600）。空欄のときは20通です。",
        required=False,
    ),
    Item(
        "mail_size",
        "メールの大きさの上限",
        "1通の大きさの上限をMBで記入します（1〜100）。空欄のときは5MBです。",
        required=False,
    ),
    Item(
        "imap_server",
        "IMAPサーバー",
        "プログラムでメールを取り込むときだけ、「mail.example.lg.jp:993」のように記入します。",
        required=False,
    ),
    Item(
        "imap_security",
        "IMAPの暗号化",
        "情報システム担当の方の指定に合わせます。空欄のときは、ポートが143なら「STARTTLS」、ほかは「TLS」です。",
        required=False,
        options=IMAP_OPTIONS,
    ),
    Item(
        "imap_user",
        "IMAPの利用者名",
        "回答が届くメールボックスの利用者名です。パスワードは、ここには書きません（環境変数 PDCA_IMAP_PASSWORD）。",
        required=False,
    ),
    Item(
        "imap_folder",
        "IMAPのフォルダー",
        "取り込むフォルダーの名前です。空欄のときは受信箱（INBOX）です。この実施回の回答だけを入れたフォルダーをお勧めします。",
        required=False,
    ),
    Item(
        "remind_days",
        "再送の最小間隔",
        "「提出のお願い（再送）」を同じ相手に続けて送らないための日数です（0〜60）。空欄のときは3日です。",
        required=False,
    ),
)

SETTINGS_HEADS = (Head("item", "項目"), Head("value", "記入欄"), Head("note", "説明"))
_ROUND = re.compile(r"第?([0-9]{1,2})回?")
_BARE_YEAR = re.compile(r"([0-9]{1,2})年?度?")


def read_settings(
    settings: SheetText, forms: SheetText, codes: CodeTable, known: Mapping[str, frozenset[str]]
) -> RoundSettings:
    """Settings of the round; raises FaultyDefinitions with all faults of both sheets.

    `known` holds the forms that exist, each with the ids of its optional questions and tables.
    """
    lines = _lines(settings)
    issued_on = parse_date(_words(lines["issued_on"])) if "issued_on" in lines else None
    faults = [*_line_faults(settings, lines, codes), *form_faults(forms, known, issued_on)]
    if faults:
        raise FaultyDefinitions(faults)
    value = {key: _words(row) for key, row in lines.items()}
    prefecture = codes.prefecture(value["prefecture"])
    fiscal_year, number = _fiscal_year(value["fiscal_year"]), _number(value["number"])
    assert prefecture and issued_on and fiscal_year and number
    return RoundSettings(
        prefecture_code=prefecture.code,
        prefecture=prefecture.prefecture,
        fiscal_year=fiscal_year,
        number=number,
        office=value["office"],
        officer=value["officer"],
        telephone=value["telephone"],
        mail=plain_signs(value["mail"]),
        issued_on=issued_on,
        document_number=""
        if value.get("document_number") == OFFICIAL_LETTER
        else value.get("document_number", ""),
        verbatim=folded(value.get("verbatim", "")) == VERBATIM,
        sheet_password=value.get("sheet_password", ""),
        remark=value.get("remark", ""),
        by_area=folded(value.get("order", "")) == BY_AREA,
        forms=form_settings(forms),
        post=read_post(value),
    )


def named_prefecture(settings: SheetText, codes: CodeTable) -> str:
    """Name of the prefecture in 設定, also where the rest of the sheet holds faults; empty when unreadable."""
    row = _lines(settings).get("prefecture")
    found = codes.prefecture(_words(row)) if row else None
    return found.prefecture if found else ""


def written_settings(settings: RoundSettings) -> dict[str, str]:
    """Texts of 記入欄 by item key."""
    return {
        "prefecture": settings.prefecture,
        "fiscal_year": fiscal_year_name(settings.fiscal_year),
        "number": str(settings.number),
        "office": settings.office,
        "officer": settings.officer,
        "telephone": settings.telephone,
        "mail": settings.mail,
        "document_number": settings.document_number,
        "issued_on": wareki(settings.issued_on),
        "verbatim": VERBATIM if settings.verbatim else MENDED,
        "sheet_password": settings.sheet_password,
        "remark": settings.remark,
        "order": BY_AREA if settings.by_area else BY_CODE,
        **written_post(settings.post),
    }


def _lines(sheet: SheetText) -> dict[str, TableRow]:
    """Rows of 設定 by item key; the first one where an item stands twice."""
    table = find_table(sheet, SETTINGS_HEADS, at_least=2)
    key_of = {folded(item.text): item.key for item in ITEMS}
    rows: dict[str, TableRow] = {}
    for row in table.rows() if table else ():
        key = key_of.get(folded(row.text("item")))
        if key:
            rows.setdefault(key, row)
    return rows


def _words(row: TableRow) -> str:
    # Blanks inside stay: what is written here is printed on the forms as it stands.
    return " ".join(row.text("value").splitlines())


def _line_faults(
    sheet: SheetText, lines: Mapping[str, TableRow], codes: CodeTable
) -> Iterator[Fault]:
    for item in ITEMS:
        row = lines.get(item.key)
        if row is None:
            if item.required:
                yield Fault(
                    sheet.file,
                    sheet.name,
                    f"項目「{item.text}」の行が見つかりません。",
                    f"「項目」の列に「{item.text}」と記入した行を戻してください。",
                )
        elif not _words(row):
            if item.required:
                yield row.fault("value", f"「{item.text}」が空欄です。", item.note)
        elif not _is_readable(item.key, _words(row), codes):
            yield row.fault(
                "value", f"「{item.text}」の「{_words(row)}」を読み取れません。", _remedy(item)
            )
    for key, found, remedy in post_conflicts({key: _words(row) for key, row in lines.items()}):
        yield lines[key].fault("value", found, remedy)


def _remedy(item: Item) -> str:
    return f"「{'」か「'.join(item.options)}」を選んでください。" if item.options else item.note


def _is_readable(key: str, text: str, codes: CodeTable) -> bool:
    match key:
        case "prefecture":
            return codes.prefecture(text) is not None
        case "fiscal_year":
            return _fiscal_year(text) is not None
        case "number":
            return _number(text) is not None
        case "mail":
            return is_mail_address(plain_signs(text))
        case "issued_on":
            return parse_date(text) is not None
        case "verbatim":
            return folded(text) in (MENDED, VERBATIM)
        case "order":
            return folded(text) in (BY_CODE, BY_AREA)
    return is_readable_post(key, text)


def _fiscal_year(text: str) -> int | None:
    """As everywhere, and here a bare 8 is 令和8年度 too; 令和元年度 is the first that has an id."""
    bare = _BARE_YEAR.fullmatch(folded(text))
    year = int(bare[1]) + 2018 if bare else parse_fiscal_year(text)
    return year if year and 1 <= reiwa_year(year) <= 99 else None


def _number(text: str) -> int | None:
    match = _ROUND.fullmatch(folded(text))
    return int(match[1]) or None if match else None
