"""Form → plan: anchors, locked rows between answers, stable codes, and the frozen JSON."""

from dataclasses import replace
from itertools import combinations

import pytest

from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.layout.formulas import HAS_LIST, MARK_MISSING
from xlsx_pdca.layout.start import NOTHING_REQUIRED
from xlsx_pdca.plan import Style, WorkbookPlan, filled
from xlsx_pdca.spec import (
    Audience,
    Column,
    FieldKind,
    Form,
    Heading,
    Matrix,
    Need,
    Note,
    Question,
    Required,
    Sheet,
    Single,
    Table,
    TableRow,
    field_addresses,
)
from xlsx_pdca.unit import ROLES

ALWAYS = Required(Need.ALWAYS)
SHIPPED = load_forms(read_form_files(templates_folder()))


def text(key: str, label: str, **more: object) -> Question:
    return Question(key, FieldKind.LONG_TEXT, label, guide=200, **more)  # type: ignore[arg-type]


SCENES = (Column("daily", "日常の療養支援"), Column("endoflife", "看取り"))
FORM = Form(
    "trial",
    "X",
    1,
    "試行",
    (
        Sheet(
            "one",
            "様式1",
            "様式1",
            (
                Heading("長所と短所"),
                Single(text("strengths", "長所", required=ALWAYS)),
                Single(
                    Question(
                        "towns",
                        FieldKind.INTEGER,
                        "町の数",
                        audience=Audience(roles=frozenset({"県"})),
                    )
                ),
                Single(text("asking", "聞いてみたいこと", optional=True)),
                Note("注"),
                Single(text("weaknesses", "短所", example="例えば{年度+2}まで")),
            ),
        ),
        Sheet(
            "two",
            "様式2",
            "様式2",
            (
                Matrix(
                    "scenes",
                    SCENES,
                    (
                        Question("none", FieldKind.CHOICE, "まだ検討していない", options=("○",)),
                        text("vision", "めざすべき姿", required=Required(Need.UNLESS, "none")),
                    ),
                ),
                Single(Question("date", FieldKind.DATE, "記入日", required=ALWAYS)),
            ),
        ),
        Sheet(
            "three",
            "様式3",
            "様式3",
            (
                Table(
                    "duties",
                    "分担",
                    (
                        Question("who", FieldKind.TEXT, "部署", required=ALWAYS),
                        text("what", "所掌"),
                    ),
                    tuple(TableRow(f"{n:02d}") for n in (1, 2, 4)),
                    required_rows=1,
                ),
            ),
        ),
    ),
)


_OPTIONAL = (Single(text("asking", "聞いてみたいこと")),)


def plan(**more: object) -> WorkbookPlan:
    options: dict[str, object] = {
        "kind": "市町村",
        "role": "自治体担当者",
        "fiscal_year": 2026,
        **more,
    }
    return plan_form(FORM, **options)  # type: ignore[arg-type]


def codes_of(made: WorkbookPlan) -> dict[str, str]:
    return {field.field: field.code for field in made.fields}


def test_every_address_has_one_rectangle_of_its_own() -> None:
    """The answers of the plan are exactly the addresses of the form, and no two rectangles touch."""
    made = plan(role="県", enabled=frozenset({"asking"}))
    assert [a.address for a in made.answers] == list(field_addresses(FORM))
    for one, other in combinations(made.answers, 2):
        assert one.sheet != other.sheet or not one.rect.overlaps(other.rect)


def test_locked_row_and_column_stand_between_answers() -> None:
    """Two answers of a sheet never stand side by side or one below the other without a locked cell between."""
    for one, other in combinations(plan().answers, 2):
        if one.sheet == other.sheet:
            wider = replace(
                one.rect,
                top=one.rect.top - 1,
                bottom=one.rect.bottom + 1,
                left=one.rect.left - 1,
                right=one.rect.right + 1,
            )
            assert not wider.overlaps(other.rect), (one.address, other.address)


