"""What the answers say, and that the form's own marks say the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import books
from xlsx_pdca.checks import check_answers, marks, read_return
from xlsx_pdca.findings import Finding, Grade
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.plan import Mark
from xlsx_pdca.spec import FieldKind, Form, Need, Question, Required, Sheet, Single
from xlsx_pdca.submission import Answer
from xlsx_pdca.values import meaning_of_text

POPULATION, AGEING, DESK = ("population", "", ""), ("ageing", "", ""), ("desk", "", "")
STRENGTHS, ENTERED = ("strengths", "", ""), ("entered_on", "", "")


def asked(changes: Mapping[books.Address, str]) -> list[tuple[str, books.Address]]:
    """(code, address) of the findings after some good answers were changed."""
    return [(each.code, each.address) for each in findings(changes)]


def findings(changes: Mapping[books.Address, str]) -> tuple[Finding, ...]:
    book = books.fill(books.good_book(), changes)
    return read_return(book, books.plan(), books.slots()).findings


def test_good_answers_are_not_asked_about() -> None:
    """The control: nothing is asked about good answers."""
    assert asked({}) == []


@pytest.mark.parametrize(
    ("address", "text", "code"),
    [
        (STRENGTHS, "", "ANS01"),
        (STRENGTHS, "　\n", "ANS01"),
        (STRENGTHS, "\t", "ANS01"),
        (STRENGTHS, "\u00a0", "ANS01"),
        (STRENGTHS, "\u200b\ufeff", "ANS01"),
        (STRENGTHS, "あ" * 401, "ANS03"),
        (STRENGTHS, "あ" * 801, "ANS02"),
        (POPULATION, "約30万", "ANS04"),
        (POPULATION, "-5", "ANS05"),
        (POPULATION, "99999999", "ANS05"),
        (POPULATION, "326.918", "ANS17"),
        (POPULATION, "10人3人", "ANS04"),
        (POPULATION, "1,2", "ANS04"),
        (POPULATION, "12%", "ANS04"),
        (AGEING, "0.285", "ANS18"),
        (AGEING, "0.285%", "ANS18"),
        (AGEING, "28.55", "ANS06"),
        (ENTERED, "10月の初め", "ANS07"),
        (DESK, "共同", "ANS09"),
        (ENTERED, "1026/1/1", "ANS19"),
        (ENTERED, "令和99年1月1日", "ANS19"),
        (ENTERED, "前回と同じ", "ANS15"),
        (STRENGTHS, "別紙のとおり", "ANS14"),
        (STRENGTHS, "組織構成、取り組みなどから感じることを御記入ください。", "ANS10"),
        (STRENGTHS, "N\0o\0", "ANS13"),
    ],
)
def test_one_doubt_one_finding(address: books.Address, text: str, code: str) -> None:
    """Each doubtful answer is one finding, at its own field."""
    assert asked({address: text}) == [(code, address)]


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (STRENGTHS, "あ" * 400),
        (POPULATION, "0"),
        (POPULATION, "326918.0"),
        (AGEING, "0"),
        (AGEING, "1"),
        (POPULATION, "把握していない"),
        (POPULATION, "14,000,000人"),
        (POPULATION, ""),
        (DESK, " 直営"),
        (DESK, "該当なし"),
        (ENTERED, "Ｒ８．１０．１"),
        (ENTERED, "2000/1/1"),
        (STRENGTHS, "\u00a0特色"),
    ],
)
def test_what_fits_is_not_asked_about(address: books.Address, text: str) -> None:
    """The border of each rule is inside."""
    assert asked({address: text}) == []


def test_required_unless_the_tick_of_the_same_scene() -> None:
    """「まだ検討していない」 spares the question of its own scene only."""
    purpose = ("purpose", "sudden", "")
    assert asked({purpose: ""}) == [("ANS22", purpose)]
    assert asked({purpose: "", ("not_yet", "sudden", ""): "まだ検討していない"}) == []
    assert asked({purpose: "", ("not_yet", "daily", ""): "まだ検討していない"}) == [
        ("ANS22", purpose),
        ("ANS11", ("not_yet", "daily", "")),
    ]


SCENES = ("daily", "sudden", "discharge", "terminal")


def test_ticks_beside_answers_are_one_sentence_at_the_tick() -> None:
    """However many scenes carry both, one sentence names them all, at the first tick."""
    ticks = {("not_yet", scene, ""): "まだ検討していない" for scene in SCENES}
    purposes = {("purpose", scene, ""): "地域で暮らせる。" for scene in SCENES}
    (both,) = findings({**ticks, **purposes})
    first = next(a for a in books.plan().answers if a.field == "not_yet")
    headers = [a.header for a in books.plan().answers if a.field == "not_yet"]
    assert (both.code, both.address, both.cell) == ("ANS11", first.address, first.rect.a1)
    assert len(headers) == 4 and all(header in both.sentence() for header in headers)
    assert "選ばれて" not in both.sentence()


@pytest.mark.parametrize("typed", ["×", "検討済", "いいえ"])
def test_what_is_no_tick_is_asked_about_once_and_is_called_none(typed: str) -> None:
    """Where no ○ stands nothing says that it does, and one choice is not called several."""
    (only,) = findings({("not_yet", "daily", ""): typed, ("purpose", "daily", ""): "暮らせる。"})
    assert (only.code, only.address) == ("ANS41", ("not_yet", "daily", ""))
    assert "空欄のままで結構です" in only.sentence() and "次の中から" not in only.sentence()
    (several,) = findings({DESK: "共同"})
    assert "次の中から" in several.sentence()


@pytest.mark.parametrize("dash", ["－", "-", "ー", "―", "—", "–", "‐", "−", "─", "--", "／"])
@pytest.mark.parametrize("address", [POPULATION, AGEING, DESK])
def test_lone_dash_where_the_form_shows_doubt(dash: str, address: books.Address) -> None:
    """Where the form shows △, the intake asks; it is no number, and it stays 該当なし."""
    assert asked({address: dash}) == [("ANS40", address)]
    (asked_about,) = findings({address: dash})
    assert asked_about.grade is Grade.SHOULD
    assert asked({STRENGTHS: dash}) == [("ANS24", STRENGTHS)]


def test_only_the_first_rows_of_a_table_are_required() -> None:
    """A row beyond the required ones may stay empty."""
    first, second = ("posts", "post", "01"), ("posts", "post", "02")
    assert asked({first: "", second: ""}) == [("ANS20", first)]


def test_finding_names_question_scene_and_cell() -> None:
    """The sentence uses the form's words, and the place is the cell in the returned file."""
    (finding,) = findings({("purpose", "daily", ""): ""})
    assert "めざすべき姿" in finding.sentence() and "日常の療養支援" in finding.sentence()
    rect = books.planned(("purpose", "daily", "")).rect
    assert finding.place == f"「様式２」{rect.a1}"
    (row,) = findings({("posts", "post", "01"): ""})
    assert "1行目" in row.sentence()


