"""Tests of reading 設定 and 様式."""

from __future__ import annotations

from datetime import date

import pytest

from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.form_settings import FORMS_HEADS, FormLine, FormSetting
from xlsx_pdca.definitions.gunma import gunma_settings
from xlsx_pdca.definitions.open_table import SheetText
from xlsx_pdca.definitions.post_settings import MailServer, PostSettings, Security
from xlsx_pdca.definitions.settings import ITEMS, RoundSettings, read_settings, written_settings
from xlsx_pdca.errors import FaultyDefinitions

CODES = shipped_codes()
KNOWN = {"jizen": frozenset({"wish", "ask_others"}), "tojitsu": frozenset[str]()}
GOOD = written_settings(gunma_settings(2026, date(2026, 4, 15)))
FORMS = (
    FormLine("jizen", "事前課題", on=True, deadline=date(2026, 5, 29)),
    FormLine("jizen", "検討したい場面", "wish", on=True),
    FormLine("jizen", "聞いてみたいこと", "ask_others"),
    FormLine("tojitsu", "当日課題"),
)
FORM_LINES = [[head.text for head in FORMS_HEADS], *(list(line.written()) for line in FORMS)]


def read(values: dict[str, str], forms: list[list[str]] | None = None) -> RoundSettings:
    lines = [
        ["項目", "記入欄", "説明"],
        *([item.text, values.get(item.key, ""), item.note] for item in ITEMS),
    ]
    return read_settings(
        SheetText.of_lines("00_管理簿.xlsx", "設定", lines),
        SheetText.of_lines("00_管理簿.xlsx", "様式", FORM_LINES if forms is None else forms),
        CODES,
        KNOWN,
    )


def cell_of(key: str) -> str:
    """Where 記入欄 of an item stands in the sheet that `read` makes."""
    return f"B{[item.key for item in ITEMS].index(key) + 2}"


def faults(values: dict[str, str], forms: list[list[str]] | None = None) -> list[str]:
    with pytest.raises(FaultyDefinitions) as caught:
        read(values, forms)
    return [f"{fault.place} {fault.found}" for fault in caught.value.faults]


def with_form(row: int, column: int, text: str) -> list[list[str]]:
    lines = [list(line) for line in FORM_LINES]
    lines[row - 1][column - 1] = text
    return lines


def test_good_settings_are_read() -> None:
    """What is written is read back, with the forms and their optional questions."""
    assert read(GOOD) == gunma_settings(
        2026,
        date(2026, 4, 15),
        (
            FormSetting("jizen", True, date(2026, 5, 29), frozenset({"wish"})),
            FormSetting("tojitsu", False, None),
        ),
    )


def test_a_round_has_an_id_and_a_name() -> None:
    """令和8年度第1回 is R0801; without 文書番号 the letter is a 事務連絡."""
    settings = read(GOOD)
    assert (settings.id, settings.name, settings.document) == (
        "R0801",
        "令和8年度第1回",
        "事務連絡",
    )
    assert read(GOOD | {"document_number": "健長第12号"}).document == "健長第12号"


@pytest.mark.parametrize("year", ["令和8年度", "R8", "2026", "8", "８", "2026年度"])
def test_the_year_may_be_written_in_any_way(year: str) -> None:
    """A bare 8 under 年度 is 令和8年度."""
    assert read(GOOD | {"fiscal_year": year, "number": "第２回"}).id == "R0802"


def test_a_remark_stands_behind_the_name() -> None:
    """令和8年度第1回（見本）; the id stays."""
    settings = read(GOOD | {"remark": "見本"})
    assert (settings.id, settings.name) == ("R0801", "令和8年度第1回（見本）")


def test_choices_are_read() -> None:
    """原文どおり, a password and 圏域別 are switched on by 管理簿; a line of choice left blank is off."""
    settings = read(GOOD | {"verbatim": "原文どおり", "sheet_password": "x", "order": "圏域別"})
    assert (settings.verbatim, settings.sheet_password, settings.by_area) == (True, "x", True)
    assert not read(GOOD | {"order": "建制順"}).by_area
    assert not read(GOOD | {"order": ""}).by_area


