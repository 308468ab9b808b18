"""A small form with every kind of item, and its plan and slot values, for tests of what is issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.spec import (
    Column,
    DrawingBox,
    FieldKind,
    Form,
    Heading,
    Matrix,
    Need,
    Note,
    Question,
    Required,
    Share,
    Sheet,
    Single,
    Table,
    TableRow,
)

CREATED = datetime(2026, 9, 1, 9, 0, tzinfo=timezone(timedelta(hours=9)))

SCENES = (
    Column("daily", "日常の療養支援"),
    Column("discharge", "入退院支援"),
    Column("sudden", "急変時の対応"),
    Column("terminal", "看取り"),
)


def _single(id: str, kind: FieldKind, label: str, **more: object) -> Single:
    return Single(Question(id, kind, label, **more))  # type: ignore[arg-type]


def form() -> Form:
    """Form S: singles of every kind on ①, a drawing sheet, a matrix over the scenes, a table."""
    basic = Sheet(
        key="s1",
        name="様式１",
        title="様式１　組織と人口",
        lead=("自治体と地域の関係団体等との役割を把握する。",),
        items=(
            Heading("１　回答者"),
            _single("municipality", FieldKind.REFERENCE, "団体名", reference="unit.name"),
            _single(
                "name",
                FieldKind.TEXT,
                "氏名",
                required=Required(Need.ALWAYS),
                guide=16,
                personal=True,
            ),
            _single("entered_on", FieldKind.DATE, "記入日", example="令和8年10月1日"),
            Heading("２　現状"),
            Note("数は令和8年4月1日時点で御記入ください。"),
            _single(
                "population",
                FieldKind.INTEGER,
                "管内人口",
                number="(1)",
                unit="人",
                minimum=Decimal(0),
                maximum=Decimal(14_000_000),
                hint="住民基本台帳による人口",
            ),
            _single("ageing", FieldKind.PERCENT, "高齢化率", unit="％", decimals=1),
            _single(
                "desk",
                FieldKind.CHOICE,
                "相談窓口の形",
                options=("直営", "委託", "一部委託"),
                required=Required(Need.ALWAYS),
            ),
            _single(
                "strengths",
                FieldKind.LONG_TEXT,
                "(ア) 長所（良さ・強み）",
                guide=400,
                required=Required(Need.ALWAYS),
                share=Share.SHARED,
                hint="組織構成、取り組みなどから感じることを御記入ください。",
            ),
        ),
    )
    chart = Sheet(
        key="chart",
        name="組織図",
        title="組織図",
        drawing=Question("chart", FieldKind.TEXT, "組織図", hint="所掌の分担関係がわかるように"),
        drawing_boxes=(DrawingBox("（自治体担当者）"), DrawingBox("（関係団体）")),
    )
    scenes = Sheet(
        key="s2",
        name="様式２",
        title="様式２　４つの場面ごとの現状と課題",
        items=(
            Matrix(
                "scenes",
                SCENES,
                (
                    Question(
                        "not_yet",
                        FieldKind.CHOICE,
                        "まだ検討していない",
                        options=("まだ検討していない",),
                    ),
                    Question(
                        "purpose",
                        FieldKind.LONG_TEXT,
                        "めざすべき姿（目的）について記載ください。",
                        number="(1)",
                        guide=200,
                        required=Required(Need.UNLESS, "not_yet"),
                        share=Share.SHARED,
                    ),
                    Question(
                        "present",
                        FieldKind.LONG_TEXT,
                        "めざすべき姿（目的）に対する現状及び課題をご記載ください。",
                        number="(2)",
                        guide=200,
                    ),
                ),
            ),
        ),
    )
    organisation = Sheet(
        key="s3",
        name="組織表",
        title="組織表",
        items=(
            Table(
                "posts",
                "所掌の分担",
                (
                    Question("post", FieldKind.TEXT, "部署", required=Required(Need.ALWAYS)),
                    Question("duty", FieldKind.LONG_TEXT, "所掌", guide=60, width=24),
                    Question("staff", FieldKind.INTEGER, "職員数", unit="人"),
                ),
                tuple(TableRow(f"{number:02d}") for number in range(1, 5)),
                required_rows=1,
            ),
        ),
    )
    return Form(
        id="small",
        letter="S",
        version=1,
        title="事前課題",
        sheets=(basic, chart, scenes, organisation),
        purpose="研修で現状と課題を共有するためにお尋ねします。",
        individual=True,
        minutes=60,
    )


def plan() -> WorkbookPlan:
    return plan_form(form(), kind="municipality", role="自治体担当者", fiscal_year=2026)


SLOTS: Mapping[str, str] = {
    "ticket": "R0801-S-4F2C9A-102016-1-01-7K3M9QXA",
    "unit": "前橋市",
    "unit_id": "102016-1",
    "role": "自治体担当者",
    "covers": "前橋市",
    "deadline": "令和8年10月15日（木）",
    "return_to": "zaitaku@pref.example.jp",
    "contact": "群馬県 健康福祉課 在宅医療・介護連携担当　電話 027-000-0000",
    "document": "健福第100号",
    "issued_on": "令和8年9月1日",
    "prefecture": "群馬県",
    "round": "令和8年度 第1回",
    "area": "前橋",
    "health_office": "前橋市保健所",
}


def slots_for(names: frozenset[str]) -> dict[str, str]:
    """Values for exactly the slots a master has."""
    return {name: SLOTS[name] for name in names}