def test_anchors_are_locked_cells_with_the_printed_texts() -> None:
    """Each answer's row and column anchors hold its code and header, and their names point there."""
    made = plan()
    texts = {(s.key, c.rect.top, c.rect.left): c.text for s in made.sheets for c in s.cells}
    names = {n.name: (n.sheet, n.rect) for n in made.names}
    for answer in made.answers:
        assert texts[answer.sheet, answer.code_cell.top, answer.code_cell.left] == answer.code
        assert texts[answer.sheet, answer.header_cell.top, answer.header_cell.left] == answer.header
        assert names[answer.row_name] == (answer.sheet, answer.code_cell)
        assert names[answer.col_name] == (answer.sheet, answer.header_cell)
        assert answer.code_cell.top == answer.rect.top
        assert answer.header_cell.left == answer.rect.left


def test_names_differ_without_regard_to_case() -> None:
    """All defined names are unique when case is ignored."""
    names = [n.name.lower() for n in plan().names]
    assert len(names) == len(set(names))


def test_codes_do_not_depend_on_who_is_asked() -> None:
    """A question keeps its printed code whether or not others are asked of this unit."""
    few, many = codes_of(plan()), codes_of(plan(role="県", enabled=frozenset({"asking"})))
    assert set(few) < set(many)
    assert all(many[key] == code for key, code in few.items())
    assert few["weaknesses"] == "X1-04"


def test_table_rows_keep_their_gaps() -> None:
    """Rows 01, 02, 04 print as such; only the first must be filled."""
    rows = [
        (a.code, a.required) for a in plan().answers if a.field == "duties" and a.column == "who"
    ]
    assert rows == [("X3-01-01", True), ("X3-01-02", False), ("X3-01-04", False)]


def test_a_parted_table_repeats_its_head_on_every_page() -> None:
    """Pages repeat the head of the questions above a table; where one begins in the table, its own head stands on top."""
    rows = tuple(TableRow(f"{n:02d}") for n in range(1, 41))
    table = replace(FORM.sheets[2].items[0], rows=rows)
    date = Single(Question("date", FieldKind.DATE, "記入日"))
    for items, wanted in (((date, table), 2), ((table,), 0)):
        sheet = replace(FORM.sheets[2], items=items)
        made = plan_form(replace(FORM, sheets=(sheet,)), kind="", role="", fiscal_year=2026)
        laid = made.sheet("three")
        assert laid.printing is not None
        assert len(laid.printing.breaks) >= 2
        heads = {c.rect.top for c in laid.cells if c.style is Style.HEAD and c.text == "（部署）"}
        assert heads == {end + 1 for end in laid.printing.breaks if wanted}
        assert [a.header for a in made.answers].count("部署") == len(rows)


def test_what_must_be_filled_has_a_bar_at_its_left() -> None:
    """The bar beside an answer is ruled by its mark; an answer nobody must give has none."""
    made = plan()
    for answer in made.answers:
        bars = [
            h
            for h in made.sheet(answer.sheet).highlights
            if h.look == "bar" and h.rect.contains(answer.rect.top, answer.rect.left - 1)
        ]
        assert answer.mark_cell is not None
        assert len(bars) == answer.required
        assert all(bar.formula.startswith(answer.mark_cell.absolute) for bar in bars)


def test_a_list_is_announced_below_its_empty_cell() -> None:
    """Programs show the arrow of a list only in the chosen cell; the form says it under every one."""
    made = plan()
    shown = {
        (s.key, c.rect.top, c.rect.left): c.cached or c.text for s in made.sheets for c in s.cells
    }
    for answer in made.answers:
        below = shown.get((answer.sheet, answer.rect.bottom + 1, answer.rect.left), "")
        assert (below == HAS_LIST) is (answer.field == "none")


def test_a_date_has_an_example_beside_it() -> None:
    """Where the form gives no example, the year of the round is used in one."""
    shown = [c.text for c in plan().sheet("two").cells if c.style is Style.HINT]
    assert "例：令和8年10月1日" in shown


@pytest.mark.parametrize(("key", "marks"), [("one", 1), ("two", 3), ("three", 1)])
def test_untouched_form_counts_its_required_answers(key: str, marks: int) -> None:
    """The cached marks of the untouched form are the required answers, conditional ones included."""
    sheet = plan().sheet(key)
    assert sum(c.cached == MARK_MISSING for c in sheet.cells if c.style is Style.MARK) == marks