def test_marks_are_the_forms_signs() -> None:
    """● missing, △ doubtful, ○ filled, nothing for an optional blank."""
    book = books.fill(
        books.blank_book(), {POPULATION: "三万", DESK: "委託", ENTERED: "いつか", STRENGTHS: " "}
    )
    shown = marks(books.plan(), read_return(book, books.plan(), books.slots()).answers)
    assert shown[POPULATION] is Mark.DOUBTFUL
    assert shown[DESK] is Mark.FILLED
    assert shown[ENTERED] is Mark.FILLED
    assert shown[STRENGTHS] is Mark.MISSING
    assert shown[AGEING] is Mark.NOTHING


def test_untouched_form_shows_the_marks_the_intake_computes() -> None:
    """In the issued workbook the cached marks are those the intake makes of its blank answers."""
    book, plan = books.blank_book(), books.plan()
    answers = read_return(book, plan, books.slots()).answers
    shown = marks(plan, answers)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    for answer in plan.answers:
        assert answer.mark_cell is not None
        cell = sheets[plan.sheet(answer.sheet).name].cells[
            answer.mark_cell.top, answer.mark_cell.left
        ]
        assert cell.text == shown[answer.address].value


@pytest.mark.parametrize("typed", ["28.55", "0.285"])
def test_only_missing_and_doubtful_marks_make_a_letter(typed: str) -> None:
    """必ず確認 about content is exactly what the form itself shows as ● or △."""
    changes = {STRENGTHS: "", POPULATION: "三万", DESK: "共同", ENTERED: "いつか", AGEING: typed}
    book = books.fill(books.good_book(), changes)
    reading = read_return(book, books.plan(), books.slots())
    must = {f.address for f in reading.findings if f.grade is Grade.MUST}
    shown = marks(books.plan(), reading.answers)
    assert must == {a for a, mark in shown.items() if mark in (Mark.MISSING, Mark.DOUBTFUL)}


