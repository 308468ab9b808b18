"""Marked copies that come back: our marks are no one's writing, and every reply is kept."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import books
from packages import changed, part_of
from rich_returns import NOTED, PURPOSE, SAID, THEIRS, cell_of, filled, foreign, rich
from xlsx_pdca.checks import identify, read_return
from xlsx_pdca.checks.copies import Relation, compare
from xlsx_pdca.own_marks import (
    COVER_SHEET,
    RECORD_SHEET,
    below,
    comment_text,
    own_sheets,
    recorded_looks,
    replies,
    without_ours,
)
from xlsx_pdca.rawbook import CellType, RawBook, RawCell
from xlsx_pdca.submission import Reading, StrayText
from xlsx_pdca.workbook.marking import Cover, Mark, marked

SCENES = books.sheet_name(PURPOSE)
AUTHOR = "群馬県 地域包括ケア推進室"
POINTS = (
    Mark(1, SCENES, cell_of(PURPOSE), "空欄のようです。御確認をお願いします。", "目的"),
    Mark(2, SCENES, cell_of(NOTED), "前回と同じ御回答です。よろしいでしょうか。", "目的"),
    Mark(3, SCENES, cell_of(NOTED), "「退院前」は入院中のことでしょうか。", "目的"),
    Mark(4, "様式１", cell_of(("population", "", "")), "桁が一つ少ないようです。"),
    Mark(5, "", "", "記入者のお名前が名簿と異なります。"),
)
REPLY = "E7"
"""御回答欄 of the second point."""
REPLY_NUMBER = "2"


def copy_of(data: bytes) -> bytes:
    cover = Cover(
        title="御確認いただきたい点",
        lead=("御返送いただき、ありがとうございました。",),
        closing=("行き違いの場合は御容赦ください。",),
        author=AUTHOR,
        ticket=books.ticket().text,
        unit="前橋市",
    )
    copy = marked(data, POINTS, cover)
    assert isinstance(copy, bytes), copy
    return copy


def reading(book: RawBook) -> Reading:
    return read_return(book, books.plan(), books.slots())


def edited(data: bytes, sheet: str, cell: str, text: str) -> bytes:
    """The package with one inline text typed into an empty cell."""
    typed = f't="inlineStr"><is><t>{text}</t></is></c>'
    part = part_of(data, sheet)
    return changed(
        data,
        {part: lambda xml: re.sub(rf'(<c r="{cell}"[^>]*)/>', rf"\g<1> {typed}", xml, count=1)},
    )


@pytest.mark.parametrize("make", [filled, rich, books.issued], ids=["plain", "rich", "empty"])
def test_a_copy_returned_unchanged_reads_like_the_return(make: type[bytes]) -> None:
    """Answers, findings, texts beside them, losses, drawings: all as of the unmarked return."""
    before, after = reading(books.raw(make())), reading(books.raw(copy_of(make())))
    assert after == before


def test_a_copy_proves_whose_it_is() -> None:
    """The ticket on the first sheet agrees with the others."""
    from checks.test_identity import register  # the register of these books

    identity = identify(books.raw(copy_of(rich())), "x.xlsx", register())
    assert identity.ticket == books.ticket()
    assert identity.findings == ()


def test_a_copy_says_the_same_as_the_return() -> None:
    """Compared with an earlier return it is what the unmarked one is."""
    one, other = reading(books.raw(rich())), reading(books.raw(copy_of(rich())))
    assert compare(one, other) == compare(one, one)
    plain = reading(books.raw(filled()))
    assert compare(plain, reading(books.raw(copy_of(filled())))).relation is Relation.EQUAL


def test_a_reply_on_the_first_sheet_is_kept_and_told_once() -> None:
    """What is typed into 御回答欄 stands beside the answers; even if it is a word that we wrote too."""
    for text in ("空欄で間違いありません。", "1", SCENES):
        after = reading(books.raw(edited(copy_of(filled()), COVER_SHEET, REPLY, text)))
        assert after.strays == (StrayText(COVER_SHEET, REPLY, text),)
        (told,) = after.findings
        assert (told.code, told.sheet, told.cell) == ("STR61", COVER_SHEET, REPLY)
        assert dict(told.context) == {"number": REPLY_NUMBER, "found": text}
        assert after.answers == reading(books.raw(filled())).answers


def test_a_text_elsewhere_on_the_first_sheet_is_kept() -> None:
    """Also what is typed over our own texts."""
    book = books.raw(copy_of(filled()))
    book = books.write(book, COVER_SHEET, (7, 4), "訂正しました")
    assert reading(book).strays == (StrayText(COVER_SHEET, "D7", "訂正しました"),)
    assert [each.code for each in reading(book).findings] == ["STR60"]


def test_a_reply_in_our_comment_is_kept() -> None:
    """What is written below our sentence is theirs; our sentence is not."""

    def with_reply(xml: str) -> str:
        return re.sub(r"(確認番号 4-[0-9A-F]{6}）)", r"\1\n326,918人の誤りです。", xml, count=1)

    copy = copy_of(filled())
    parts = [f"xl/comments{n}.xml" for n in (1, 2)]
    place = next(p for p in parts if "確認番号 4-" in changed_part(copy, p))
    after = reading(books.raw(changed(copy, {place: with_reply})))
    cell = cell_of(("population", "", ""))
    assert [(s.sheet, s.cell, s.text.strip()) for s in after.strays] == [
        ("様式１", cell, "326,918人の誤りです。")
    ]
    assert [each.code for each in after.findings] == ["STR17"]


def changed_part(data: bytes, part: str) -> str:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(part).decode()


def test_a_comment_of_the_sender_stays_above_ours() -> None:
    """Two points at one cell and a note of the sender make one comment; of it the note alone is theirs."""
    sheet = openpyxl.load_workbook(io.BytesIO(copy_of(rich())))[SCENES]
    note = sheet[cell_of(NOTED)].comment.text
    assert note.startswith(f"{THEIRS}\n――――")
    assert note.index("点 2】") < note.index("点 3】")
    assert without_ours(note) == THEIRS
    remarks = {(s.cell, s.text) for s in reading(books.raw(copy_of(rich()))).strays}
    assert (cell_of(NOTED), THEIRS) in remarks
    assert any(text == SAID for _, text in remarks)


def test_deleting_our_sheets_or_comments_is_no_finding() -> None:
    """The first sheet, the record, both, or all comments: the return is read as before."""
    expected = reading(books.raw(filled()))
    book = books.raw(copy_of(filled()))
    for gone in ({COVER_SHEET}, {RECORD_SHEET}, {COVER_SHEET, RECORD_SHEET}):
        kept = tuple(sheet for sheet in book.sheets if sheet.name not in gone)
        assert reading(replace(book, sheets=kept)) == expected
    bare = tuple(replace(sheet, comments=()) for sheet in book.sheets)
    assert reading(replace(book, sheets=bare)) == expected


def test_without_the_record_a_reply_is_still_found() -> None:
    """Where a program lost the hidden sheet, what stands in 御回答欄 is theirs and nothing else is."""
    book = books.raw(edited(copy_of(filled()), COVER_SHEET, REPLY, "はい"))
    kept = tuple(sheet for sheet in book.sheets if sheet.name != RECORD_SHEET)
    assert [r.text for r in replies(replace(book, sheets=kept))] == ["はい"]


def test_a_sheet_that_only_bears_the_name_is_not_ours() -> None:
    """A sheet without our headers is an added sheet like any other."""
    book = books.raw(filled())
    other = replace(
        book.sheets[0], name=COVER_SHEET, cells={(1, 1): RawCell(CellType.TEXT, "別の話")}
    )
    book = replace(book, sheets=(other, *book.sheets))
    assert own_sheets(book) == frozenset()
    assert "STR18" in [each.code for each in reading(book).findings]


def test_a_comment_made_to_take_long_does_not() -> None:
    """Heads and ends of sentences without number look at each letter once."""
    ends = "\n（確認番号 1-ABCDEF）" * 20_000
    heads = "【御確認いただきたい点 1】\n" * 20_000
    for text in (ends, heads + ends, heads, "\n（" * 100_000 + "確認番号"):
        assert without_ours(text) == text


def test_an_unmarked_file_has_no_marks() -> None:
    """Nothing is told of files that are no marked copies."""
    for data in (filled(), rich(), foreign()):
        book = books.raw(data)
        assert (own_sheets(book), replies(book), recorded_looks(book)) == (frozenset(), (), {})


def test_a_sentence_somebody_changed_counts_as_theirs() -> None:
    """Only what we wrote word for word is ours."""
    ours = comment_text(7, "御確認ください。", AUTHOR)
    assert without_ours(ours) == ""
    assert without_ours(ours.replace("御確認", "ごかくにん")) == ours.replace(
        "御確認", "ごかくにん"
    )
    assert without_ours(ours.replace("点 7】", "点 8】")) == ours.replace("点 7】", "点 8】")
    loose = ours.replace("。", "。 \n", 1)
    assert without_ours(loose) == ""


words = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=60)


@given(words, st.lists(words.filter(str.strip), min_size=1, max_size=3), words)
def test_what_is_theirs_is_exactly_what_is_left(before: str, ours: list[str], after: str) -> None:
    """Whatever stands above and below our sentences stays, letter for letter."""
    said = "\n\n".join(comment_text(n, text, AUTHOR) for n, text in enumerate(ours, 1))
    left = without_ours(below(before, said) + (f"\n{after}" if after else ""))
    assert left.replace("\n", "") == (before + after).replace("\n", "")
    assert left.startswith(before.rstrip("\n"))


def test_an_office_with_brackets_in_its_name_is_known() -> None:
    """The name of the office may itself hold full-width brackets, several of them."""
    for author in ("群馬県（見本）地域包括ケア推進室", "（（県））", "県（確認番号 1-ABCDEF）"):
        assert without_ours(comment_text(3, "数字を御確認ください。", author)) == ""