def test_a_form_that_is_not_listed_is_off() -> None:
    """Asking for an unknown form answers: off."""
    assert read(GOOD).form("other") == FormSetting("other", on=False)
    assert read(GOOD).form("jizen").on


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"prefecture": "群馬郡"}, "「都道府県」の「群馬郡」を読み取れません。"),
        ({"order": "人口順"}, "「取りまとめ表の並び順」の「人口順」を読み取れません。"),
        ({"fiscal_year": "今年度"}, "「年度」の「今年度」を読み取れません。"),
        ({"fiscal_year": "平成30年度"}, "「年度」の「平成30年度」を読み取れません。"),
        ({"number": "0"}, "「回」の「0」を読み取れません。"),
        ({"office": ""}, "「担当所属」が空欄です。"),
        ({"mail": "kaigo"}, "「メール」の「kaigo」を読み取れません。"),
        ({"issued_on": "4月15日"}, "「発出日」の「4月15日」を読み取れません。"),
        ({"verbatim": "はい"}, "「設問の文」の「はい」を読み取れません。"),
    ],
)
def test_each_fault_of_the_settings_is_named_at_its_cell(
    change: dict[str, str], fault: str
) -> None:
    """One wrong value gives one fault."""
    (key,) = change
    assert faults(GOOD | change) == [f"設定 {cell_of(key)} {fault}"]


@pytest.mark.parametrize(
    ("row", "column", "text", "fault"),
    [
        (2, 5, "", "様式 E2 「事前課題」の提出期限が空欄です。"),
        (2, 5, "5月末", "様式 E2 提出期限「5月末」を日付として読めません。"),
        (2, 5, "R8.4.14", "様式 E2 提出期限 令和8年4月14日 が、発出日 令和8年4月15日 より前です。"),
        (2, 1, "jigo", "様式 A2 様式ID「jigo」の様式がありません。"),
        (3, 2, "wishes", "様式 B3 様式「jizen」に、追加設問「wishes」はありません。"),
        (3, 2, "ask_others", "様式 A4 同じ様式・設問の行が2つあります。"),
        (3, 4, "未定", "様式 D3 「使う」の欄の「未定」の意味が分かりません。"),
        (1, 5, "期限", "様式 1行目 見出し「提出期限」の列が見つかりません。"),
    ],
)
def test_each_fault_of_the_forms_is_named_at_its_cell(
    row: int, column: int, text: str, fault: str
) -> None:
    """One wrong cell of 様式 is named with its address; a renamed head is named too."""
    assert fault in faults(GOOD, with_form(row, column, text))


def test_faults_of_both_sheets_come_at_once() -> None:
    """Nothing is held back until the first fault is mended."""
    found = faults(GOOD | {"mail": "", "number": "x"}, with_form(2, 5, ""))
    assert [text.split(" ")[:2] for text in found] == [
        ["設定", cell_of("number")], ["設定", cell_of("mail")], ["様式", "E2"]
    ]  # fmt: skip


def test_a_lost_line_is_named() -> None:
    """A deleted required item is missed; a deleted optional one is its default."""
    lines = [
        ["項目", "記入欄"],
        *([i.text, GOOD[i.key]] for i in ITEMS if i.key not in ("mail", "verbatim")),
    ]
    with pytest.raises(FaultyDefinitions) as caught:
        read_settings(
            SheetText.of_lines("f", "設定", lines),
            SheetText.of_lines("f", "様式", FORM_LINES),
            CODES,
            KNOWN,
        )
    assert [f.found for f in caught.value.faults] == ["項目「メール」の行が見つかりません。"]


def test_lines_may_be_sorted_and_stand_lower() -> None:
    """Items are found by their words, wherever they stand."""
    moved = [
        ["見出し"],
        [],
        ["", "記入欄", "項目"],
        *(["", GOOD[i.key], i.text] for i in reversed(ITEMS)),
    ]
    settings = read_settings(
        SheetText.of_lines("f", "設定", moved),
        SheetText.of_lines("f", "様式", FORM_LINES),
        CODES,
        KNOWN,
    )
    assert settings == read(GOOD)


# -- mail servers ----------------------------------------------------------------------------

POST = {
    "sender_name": "群馬県 地域包括ケア推進室", "smtp_server": "mail.pref-gunma.example:2587",
    "smtp_security": "STARTTLS", "smtp_user": "houkatsu", "mails_per_minute": "10", "mail_size": "8",
    "imap_server": "imap.pref-gunma.example:993", "imap_security": "TLS", "imap_user": "houkatsu",
    "imap_folder": "在宅医療/回答", "remind_days": "5",
}  # fmt: skip
READ_POST = PostSettings(
    sender_name="群馬県 地域包括ケア推進室",
    smtp=MailServer("mail.pref-gunma.example", 2587, Security.STARTTLS, "houkatsu"),
    imap=MailServer("imap.pref-gunma.example", 993, Security.TLS, "houkatsu"),
    folder="在宅医療/回答",
    mails_per_minute=10,
    size_limit=8 << 20,
    remind_days=5,
)


