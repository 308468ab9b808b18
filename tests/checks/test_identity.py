"""Whose workbook a file is: proofs agree or a person decides; witnesses only propose or hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

import books
from xlsx_pdca.checks import Identity, IssuedBook, Register, identify, typed_name_doubt
from xlsx_pdca.plan import HIDDEN_SHEET, TICKET_PROPERTY
from xlsx_pdca.rawbook import CellType, RawBook, RawCell, RawSheet
from xlsx_pdca.ticket import Ticket

NAME = "102016-1_前橋市_事前課題.xlsx"


def register(*more: IssuedBook) -> Register:
    """A round that issued workbooks to 前橋市, 高崎市, 大阪市 and 東大阪市."""
    units = {
        "102016-1": "前橋市",
        "102024-1": "高崎市",
        "271004-1": "大阪市",
        "272272-1": "東大阪市",
    }
    issued = (*(IssuedBook(books.ticket(u), name) for u, name in units.items()), *more)
    codes = frozenset(answer.code for answer in books.plan().answers)
    return Register(books.ROUND, books.KEY, {b.ticket.text: b for b in issued}, codes)


def found(book: RawBook, name: str = NAME, *more: IssuedBook) -> tuple[Identity, list[str]]:
    identity = identify(book, name, register(*more))
    return identity, codes_of(identity)


def codes_of(identity: Identity) -> list[str]:
    return [finding.code for finding in identity.findings]


def with_ticket(ticket: Ticket) -> RawBook:
    """The issued workbook as if it had been issued with another ticket."""
    old = books.ticket().text
    sheets = tuple(
        replace(
            s,
            cells={
                at: c._replace(text=c.text.replace(old, ticket.text)) for at, c in s.cells.items()
            },
        )
        for s in books.good_book().sheets
    )
    return replace(books.good_book(), sheets=sheets, properties={TICKET_PROPERTY: ticket.text})


def test_issued_workbook_is_recognised() -> None:
    """The ticket stands in the hidden sheet, the property and on every sheet, and is accepted."""
    identity, codes = found(books.good_book())
    assert identity.ticket == books.ticket()
    assert not identity.is_held
    assert codes == []


@pytest.mark.parametrize(
    "keep", ["hidden sheet", "property", "visible"], ids=lambda kept: f"only the {kept}"
)
def test_one_proof_is_enough(keep: str) -> None:
    """Any single proof carries the identity when the others were lost on the way."""
    good, text = books.good_book(), books.ticket().text
    bare = books.strip_ticket(good)
    hidden = RawSheet(HIDDEN_SHEET, "visible", {(1, 2): RawCell(CellType.TEXT, text)})
    book = {
        "hidden sheet": replace(bare, sheets=(*bare.sheets, hidden)),
        "property": replace(bare, properties={"PDCA_Ticket": text}),
        "visible": books.write(bare, "様式２", (1, 5), f"整理番号 {text}"),
    }[keep]
    identity, codes = found(book)
    assert (identity.ticket, codes) == (books.ticket(), [])
    assert found(bare)[1] == ["IDN02"]


def test_loss_of_names_and_protection_is_no_finding() -> None:
    """What programs take away on saving does not cast doubt on the sender."""
    book = books.drop_sheets(books.strip_names(books.good_book()), "_pdca", "_lists")
    assert found(replace(book, structure_locked=False))[1] == []


def test_renamed_file_is_accepted() -> None:
    """A name that names nobody is no witness."""
    assert found(books.good_book(), "回答 (1).xlsx")[1] == []


@pytest.mark.parametrize(
    "name",
    [
        "102024-1_高崎市_事前課題.xlsx",
        "102024-1.xlsx",
        "高崎市.xlsx",
        "事前課題（高崎市）.xlsx",
        "１０２０２４－１　回答.xlsx",
        "102024ー1.xlsx",
        "102024_事前課題.xlsx",
        "高崎市役所.xlsx",
        "102024-1_前橋市.xlsx",
        "102024_前橋市.xlsx",
        "高崎市-事前課題.xlsx",
        "前橋市/高崎市.xlsx",
        "前橋市からの返信.eml › 回答.zip › 前橋市/高崎市.xlsx",
        "前橋市\\高崎市.xlsx",
    ],
)
def test_file_name_of_another_unit_holds(name: str) -> None:
    """A file name that names another unit exactly, by id or by name, is put before a person."""
    identity, codes = found(books.good_book(), name)
    assert identity.is_held
    assert codes == ["IDN10"]
    assert "高崎市" in identity.findings[0].sentence()


@pytest.mark.parametrize(
    "name",
    [
        "102016-1_高崎市の例を参考にした回答.xlsx",
        "前橋市・高崎市.xlsx",
        "高崎市長あて.xlsx",
        "2026-10-15.xlsx",
        "高崎市/回答.xlsx",
        "高崎市からの返信.eml › 前橋市.xlsx",
        "1102024.xlsx",
    ],
)
def test_file_name_that_also_fits_is_no_contradiction(name: str) -> None:
    """A name that names the ticket's own unit too, or none exactly, holds nothing."""
    assert found(books.good_book(), name)[1] == []