ROLES = ("医師会", "歯科医師会", "市、町、村")

OTHER_KINDS = plan_form(
    Form(
        "other",
        "O",
        1,
        "様式",
        (
            Sheet(
                "s1",
                "様式",
                "様式",
                tuple(
                    Single(question)
                    for question in (
                        Question("held", FieldKind.CHOICE, "会議の開催", options=("あり", "なし")),
                        Question(
                            "since",
                            FieldKind.FISCAL_YEAR,
                            "開始年度",
                            required=Required(Need.IF, "held", ("あり",)),
                        ),
                        Question("members", FieldKind.MULTIPLE_CHOICE, "構成員", options=ROLES),
                        Question(
                            "place", FieldKind.CHOICE, "場所", options=("庁舎",), free_choice=True
                        ),
                        Question(
                            "rate",
                            FieldKind.DECIMAL,
                            "割合",
                            decimals=2,
                            required=Required(Need.UNLESS, "reason"),
                        ),
                        Question("reason", FieldKind.TEXT, "割合を書けない理由"),
                        Question("visits", FieldKind.INTEGER, "訪問の件数"),
                    )
                ),
            ),
        ),
    ),
    kind="municipality",
    role="",
    fiscal_year=2026,
)


def codes_of(**texts: str) -> list[tuple[str, str]]:
    """(code, field) for answers to the other kinds; what is not given is blank."""
    typed = {"rate": "1.25", **texts}
    answers = []
    for planned in OTHER_KINDS.answers:
        means = meaning_of_text(typed.get(planned.field, ""), OTHER_KINDS.question_of(planned))
        answers.append(Answer(*planned.address, means.raw, means.value, means.state, "様式", "D1"))
    return [(each.code, each.field) for each in check_answers(OTHER_KINDS, answers)]


def test_required_if_another_answer_holds_a_value() -> None:
    """The condition is the stored text, as in the form's formula."""
    assert codes_of(held="あり") == [("ANS20", "since")]
    assert codes_of(held="なし") == []
    assert codes_of(held="あり", since="令和５年度") == []


def test_fiscal_year_that_names_no_era() -> None:
    """A bare number is asked, with the text kept."""
    assert codes_of(since="5年目") == [("ANS08", "since")]


def test_multiple_choice_names_what_is_not_listed() -> None:
    """Known options pass in any order; an unknown one is asked, once."""
    assert codes_of(members="市、町、村；医師会") == []
    assert codes_of(members="医師会、薬剤師会") == [("ANS16", "members")]
    assert codes_of(members="把握していない") == []


def test_free_choice_is_welcome() -> None:
    """An answer outside the list is an answer where the form says so."""
    assert codes_of(place="公民館") == []


def test_decimals_and_either_or() -> None:
    """Two questions of which one is enough may both be answered when neither is a tick."""
    assert codes_of(rate="1.255") == [("ANS06", "rate")]
    assert codes_of(rate="", reason="集計中") == []
    assert codes_of(rate="1.25", reason="速報値") == []
    assert codes_of(rate="") == [("ANS20", "rate")]


def test_number_of_any_length_is_whole_or_not() -> None:
    """A number far beyond what anybody counts is judged like any other."""
    assert codes_of(visits="9" * 40) == []
    assert codes_of(visits="9" * 40 + ".5") == [("ANS17", "visits")]
