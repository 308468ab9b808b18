"""The two official forms: their texts against the original, what is required, and who is asked what."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from xlsx_pdca.definitions.asked_roles import asked_roles
from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.plan import Style
from xlsx_pdca.spec import (
    FieldKind,
    Form,
    Heading,
    Matrix,
    Need,
    Question,
    Share,
    Single,
    Table,
    asked_form,
    codes,
    field_addresses,
    item_questions,
)
from xlsx_pdca.unit import ROLES, UnitKind

FILES = read_form_files(templates_folder())
FORMS = load_forms(FILES)
JIZEN, TOJITSU = FORMS["jizen"], FORMS["tojitsu"]
SOURCE_TABLE = Path(__file__).parent.parent / "data" / "source_texts.tsv"

Source = tuple[str, str, str, str]
"""Form, place, printed number, text."""


def original() -> list[Source]:
    """The separately kept table of the original's texts, in its order."""
    with SOURCE_TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["form"], row["place"], row["number"], row["source"]) for row in rows]


def sources(form: Form) -> Iterator[Source]:
    """Every text a form says it took from the original, in printed order."""
    for sheet in form.sheets:
        for text in sheet.lead:
            yield form.id, f"{sheet.key} lead", "", text
        if sheet.drawing:
            yield from _source(form, sheet.drawing)
        for box in sheet.drawing_boxes:
            yield form.id, f"{sheet.key} box", "", box.source
        for item in sheet.items:
            if isinstance(item, Heading) and item.source:
                yield form.id, f"{sheet.key} heading", "", item.source
            if isinstance(item, Matrix):
                for column in item.columns:
                    yield form.id, f"{item.id} column", "", column.label
            for question in item_questions(item):
                yield from _source(form, question)


def _source(form: Form, question: Question) -> Iterator[Source]:
    if question.source:
        yield form.id, question.id, question.source_number or question.number, question.source


def all_sources() -> list[Source]:
    return [source for form in (JIZEN, TOJITSU) for source in sources(form)]


def question(form: Form, key: str) -> Question:
    return next(q for q in form.questions() if q.id == key)


def plan_texts(form: Form, *, verbatim: bool = False) -> str:
    plan = plan_form(form, kind="市町村", role="自治体担当者", fiscal_year=2026, verbatim=verbatim)
    return "\n".join(cell.text for sheet in plan.sheets for cell in sheet.cells)


# -- texts -----------------------------------------------------------------------------------


def test_sources_are_the_original_texts_in_their_order() -> None:
    """Every `source` of both forms stands in the kept table and every text of the table in a form."""
    assert all_sources() == original()


@pytest.mark.parametrize("number", range(len(original())), ids=lambda n: f"text-{n + 1}")
def test_a_changed_character_is_noticed(number: int) -> None:
    """The comparison above turns red when one character of one text of the table changes."""
    changed = original()
    form, place, printed, text = changed[number]
    changed[number] = (form, place, printed, text[:-1] + chr(ord(text[-1]) + 1))
    assert all_sources() != changed


def test_a_changed_form_is_noticed() -> None:
    """The comparison also turns red when the form itself is edited."""
    first = JIZEN.sheets[1]
    matrix = next(item for item in first.items if isinstance(item, Matrix))
    mended = replace(matrix.questions[4], source="上記の課題に係る解決策は何だと思いますか。")
    other = replace(matrix, questions=(*matrix.questions[:4], mended))
    items = tuple(other if item is matrix else item for item in first.items)
    sheets = (JIZEN.sheets[0], replace(first, items=items), *JIZEN.sheets[2:])
    assert list(sources(replace(JIZEN, sheets=sheets))) != list(sources(JIZEN))


def test_printed_text_mends_what_would_cause_calls() -> None:
    """By default no footnote sign without a footnote, no 「思えますか」 and no doubled (6) is printed."""
    jizen, tojitsu = plan_texts(JIZEN), plan_texts(TOJITSU)
    assert "※" not in jizen
    assert "思えますか" not in jizen and "解決策は何だと思いますか" in jizen
    assert "(6) 【対応策】" in tojitsu and "(7) 【効果確認】" in tojitsu


def test_our_own_words_are_written_in_one_way() -> None:
    """Whatever is not the original's says ください, 御 and ため, in brackets of one width, for every role."""
    leads = {text for form in FORMS.values() for sheet in form.sheets for text in sheet.lead}
    strange = re.compile(r"下さい|出来る|ご[記自連確]|する為|[ぁ-ん一-龠] ?\([^0-9]|[０-９]")
    for form in FORMS.values():
        enabled = frozenset(q.id for q in form.questions() if q.optional)
        for role in ROLES:
            plan = plan_form(form, kind="市町村", role=role, fiscal_year=2026, enabled=enabled)
            texts = {cell.text.lstrip("・") for sheet in plan.sheets for cell in sheet.cells}
            ours = texts - {lead.rstrip("。") for lead in leads}
            found = [text for text in ours if strange.search(text)]
            assert not found
    assert strange.search("長所と短所を記入下さい。") and strange.search("長所 (良さ)")