def test_names_contained_in_each_other_are_told_apart() -> None:
    """大阪市 in the name of 東大阪市's file is another unit, and 東大阪市 is not 大阪市."""
    book = with_ticket(books.ticket("272272-1"))
    assert found(book, "東大阪市_事前課題.xlsx")[1] == []
    assert found(book, "大阪市_事前課題.xlsx")[1] == ["IDN10"]


ROSTER = {"102016-1": "前橋市", "102024-1": "高崎市", "102121-1": "みどり市"}


@pytest.mark.parametrize(
    ("name", "roster", "exempt", "codes"),
    [
        (NAME, ROSTER, {}, []),
        ("みどり市_事前課題.xlsx", {}, {}, []),
        ("みどり市_事前課題.xlsx", ROSTER, {}, ["IDN10"]),
        ("102121-1_回答.xlsx", ROSTER, {}, ["IDN10"]),
        (NAME, {"102024-1": "高崎市"}, {}, ["IDN12"]),
        (NAME, ROSTER, {"102016-1": "災害対応中"}, ["IDN13"]),
    ],
)
def test_the_roster_is_asked_too(
    name: str, roster: dict[str, str], exempt: dict[str, str], codes: list[str]
) -> None:
    """Units nothing was issued to are known by name; who left 名簿 or is exempt is told, and the answer kept."""
    known = replace(register(), roster=roster, exempt=exempt)
    identity = identify(books.good_book(), name, known)
    assert [each.code for each in identity.findings] == codes
    assert identity.is_held == (codes == ["IDN10"])


def test_joint_unit_is_known_by_the_municipalities_it_covers() -> None:
    """A desk's file may carry the name of a municipality it answers for."""
    ticket = books.ticket("DESK01-1")
    desk = IssuedBook(ticket, "渋川地区センター", ("渋川市", "高崎市"))
    assert found(with_ticket(ticket), "高崎市.xlsx", desk)[1] == []
    assert found(with_ticket(ticket), "前橋市.xlsx", desk)[1] == ["IDN10"]


@pytest.mark.parametrize(
    ("ticket", "code"),
    [
        (books.ticket(round_id="R0702"), "IDN03"),
        (books.ticket(key=b"another prefecture"), "IDN04"),
        (replace(books.ticket(), unit="102024-1"), "IDN04"),
        (books.ticket("109999-1"), "IDN05"),
        (books.ticket(edition="ABCDEF"), "IDN06"),
        (books.ticket(issue=7), "IDN07"),
    ],
    ids=[
        "other round",
        "other key",
        "unit written over",
        "unknown unit",
        "edition",
        "issue number",
    ],
)
def test_ticket_that_is_not_ours_holds(ticket: Ticket, code: str) -> None:
    """Each way a ticket can be wrong holds the file and says which."""
    identity, codes = found(with_ticket(ticket))
    assert identity.is_held
    assert codes == [code]
    assert ticket.text in identity.findings[0].sentence()
    assert found(with_ticket(books.ticket()))[1] == []


def test_other_round_is_named() -> None:
    """The officer reads which round the form is from."""
    identity, _ = found(with_ticket(books.ticket(round_id="R0702")))
    assert "R0702" in identity.findings[0].sentence()


def test_older_issue_is_accepted_with_a_remark() -> None:
    """A workbook that was sent again is still read by its own plan."""
    newer = IssuedBook(books.ticket(issue=2), "前橋市")
    identity, codes = found(books.good_book(), NAME, newer)
    assert (identity.ticket, identity.is_held, codes) == (books.ticket(), False, ["IDN08"])


def test_two_tickets_hold() -> None:
    """A sheet of another unit's workbook moved into this one is put before a person."""
    other = books.ticket("102024-1").text
    book = books.write(books.good_book(), "様式２", (1, 9), f"整理番号 {other}")
    identity, codes = found(book)
    assert (identity.ticket, codes, identity.is_held) == (None, ["IDN09"], True)
    assert other in identity.findings[0].sentence()