def test_mail_servers_are_read_and_written_back() -> None:
    """Every line about mail is read, and written as it stood."""
    settings = read(GOOD | POST)
    assert settings.post == READ_POST
    assert written_settings(settings) == GOOD | POST


def test_without_the_lines_about_mail_nothing_changes() -> None:
    """A 管理簿 of an earlier release, without these lines, is read as one in which all of them are blank."""
    lines = [["項目", "記入欄"], *([i.text, GOOD[i.key]] for i in ITEMS if i.key not in POST)]
    settings = read_settings(
        SheetText.of_lines("f", "設定", lines),
        SheetText.of_lines("f", "様式", FORM_LINES),
        CODES,
        KNOWN,
    )
    assert settings == read(GOOD) and settings.post == PostSettings()


@pytest.mark.parametrize(
    ("server", "security", "expected"),
    [
        ("mail.example.jp", "", ("mail.example.jp", 587, "STARTTLS")),
        ("Mail.example.jp：465", "", ("mail.example.jp", 465, "TLS")),
        ("10.1.2.3:25", "", ("10.1.2.3", 25, "なし")),
        ("mail.example.jp:2525", "ＴＬＳ", ("mail.example.jp", 2525, "TLS")),
        ("mail.example.jp", "tls", ("mail.example.jp", 465, "TLS")),
        ("mail.example.jp", "なし", ("mail.example.jp", 25, "なし")),
        ("mail", "", ("mail", 587, "STARTTLS")),
    ],
)
def test_port_and_encryption_complete_each_other(
    server: str, security: str, expected: tuple[str, int, str]
) -> None:
    """What is not said follows from what is: the usual port of an encryption, the encryption of a usual port."""
    smtp = read(GOOD | {"smtp_server": server, "smtp_security": security}).post.smtp
    assert smtp and (smtp.host, smtp.port, str(smtp.security)) == expected


def test_imap_is_always_encrypted() -> None:
    """IMAP without port and encryption is TLS on 993, and 143 means STARTTLS."""
    for server, expected in (("a.example", (993, "TLS")), ("a.example:143", (143, "STARTTLS"))):
        imap = read(GOOD | {"imap_server": server, "imap_user": "x"}).post.imap
        assert imap and (imap.port, str(imap.security)) == expected


@pytest.mark.parametrize(
    ("change", "key", "fault"),
    [
        ({"smtp_server": "mail.example :587"}, "", ""),
        ({"smtp_server": "メール"}, "smtp_server", "「SMTPサーバー」の「メール」を読み取れません。"),
        ({"smtp_server": "a..b"}, "smtp_server", "「SMTPサーバー」の「a..b」を読み取れません。"),
        ({"smtp_server": "a:70000"}, "smtp_server", "「SMTPサーバー」の「a:70000」を読み取れません。"),
        ({"smtp_server": "smtp://a"}, "smtp_server", "「SMTPサーバー」の「smtp://a」を読み取れません。"),
        ({"smtp_security": "SSL"}, "smtp_security", "「SMTPの暗号化」の「SSL」を読み取れません。"),
        ({"imap_security": "なし"}, "imap_security", "「IMAPの暗号化」の「なし」を読み取れません。"),
        ({"mails_per_minute": "0"}, "mails_per_minute", "「1分当たりの通数」の「0」を読み取れません。"),
        ({"mails_per_minute": "６０通"}, "", ""),
        ({"mail_size": "1000"}, "mail_size", "「メールの大きさの上限」の「1000」を読み取れません。"),
        ({"remind_days": "毎日"}, "remind_days", "「再送の最小間隔」の「毎日」を読み取れません。"),
        ({"remind_days": "0日"}, "", ""),
        (
            {"smtp_server": "a:25", "smtp_user": "x"}, "smtp_user",
            "暗号化が「なし」のときは、利用者名とパスワードを使えません（パスワードが読み取られるおそれがあります）。",
        ),
        ({"smtp_server": "a:25"}, "", ""),
        ({"imap_server": "a"}, "imap_server", "「IMAPサーバー」があり、「IMAPの利用者名」が空欄です。"),
    ],
)  # fmt: skip
def test_each_fault_of_the_mail_lines_is_named_at_its_cell(
    change: dict[str, str], key: str, fault: str
) -> None:
    """One wrong line gives one fault at its own cell; what can be understood gives none."""
    if fault:
        assert faults(GOOD | change) == [f"設定 {cell_of(key)} {fault}"]
    else:
        read(GOOD | change)


def test_no_section_is_called_like_an_item() -> None:
    """A heading of a section that is also the name of an item would be read as that item's blank line."""
    assert not {item.section for item in ITEMS} & {item.text for item in ITEMS}