def test_original_wording_can_be_printed() -> None:
    """原文どおり prints the original's words, its quirks included."""
    jizen, tojitsu = plan_texts(JIZEN, verbatim=True), plan_texts(TOJITSU, verbatim=True)
    assert "(1) めざすべき姿 ※¹ (目的)について記載ください。" in jizen
    assert "(4) 上記の課題に係る解決策は何だと思えますか。" in jizen
    assert "(6) 【対応策】" in tojitsu and "(6) 【効果確認】" in tojitsu


def test_years_in_examples_come_from_the_round() -> None:
    """The example of the long-term goal is counted from the fiscal year of the round."""
    assert "例：令和11年度まで" in plan_texts(TOJITSU)
    assert "{年度" not in plan_texts(TOJITSU) + plan_texts(JIZEN)


# -- questions -------------------------------------------------------------------------------


def test_codes_follow_the_names_of_the_sheets() -> None:
    """様式1 and 様式2 are numbered 1 and 2, so that a code said on the telephone names its sheet."""
    printed = codes(JIZEN)
    assert printed["unit_name"] == "J1-01"
    assert [printed[key] for key in ("not_yet", "purpose", "solutions")] == [
        "J2-01",
        "J2-02",
        "J2-05",
    ]
    assert printed["organisation"] == "J4-01"
    assert codes(TOJITSU)["goal_short"] == "T2-01"


def test_required_are_header_strengths_weaknesses_and_purposes() -> None:
    """事前課題 requires its header, 長所, 短所, and per scene (1) unless it is ticked."""
    needs = {q.id: q.required for q in JIZEN.questions() if q.required.need is not Need.OPTIONAL}
    header = {"department", "name", "contact", "entered_on"}
    assert set(needs) == header | {"strengths", "weaknesses", "purpose"}
    assert needs["purpose"].need is Need.UNLESS and needs["purpose"].field == "not_yet"
    assert all(needs[key].need is Need.ALWAYS for key in needs.keys() - {"purpose"})


def test_required_on_the_day_are_header_and_scene() -> None:
    """当日課題 requires its header and the scene, without which no answer can be placed."""
    required = {q.id for q in TOJITSU.questions() if q.required.need is not Need.OPTIONAL}
    assert required == {"department", "name", "contact", "entered_on", "scene"}


@pytest.mark.parametrize("form", [JIZEN, TOJITSU], ids=lambda form: form.id)
def test_header_has_the_fields_the_original_lacks(form: Form) -> None:
    """Both forms begin with 団体, 所属, 氏名, 連絡先 and 記入日 under the same ids."""
    header = ["unit_name", "department", "name", "contact", "entered_on"]
    assert [q.id for q in form.questions()][:5] == header
    assert question(form, "unit_name").kind is FieldKind.REFERENCE
    assert question(form, "name").personal and question(form, "contact").personal
    assert Share.SHARED not in {question(form, key).share for key in header[1:]}


def test_scenes_make_sixteen_answers_and_four_ticks() -> None:
    """Four questions and a tick stand against the four scenes in their fixed order."""
    (matrix,) = (i for s in JIZEN.sheets for i in s.items if isinstance(i, Matrix))
    scenes = ["日常の療養支援", "入退院支援", "急変時の対応", "看取り"]
    assert [column.label for column in matrix.columns] == scenes
    assert [q.id for q in matrix.questions] == [
        "not_yet",
        "purpose",
        "present",
        "actions",
        "solutions",
    ]
    assert list(question(TOJITSU, "scene").options) == scenes
    assert list(question(JIZEN, "wish_first").options) == scenes


@pytest.mark.parametrize("form", [JIZEN, TOJITSU], ids=lambda form: form.id)
def test_addresses_are_unique(form: Form) -> None:
    """No two answers of a form share an address."""
    addresses = field_addresses(form)
    assert len(set(addresses)) == len(addresses) > 50


def test_organisation_can_be_drawn_or_typed() -> None:
    """組織図 has a frame to draw in; 組織表 has ten rows to type in instead."""
    assert [sheet.name for sheet in JIZEN.sheets if sheet.drawing] == ["組織図"]
    (table,) = (i for s in JIZEN.sheets for i in s.items if isinstance(i, Table))
    assert [row.key for row in table.rows] == [f"{n:02d}" for n in range(1, 11)]
    assert question(JIZEN, "own_position").options == ("○",)


# -- who is asked ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        ("自治体担当者", "(自治体担当者) ・所掌", "(関係団体)"),
        ("都道府県担当者", "(自治体担当者) ・所掌", "(関係団体)"),
        ("関係団体", "(関係団体) ・自治体との所掌", "(自治体担当者)"),
    ],
)
def test_each_role_gets_its_own_frame(role: str, own: str, other: str) -> None:
    """組織図 prints one frame: that of the role asked, under our heading or the original's."""
    for verbatim in (False, True):
        plan = plan_form(JIZEN, kind="市町村", role=role, fiscal_year=2026, verbatim=verbatim)
        chart = plan.sheet("chart").cells
        (area,) = (cell for cell in chart if cell.style is Style.DRAWING_AREA)
        (heading,) = (cell.text for cell in chart if cell.style is Style.SECTION)
        assert area.rect.bottom - area.rect.top > 20
        assert heading.startswith(own) is verbatim
        assert other not in heading
        assert ("自治体との" in heading) is (role == "関係団体")