def test_stripped_return_is_ours_and_proposed_by_its_name() -> None:
    """Without a ticket the printed codes say that it is ours, the file name only proposes whose."""
    bare = books.paste_values_elsewhere(books.strip_ticket(books.good_book()))
    identity, codes = found(bare)
    assert (identity.ticket, codes, identity.proposed) == (None, ["IDN02"], "102016-1")
    assert "前橋市" in identity.findings[0].sentence()
    nameless = identify(bare, "回答.xlsx", register())
    assert (nameless.proposed, nameless.is_held) == ("", True)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("東大阪市回答.xlsx", "272272-1"),
        ("大阪市回答.xlsx", "271004-1"),
        ("回答 前橋市役所.xlsx", "102016-1"),
        ("前橋市役所 高崎市役所.xlsx", ""),
        ("回答前橋市.xlsx", ""),
    ],
)
def test_a_name_that_begins_a_word_is_proposed(name: str, unit: str) -> None:
    """「前橋市役所」 proposes 前橋市 where the ticket is gone, two names propose nobody; it never holds a proved file."""
    bare = books.paste_values_elsewhere(books.strip_ticket(books.good_book()))
    assert identify(bare, name, register()).proposed == unit
    assert not identify(books.good_book(), name, register()).is_held


# -- who sent it ---------------------------------------------------------------------------

SENDERS = {
    "kaigo@city.maebashi.example.jp": frozenset({"102016-1"}),
    "kaigo@city.takasaki.example.jp": frozenset({"102024-1"}),
    "desk@example.jp": frozenset({"102016-1", "102024-1"}),
    "zaitaku@pref.example.jp": frozenset({"102024-1"}),
}
MAEBASHI, TAKASAKI, DESK, PREFECTURE = SENDERS
STRANGER, COLLEAGUE = "someone@example.com", "tanaka@pref.example.jp"


def sent(book: RawBook, *senders: str, name: str = "回答.xlsx") -> Identity:
    known = replace(register(), senders=SENDERS, own=frozenset({PREFECTURE}))
    return identify(book, name, known, senders)


@pytest.mark.parametrize(
    ("senders", "codes"),
    [
        ((), []),
        (("",), []),
        ((MAEBASHI,), []),
        ((MAEBASHI.upper(),), []),
        ((DESK,), []),
        ((PREFECTURE,), []),
        ((COLLEAGUE,), []),
        ((STRANGER,), ["IDN15"]),
        ((TAKASAKI,), ["IDN14"]),
        ((PREFECTURE, TAKASAKI), ["IDN14"]),
        ((PREFECTURE, MAEBASHI), []),
        ((DESK, MAEBASHI), []),
        ((STRANGER, MAEBASHI), []),
        ((TAKASAKI, MAEBASHI), ["IDN14"]),
        ((MAEBASHI, TAKASAKI), ["IDN14"]),
    ],
)
def test_sender_is_a_witness(senders: tuple[str, ...], codes: list[str]) -> None:
    """An address of another unit holds a proved file; a shared one fits; the prefecture's own says nothing."""
    identity = sent(books.good_book(), *senders)
    assert (identity.ticket, codes_of(identity)) == (books.ticket(), codes)
    assert identity.is_held == (codes == ["IDN14"])


def test_forwarded_mail_names_both_senders() -> None:
    """Where the inner and the outer sender are two units, the officer reads both, with their addresses."""
    (doubt,) = sent(books.good_book(), TAKASAKI, MAEBASHI).findings
    for words in ("前橋市", "高崎市", TAKASAKI, MAEBASHI):
        assert words in doubt.sentence()


@pytest.mark.parametrize(
    ("name", "senders", "unit", "words"),
    [
        ("回答.xlsx", (MAEBASHI,), "102016-1", "差出人からは前橋市（102016-1）と"),
        ("前橋市.xlsx", (MAEBASHI,), "102016-1", "ファイル名と差出人からは前橋市（102016-1）と"),
        ("前橋市.xlsx", (DESK,), "102016-1", "前橋市（102016-1）と"),
        ("前橋市.xlsx", (STRANGER,), "102016-1", "ファイル名からは前橋市（102016-1）と"),
        ("前橋市.xlsx", (TAKASAKI,), "", "ファイル名からは前橋市、差出人からは高崎市と"),
        ("回答.xlsx", (DESK,), "", "しました"),
        ("回答.xlsx", (PREFECTURE,), "", "しました"),
    ],
)
def test_without_a_ticket_name_and_sender_only_propose(
    name: str, senders: tuple[str, ...], unit: str, words: str
) -> None:
    """They propose one unit together, or none where they disagree; they never attribute."""
    bare = books.paste_values_elsewhere(books.strip_ticket(books.good_book()))
    identity = sent(bare, *senders, name=name)
    assert (identity.ticket, codes_of(identity), identity.is_held) == (None, ["IDN02"], True)
    assert identity.proposed == unit
    said = identity.findings[0].sentence()
    assert words in said or (not unit and "思われます" not in said)


# -- slips of the hand, and several tickets ------------------------------------------------


def damaged(text: str, at: int) -> str:
    """A ticket with one sign exchanged for another of its kind."""
    sign = text[at]
    others = "0123456789" if sign.isdigit() else "ABCDEFGHJKMNPQRSTVWXYZ-"
    return text[:at] + next(each for each in others if each != sign) + text[at + 1 :]


