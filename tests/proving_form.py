"""A form that is all rules: every kind of question with every kind of condition, many rows of it, for tests of the marks."""

from __future__ import annotations

from decimal import Decimal

from xlsx_pdca.spec import (
    Column,
    FieldKind,
    Form,
    Matrix,
    Need,
    Question,
    Required,
    Sheet,
    Single,
    Table,
    TableRow,
)

ALWAYS = Required(Need.ALWAYS)
WAYS = ("直営", "委託", "一部委託", "A型", "0", "1-2", "その他（*）")


def form(rows: int = 16) -> Form:
    """Form P: numbers with and without limits, choices, and answers required by what another answer says."""
    numbers = (
        Question("people", FieldKind.INTEGER, "人数", unit="人", required=ALWAYS, minimum=Decimal(0), maximum=Decimal(1000)),
        Question("places", FieldKind.DECIMAL, "か所", unit="か所", decimals=2, minimum=Decimal("-1.5"), maximum=Decimal("99.5")),
        Question("share", FieldKind.PERCENT, "割合", unit="％", decimals=1, minimum=Decimal(0), maximum=Decimal(100)),
        Question("free", FieldKind.DECIMAL, "数", unit="回/月", decimals=1),
        Question("least", FieldKind.INTEGER, "以上", minimum=Decimal(5)),
        Question("most", FieldKind.INTEGER, "以下", maximum=Decimal(5), unit="人月"),
    )  # fmt: skip
    choices = (
        Question("way", FieldKind.CHOICE, "方法", options=WAYS, required=ALWAYS),
        Question("other_way", FieldKind.CHOICE, "方法（自由）", options=WAYS, free_choice=True),
        Question("ways", FieldKind.MULTIPLE_CHOICE, "方法（複数）", options=WAYS),
        Question("trustee", FieldKind.TEXT, "委託先", guide=20, required=Required(Need.IF, "way", ("委託", "一部委託", "A型"))),
        Question("reason", FieldKind.TEXT, "理由", guide=20, required=Required(Need.UNLESS, "trustee")),
        Question("day", FieldKind.DATE, "日", required=ALWAYS),
        Question("year", FieldKind.FISCAL_YEAR, "年度"),
    )  # fmt: skip
    keys = tuple(TableRow(f"{number:02d}") for number in range(1, rows + 1))
    return Form(
        id="proving",
        letter="P",
        version=1,
        title="試験用の様式",
        sheets=(
            Sheet(key="n1", name="数", title="数", items=(Table("numbers", "数", numbers, keys, required_rows=rows // 2),)),
            Sheet(key="c1", name="選択 (1)", title="選択", items=(Table("choices", "選択", choices, keys, required_rows=rows - 2),)),
            Sheet(key="m1", name="場面's", title="場面", items=(Matrix("scenes", (Column("one", "場面一"), Column("two", "場面二")), _scene_questions()),)),
            Sheet(key="z1", name="単独", title="単独", items=tuple(Single(q) for q in _single_questions())),
        ),
    )  # fmt: skip


def _scene_questions() -> tuple[Question, ...]:
    return (
        Question("tick", FieldKind.CHOICE, "まだ検討していない", options=("○",)),
        Question("aim", FieldKind.LONG_TEXT, "姿", guide=100, required=Required(Need.UNLESS, "tick")),
        Question("count", FieldKind.INTEGER, "件数", required=Required(Need.IF, "tick", ("○",)), minimum=Decimal(1)),
    )  # fmt: skip


def _single_questions() -> tuple[Question, ...]:
    return (
        Question("name", FieldKind.TEXT, "氏名", guide=10, required=ALWAYS),
        Question("essay", FieldKind.LONG_TEXT, "考え", guide=1200, required=ALWAYS),
        Question("yes", FieldKind.CHOICE, "有無", options=("有", "無"), required=ALWAYS),
        Question("if_yes", FieldKind.PERCENT, "有のとき", required=Required(Need.IF, "yes", ("有",))),
        Question("if_not", FieldKind.LONG_TEXT, "有のとき以外", guide=50, required=Required(Need.UNLESS, "if_yes")),
    )  # fmt: skip