def test_start_says_in_one_sentence_what_is_left() -> None:
    """The untouched form counts what must be filled; where nothing must be, it says so."""
    optional = replace(FORM, sheets=(replace(FORM.sheets[0], items=(Note("注"), *_OPTIONAL)),))
    free = plan_form(optional, kind="", role="", fiscal_year=2026)
    (left,) = (c for c in plan().sheet("start").cells if c.style is Style.VERDICT)
    assert left.cached == 5
    start = free.sheet("start").cells
    assert not [c for c in start if c.style is Style.VERDICT]
    assert NOTHING_REQUIRED in {c.text for c in start}


def test_years_follow_the_round() -> None:
    """Examples show years of this round's fiscal year."""
    shown = [c.text for s in plan().sheets for c in s.cells if "例えば" in c.text]
    assert shown == ["例：例えば令和10年度まで"]


def test_tall_answers_take_a_block_of_rows() -> None:
    """An answer taller than a row may be is given several rows, all within Excel's limit."""
    long = replace(FORM.sheets[0], items=(Single(replace(text("essay", "作文"), guide=9000)),))
    made = plan_form(replace(FORM, sheets=(long,)), kind="市町村", role="", fiscal_year=2026)
    rect = made.answers[0].rect
    assert rect.bottom > rect.top
    assert max(h for s in made.sheets for h in s.heights) <= 409


def test_plan_survives_its_json() -> None:
    """The canonical JSON gives back an equal plan, twice the same bytes, and an edition of six hex digits."""
    made = plan()
    again = WorkbookPlan.from_json(made.to_json())
    assert again == made
    assert again.to_json() == made.to_json()
    assert made.edition == made.digest[:6].upper()


def test_verbatim_edition_differs() -> None:
    """原文どおり is another edition only where an original text exists."""
    original = replace(
        FORM.sheets[0], items=(Single(text("strengths", "長所", source="長所 (良さ)")),)
    )
    form = replace(FORM, sheets=(original,))
    mended, verbatim = (
        plan_form(form, kind="", role="", fiscal_year=2026, verbatim=flag) for flag in (False, True)
    )
    assert (mended.fields[0].label, verbatim.fields[0].label) == ("長所", "長所 (良さ)")
    assert mended.edition != verbatim.edition


def test_slot_without_value_is_our_bug() -> None:
    """Filling a text refuses to leave a slot open."""
    assert filled("整理番号 ⟦ticket⟧", {"ticket": "R0801"}) == "整理番号 R0801"
    with pytest.raises(KeyError):
        filled("整理番号 ⟦ticket⟧", {})


def test_a_short_section_stands_on_one_page() -> None:
    """A heading whose few answers fit below it is not parted from them; a long section may be."""

    def numbers(heading: str, count: int) -> tuple[Heading | Single, ...]:
        keys = (f"{heading}_{number}" for number in range(count))
        return (Heading(heading), *(Single(Question(k, FieldKind.INTEGER, k)) for k in keys))

    for before in range(1, 14):
        items = (*numbers("above", before), *numbers("short", 4), *numbers("long", 30))
        form = replace(FORM, sheets=(replace(FORM.sheets[0], items=items),))
        sheet = plan_form(form, kind="", role="", fiscal_year=2026).sheet("one")
        assert sheet.printing is not None
        first = {c.text: c.rect.top for c in sheet.cells if c.style in (Style.SECTION, Style.LABEL)}
        ends = sheet.printing.breaks
        assert not [end for end in ends if first["short"] <= end < first["short_3"]]
        assert [end for end in ends if first["long"] < end < first["long_29"]]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("form", SHIPPED.values(), ids=lambda form: form.id)
def test_start_is_one_page_and_says_how_to_paste(form: Form, role: str) -> None:
    """はじめに of the official forms, all questions switched on, is one page, with the advice on pasting."""
    enabled = frozenset(q.id for q in form.questions() if q.optional)
    for verbatim in (False, True):
        start = plan_form(
            form, kind="市町村", role=role, fiscal_year=2026, enabled=enabled, verbatim=verbatim
        ).sheet("start")
        assert start.printing is not None
        assert start.printing.breaks == ()
        texts = {cell.text for cell in start.cells}
        assert any("「値の貼り付け」" in text and "ダブルクリック" in text for text in texts)
        asked = {q.share.printed for q in form.questions() if q.kind.is_answered}
        assert asked <= texts
        assert ("上記を他者に伝えられる様に整理・確認する。" in str(texts)) is (
            verbatim and form.id == "jizen"
        )