@pytest.mark.parametrize("at", range(len(books.ticket().text)))
def test_one_wrong_sign_anywhere_in_the_ticket(at: int) -> None:
    """Wherever the slip is, the file waits, and its own unit is proposed, by the ticket itself or by the file name."""
    text = books.ticket().text
    bare = books.strip_ticket(books.good_book())
    slip = f"整理番号 {damaged(text, at)}"
    wrong, right = (
        books.write(bare, "様式２", (1, 5), each) for each in (slip, f"整理番号 {text}")
    )
    identity = identify(wrong, "前橋市.xlsx", register())
    assert identity.is_held and identity.proposed == "102016-1"
    assert identify(wrong, "高崎市.xlsx", register()).is_held
    assert not identify(right, "前橋市.xlsx", register()).is_held


@pytest.mark.parametrize("at", range(len(books.ticket().text)))
def test_one_wrong_sign_beside_the_right_ticket(at: int) -> None:
    """A slip in one place of several is no second unit: the file waits for `accept --as`, or the rest is enough."""
    slip = f"整理番号 {damaged(books.ticket().text, at)}"
    identity, codes = found(books.write(books.good_book(), "様式２", (1, 9), slip))
    assert identity.ticket == books.ticket()
    assert codes in (["IDN16"], [])
    assert (identity.proposed == "102016-1") == bool(codes)


def test_sheet_of_an_older_issue_in_a_newer_workbook() -> None:
    """Two tickets of one unit: read by the newer one, and a person decides."""
    newer = IssuedBook(books.ticket(issue=2), "前橋市")
    book = books.write(books.good_book(), "様式２", (1, 9), newer.ticket.text)
    identity, codes = found(book, NAME, newer)
    assert (identity.ticket, codes, identity.is_held) == (newer.ticket, ["IDN16"], True)


@pytest.mark.parametrize(
    "other",
    [
        books.ticket("102024-1"),
        books.ticket("102024-1", key=b"another prefecture"),
        books.ticket("271004-1", round_id="R0702"),
        books.ticket(letter="T"),
    ],
    ids=["another unit", "not genuine", "another round", "another form"],
)
@pytest.mark.parametrize("place", ["hidden sheet", "property", "visible"])
def test_second_ticket_in_any_place_holds(other: Ticket, place: str) -> None:
    """All proofs must agree: one that speaks of another unit or form, in whichever place, leaves no ticket to believe."""
    good = books.good_book()
    hidden = RawSheet(
        f"{HIDDEN_SHEET}2", "veryHidden", {(1, 2): RawCell(CellType.TEXT, other.text)}
    )
    book = {
        "hidden sheet": replace(good, sheets=(*good.sheets, hidden)),
        "property": replace(good, properties={TICKET_PROPERTY: other.text}),
        "visible": books.write(good, "様式２", (1, 9), other.text),
    }[place]
    identity, codes = found(book)
    assert (identity.ticket, codes, identity.is_held) == (None, ["IDN09"], True)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("府中市.xlsx", ""),
        ("広島県府中市.xlsx", "342084-1"),
        ("東京都府中市役所.xlsx", "132063-1"),
        ("342084.xlsx", "342084-1"),
    ],
)
def test_same_name_in_two_prefectures(name: str, unit: str) -> None:
    """A name two units share proposes neither and contradicts neither; with its prefecture it names one."""
    two = [
        IssuedBook(books.ticket(unit), "府中市", (f"{prefecture}府中市",))
        for unit, prefecture in (("132063-1", "東京都"), ("342084-1", "広島県"))
    ]
    bare = books.paste_values_elsewhere(books.strip_ticket(books.good_book()))
    assert identify(bare, name, register(*two)).proposed == unit
    for each in two:
        held = identify(with_ticket(each.ticket), name, register(*two)).is_held
        assert held == (unit not in ("", each.ticket.unit))


def test_foreign_workbook_is_held() -> None:
    """A workbook with neither ticket nor codes is none of ours, whatever it is called."""
    foreign = RawBook(
        (RawSheet("Sheet1", "visible", {(1, 1): RawCell(CellType.TEXT, "売上")}),), {}
    )
    identity, codes = found(foreign)
    assert (identity.ticket, codes, identity.is_held) == (None, ["IDN01"], True)


def test_typed_name_of_another_unit() -> None:
    """The 団体 typed inside is a witness like the file name."""
    ticket, round_ = books.ticket(), register()
    doubt = typed_name_doubt("高崎市", ticket, round_)
    assert doubt is not None and doubt.holds
    assert typed_name_doubt("前橋市", ticket, round_) is None
    assert typed_name_doubt("前橋市役所 長寿包括ケア課", ticket, round_) is None
