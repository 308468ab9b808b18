"""Wide views come from the frozen plans alone: any form, every unit in every view, joint answers in each row."""

from collections import Counter
from dataclasses import replace

import small_form
from gunma_round import DESK, MAEBASHI, gunma_round, one_return
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.ledger import Status
from xlsx_pdca.spec import FieldKind, Form, Question, Sheet, Single
from xlsx_pdca.submission import State
from xlsx_pdca.summary import Place, UnitReturn, answers_of, codes_of
from xlsx_pdca.unit import Unit, UnitKind
from xlsx_pdca.views import JOINT, Shape, View, ViewCell, views_of

ROUND = gunma_round()
VIEWS = {view.key: view for view in views_of(ROUND)}


def test_the_official_forms_fall_out_of_their_structure() -> None:
    """Scenes, singles of a form in one row, tables, drawings and lists each get their sheet."""
    assert [view.name for view in VIEWS.values()] == [
        "日常の療養支援",
        "入退院支援",
        "急変時の対応",
        "看取り",
        "自治体の概況と長所・短所",
        "組織表",
        "組織図",
        "当日課題",
        "指標",
        "他市町村への質問一覧",
        "要望一覧",
    ]


def test_the_day_stands_in_one_row_from_purpose_to_indicator() -> None:
    """当日課題 is one row; who filled it in stands behind the answers."""
    titles = [column.title for column in VIEWS["tojitsu.s1"].columns]
    order = [
        "【目的】",
        "【現状把握】",
        "【現状分析】",
        "【課題抽出】",
        "短期目標",
        "【対応策】",
        "【効果確認】",
    ]
    places = [next(n for n, t in enumerate(titles) if word in t) for word in order]
    assert places == sorted(places)
    assert places[-1] < titles.index("所属（記入された方）")


def test_no_return_is_silently_missing() -> None:
    """Every unit asked stands in every sheet of its form, grey where nothing is in."""
    for view in VIEWS.values():
        if view.shape is Shape.LIST:
            continue
        asked = {r.unit for r in ROUND.returns if r.form == view.form and r.status != Status.EXEMPT}
        assert {row.unit.id for row in view.rows} == asked
        back = {r.unit for r in ROUND.returns if r.form == view.form and r.is_in}
        assert {row.unit.id for row in view.rows if not row.missing} == back
        assert (view.asked, view.returned) == (len(asked), len(back))


def test_lists_hold_answers_and_missing_returns() -> None:
    """要望一覧 has a row per wish and a row per missing return; a return without a wish has none."""
    view = VIEWS["list.要望一覧"]
    assert {row.unit.id for row in view.rows if row.missing} == {
        r.unit for r in ROUND.returns if r.form == "jizen" and not r.is_in
    }
    assert all(row.cells[1].text for row in view.rows if not row.missing)


def test_a_joint_answer_stands_in_every_row_it_covers() -> None:
    """Six municipalities show the desk's answer, marked, with a key of their own each."""
    rows = [row for row in VIEWS["jizen.scenes.daily"].rows if row.unit.id == DESK.id]
    assert {row.place.code for row in rows} == set(DESK.covers)
    assert all(row.who == f"{JOINT}：{DESK.name}" for row in rows)
    assert len({row.cells for row in rows}) == 1
    assert len({row.key for row in rows}) == 6


def test_keys_are_unique_and_rows_in_order() -> None:
    """A note's key names one row of one sheet; rows follow the codes, or the areas when asked."""
    keys = Counter(row.key for view in VIEWS.values() for row in view.rows)
    assert set(keys.values()) == {1}
    codes = [row.place.code for row in VIEWS["jizen.scenes.daily"].rows]
    assert codes == sorted(codes)
    by_area = views_of(replace(ROUND, by_area=True))[0]
    found = list(dict.fromkeys(row.place.area for row in by_area.rows))
    assert len(found) == len({row.place.area for row in by_area.rows}) < len(codes)


def test_every_answer_stands_in_some_view() -> None:
    """Text, state and place of each filled answer are found in the rows of its unit."""
    shown = {
        (row.unit.id, cell.text, row.file)
        for view in VIEWS.values()
        for row in view.rows
        for cell in row.cells
    }
    for returned in (r for r in ROUND.returns if r.is_in):
        plan = ROUND.plan_of(returned)
        for place, answer, _ in answers_of(plan, returned):
            is_date = plan.question_of(place).kind is FieldKind.DATE
            if answer.state is not State.BLANK and not is_date:
                assert (returned.unit, answer.value, returned.file) in shown


def one_question(kind: FieldKind, text: str) -> ViewCell:
    form = Form(
        "n", "N", 1, "様", (Sheet("one", "様式", "様式", (Single(Question("n", kind, "問")),)),)
    )
    return views_of(one_return(form, {("n", "", ""): text}))[0].rows[0].cells[0]