def test_a_role_nobody_thought_of_can_draw_too() -> None:
    """Where no frame was made for a role, none is taken away."""
    plan = plan_form(JIZEN, kind="窓口", role="コーディネーター", fiscal_year=2026)
    frames = [c for c in plan.sheet("chart").cells if c.style is Style.DRAWING_AREA]
    assert len(frames) == 2


def printed_ids(form: Form, role: str, enabled: frozenset[str] = frozenset()) -> list[str]:
    asked = asked_form(form, kind=UnitKind.MUNICIPALITY, role=role, enabled=enabled)
    return [q.id for q in asked.questions()]


def test_numbers_of_municipalities_are_for_prefecture_staff_only() -> None:
    """Only prefecture staff see the numbers of cities, towns and villages, heading included."""
    own = {"cities", "towns", "villages", "municipalities"}
    assert own <= set(printed_ids(JIZEN, "都道府県担当者"))
    for role in ("自治体担当者", "関係団体"):
        assert not own & set(printed_ids(JIZEN, role))
    assert "構成市町村数" not in plan_texts(JIZEN)
    prefecture = plan_form(JIZEN, kind="個人", role="都道府県担当者", fiscal_year=2026)
    assert "構成市町村数" in str(prefecture.sheets)


def test_roles_are_those_of_the_roster() -> None:
    """A role named in a form is one that 名簿 offers."""
    assert {role for form in FORMS.values() for role in asked_roles(form)} == set(ROLES)
    named = {role for form in FORMS.values() for q in form.questions() for role in q.audience.roles}
    assert named == {"都道府県担当者"}


def test_optional_questions_are_off_until_switched_on() -> None:
    """当日検討したい場面, questions to others and requests are printed only when enabled, each by itself."""
    optional = {q.id for form in FORMS.values() for q in form.questions() if q.optional}
    assert optional == {"wish_first", "wish_second", "ask_others", "requests"}
    assert not optional & set(printed_ids(JIZEN, "自治体担当者"))
    for key in sorted(optional):
        shown = printed_ids(JIZEN, "自治体担当者", frozenset({key}))
        assert set(shown) & optional == {key}


def test_a_sheet_without_questions_is_not_printed() -> None:
    """「当日に向けて」 appears with its first optional question and not before."""

    def tabs(enabled: frozenset[str]) -> list[str]:
        asked = asked_form(JIZEN, kind="市町村", role="自治体担当者", enabled=enabled)
        return [sheet.name for sheet in asked.sheets]

    assert tabs(frozenset()) == ["様式1", "様式2", "組織図", "組織表"]
    assert tabs(frozenset({"requests"}))[-1] == "当日に向けて"


def test_optional_questions_keep_their_codes() -> None:
    """A question is printed with the same code whether or not its neighbours are switched on."""

    def code(*enabled: str) -> str:
        plan = plan_form(
            JIZEN,
            kind="市町村",
            role="自治体担当者",
            fiscal_year=2026,
            enabled=frozenset(enabled),
        )
        return plan.field("requests").code

    assert code("requests") == code("requests", "wish_first", "ask_others") == "J5-04"


# -- the catalogue of indicators ---------------------------------------------------------------


def indicators() -> list[dict[str, str]]:
    text = FILES["indicators/ver3-2020-08.tsv"].decode("utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def test_indicator_table_has_the_counts_of_the_original() -> None:
    """91 rows in two tables over four scenes, 53 of them marked ●, 81 distinct names."""
    rows = indicators()
    counts = {
        (table, scene): sum(r["table"] == table and r["scene"] == scene for r in rows)
        for table, scene in dict.fromkeys((r["table"], r["scene"]) for r in rows)
    }
    assert list(counts.values()) == [35, 9, 6, 6, 13, 10, 8, 4]
    assert len(rows) == 91 and sum(r["mieruka"] == "1" for r in rows) == 53
    assert len({r["name"] for r in rows}) == 81


def test_repeated_indicators_point_to_their_first_row() -> None:
    """`same_name_as` names the first row of the same name, and no other row is without it."""
    first: dict[str, str] = {}
    for row in indicators():
        assert row["same_name_as"] == first.get(row["name"], "")
        first.setdefault(row["name"], row["id"])


def test_indicator_choice_offers_each_name_once() -> None:
    """The drop-down of 指標名 holds the 81 distinct names and welcomes others."""
    choice = question(TOJITSU, "indicator")
    assert choice.options == tuple(dict.fromkeys(row["label"] for row in indicators()))
    assert len(choice.options) == 81 and choice.free_choice


def test_singles_and_tables_share_a_sheet_sensibly() -> None:
    """No official sheet mixes single questions with a matrix or table."""
    for form in FORMS.values():
        for sheet in form.sheets:
            kinds = {type(item) for item in sheet.items} & {Single, Matrix, Table}
            assert len(kinds) <= 1, sheet.name