def test_days_and_fiscal_years_are_read_by_era() -> None:
    """A day and a fiscal year stand by 元号; what is neither stays as it was written."""
    assert one_question(FieldKind.DATE, "2026-11-22").text == "令和8年11月22日"
    assert one_question(FieldKind.DATE, "2019-04-30").text == "平成31年4月30日"
    assert one_question(FieldKind.FISCAL_YEAR, "2026").text == "令和8年度"
    assert one_question(FieldKind.DATE, "秋ごろ").text == "秋ごろ"
    assert one_question(FieldKind.TEXT, "2026-11-22").text == "2026-11-22"


def test_units_of_one_municipality_are_told_apart() -> None:
    """回答者 carries a unit's own name, and its number where the names are the same too; one unit needs neither."""
    society = Unit("102016-8", UnitKind.MUNICIPALITY, "前橋市医師会", "102016", ("102016",))
    twin = replace(MAEBASHI, id="102016-9")
    returns = (UnitReturn(u.id, "jizen", Status.MISSING) for u in (society, twin))
    doubled = replace(
        ROUND, units=(*ROUND.units, society, twin), returns=(*ROUND.returns, *returns)
    )
    who = {r.unit.id: r.who for r in views_of(doubled)[0].rows if r.place.code == "102016"}
    assert (
        len(set(who.values())) == len(who) == len([u for u in doubled.units if u.code == "102016"])
    )
    assert who["102016-8"].endswith("前橋市医師会")
    assert who["102016-9"].endswith("（102016-9）")
    alone = [r.who for r in VIEWS["jizen.scenes.daily"].rows if r.place.code == "102024"]
    assert alone == ["自治体担当者"]


def test_a_table_far_from_the_drawing_is_not_counted_beside_it() -> None:
    """組織図 counts the rows of 組織表, which stands behind it, and of no other table."""
    heads = [column.title for column in VIEWS["jizen.drawings"].columns]
    assert heads == ["組織図（図・写真の数）", "組織表（記入した行の数）"]
    plan = next(p for p in ROUND.plans.values() if p.form == "jizen")
    apart = replace(plan, sheets=tuple(sorted(plan.sheets, key=lambda s: s.name != "組織表")))
    plans = {k: apart if p is plan else p for k, p in ROUND.plans.items()}
    found = {v.key: v for v in views_of(replace(ROUND, plans=plans))}["jizen.drawings"]
    assert [column.title for column in found.columns] == ["組織図（図・写真の数）"]


def test_numbers_are_numbers_and_words_stay_words() -> None:
    """A number can be sorted; 「該当なし」 in its place stays a word."""
    question = Question("n", FieldKind.INTEGER, "人数")
    form = Form("n", "N", 1, "人数", (Sheet("one", "様式", "様式", (Single(question),)),))
    counted, said = (
        views_of(one_return(form, {("n", "", ""): text}))[0].rows[0].cells[0]
        for text in ("12", "該当なし")
    )
    assert (counted.number, counted.text) == (12, "12")
    assert (said.number, said.state) == (None, State.NONE)


def test_a_form_of_every_kind_needs_no_python() -> None:
    """The small form of all kinds gives views that hold all its answers."""
    form = small_form.form()
    plan = plan_form(form, kind="市町村", role=MAEBASHI.role, fiscal_year=2026)
    texts = {a.address: f"答{n}" for n, a in enumerate(plan.answers)}
    views = views_of(one_return(form, texts))
    shown = {cell.text for view in views for row in view.rows for cell in row.cells}
    assert set(texts.values()) <= shown
    assert len({view.name.lower() for view in views}) == len(views)


def test_a_unit_without_municipality_has_a_row() -> None:
    """A unit of no municipality stands under its own id, behind the municipalities."""
    person = Unit("P01-1", UnitKind.PERSON, "県医師会", area="全県")
    returns = (*ROUND.returns, UnitReturn(person.id, "jizen", Status.MISSING))
    views = views_of(replace(ROUND, units=(*ROUND.units, person), returns=returns))
    assert views[0].rows[-1].place == Place("P01-1", "県医師会", "全県")
    assert views[0].rows[-1].missing


def test_tabs_are_legal() -> None:
    """A heading with signs Excel forbids, or a long one, still makes a tab."""
    question = Question("q", FieldKind.TEXT, "問")
    sheet = Sheet("one", "様式", "a/b:c?　[見出し]", (Single(question),))
    other = replace(sheet, key="two", items=(Single(replace(question, id="r")),))
    form = Form("x", "X", 1, "x/" + "長" * 40, (sheet, other))
    names = [view.name for view in views_of(one_return(form, {}))]
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_views_follow_codes_of_units() -> None:
    """Each row stands under a municipality its unit answers for."""
    view: View
    for view in VIEWS.values():
        assert all(row.place.code in codes_of(row.unit) for row in view.rows)
