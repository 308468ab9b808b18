"""A whole invented round of Gunma's 35 municipalities as input of the summary: no file, no clock, one seed."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

from xlsx_pdca.cells import a1
from xlsx_pdca.event import JST
from xlsx_pdca.findings import Finding
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.ledger import Status
from xlsx_pdca.plan import AnswerPlan, FieldPlan, WorkbookPlan, question_id
from xlsx_pdca.spec import (
    Column,
    FieldKind,
    Form,
    Heading,
    Matrix,
    Question,
    Share,
    Sheet,
    Single,
    Table,
    TableRow,
)
from xlsx_pdca.submission import Answer, Reading, State
from xlsx_pdca.summary import (
    ArrivalLine,
    ContactLine,
    Entry,
    Place,
    SummaryInput,
    UnitReturn,
)
from xlsx_pdca.unit import Unit, UnitKind

AS_OF = datetime(2026, 10, 20, 9, 30, tzinfo=JST)
DEADLINE = date(2026, 10, 15)

_PLACES = """
102016 前橋市 前橋 前橋市保健所
102024 高崎市 高崎・安中 高崎市保健所
102032 桐生市 桐生 桐生保健福祉事務所
102041 伊勢崎市 伊勢崎 伊勢崎保健福祉事務所
102059 太田市 太田・館林 太田保健福祉事務所
102067 沼田市 沼田 利根沼田保健福祉事務所
102075 館林市 太田・館林 館林保健福祉事務所
102083 渋川市 渋川 渋川保健福祉事務所
102091 藤岡市 藤岡 藤岡保健福祉事務所
102105 富岡市 富岡 富岡保健福祉事務所
102113 安中市 高崎・安中 安中保健福祉事務所
102121 みどり市 桐生 桐生保健福祉事務所
103446 榛東村 渋川 渋川保健福祉事務所
103454 吉岡町 渋川 渋川保健福祉事務所
103667 上野村 藤岡 藤岡保健福祉事務所
103675 神流町 藤岡 藤岡保健福祉事務所
103829 下仁田町 富岡 富岡保健福祉事務所
103837 南牧村 富岡 富岡保健福祉事務所
103845 甘楽町 富岡 富岡保健福祉事務所
104213 中之条町 吾妻 吾妻保健福祉事務所
104248 長野原町 吾妻 吾妻保健福祉事務所
104256 嬬恋村 吾妻 吾妻保健福祉事務所
104264 草津町 吾妻 吾妻保健福祉事務所
104281 高山村 吾妻 吾妻保健福祉事務所
104299 東吾妻町 吾妻 吾妻保健福祉事務所
104434 片品村 沼田 利根沼田保健福祉事務所
104442 川場村 沼田 利根沼田保健福祉事務所
104485 昭和村 沼田 利根沼田保健福祉事務所
104493 みなかみ町 沼田 利根沼田保健福祉事務所
104647 玉村町 伊勢崎 伊勢崎保健福祉事務所
105210 板倉町 太田・館林 館林保健福祉事務所
105228 明和町 太田・館林 館林保健福祉事務所
105236 千代田町 太田・館林 館林保健福祉事務所
105244 大泉町 太田・館林 館林保健福祉事務所
105252 邑楽町 太田・館林 館林保健福祉事務所
"""
PLACES = tuple(Place(*line.split()) for line in _PLACES.split("\n") if line)
TATEBAYASHI = ("102075", "105210", "105228", "105236", "105244", "105252")
JOINT = "TATEO-1"

SCENES = (
    Column("daily", "日常の療養支援"),
    Column("discharge", "入退院支援"),
    Column("sudden", "急変時の対応"),
    Column("endoflife", "看取り"),
)


def _q(key: str, label: str, kind: FieldKind = FieldKind.LONG_TEXT, **more: object) -> Question:
    guide = 200 if kind is FieldKind.LONG_TEXT else 0
    return Question(key, kind, label, guide=guide, **more)  # type: ignore[arg-type]


BEFORE = Form(
    "jizen",
    "J",
    1,
    "事前課題",
    (
        Sheet(
            "who",
            "回答者",
            "回答者",
            (
                Single(_q("section", "所属", FieldKind.TEXT)),
                Single(_q("person", "氏名", FieldKind.TEXT, personal=True)),
                Single(_q("filled_on", "記入日", FieldKind.DATE)),
            ),
        ),
        Sheet(
            "before1",
            "様式1",
            "事前課題①　役割及び活用①",
            (
                Heading("組織"),
                Single(_q("population", "管内人口", FieldKind.INTEGER, unit="人")),
                Single(_q("ageing", "高齢化率", FieldKind.PERCENT, unit="%", decimals=1)),
                Heading("長所短所"),
                Single(_q("strengths", "長所（良さ・強み）", number="(ア)", share=Share.SHARED)),
                Single(_q("weaknesses", "短所（違和感、難しい部分、課題など）", number="(イ)")),
                Single(
                    _q(
                        "needs",
                        "上記の長所・短所をふまえ、今後より在宅医療・介護連携推進事業を進めるためには、組織にはどのような取り組みが求められると思いますか。",
                    )
                ),
                Heading("組織表"),
                Table(
                    "organisation",
                    "組織表",
                    (
                        _q("unit", "部署", FieldKind.TEXT),
                        _q("duty", "所掌"),
                        _q("mine", "自分の位置", FieldKind.CHOICE, options=("○",)),
                    ),
                    tuple(TableRow(f"{n:02d}") for n in range(1, 6)),
                ),
            ),
        ),
        Sheet(
            "chart",
            "組織図",
            "組織図",
            drawing=Question("chart", FieldKind.TEXT, "組織図"),
            drawing_boxes=(Heading("自治体担当者"), Heading("関係団体")),
        ),
        Sheet(
            "before2",
            "様式2",
            "事前課題②　4つの場面ごとの現状と課題",
            (
                Matrix(
                    "scenes",
                    SCENES,
                    (
                        _q(
                            "ideal",
                            "めざすべき姿（目的）について記載ください。",
                            number="(1)",
                            share=Share.SHARED,
                        ),
                        _q(
                            "present",
                            "めざすべき姿（目的）に対する現状及び課題をご記載ください。",
                            number="(2)",
                        ),
                        _q(
                            "efforts",
                            "めざすべき姿（目的）に対して、どのような取り組みを行っていますか。",
                            number="(3)",
                        ),
                        _q("solutions", "上記の課題に係る解決策は何だと思いますか。", number="(4)"),
                    ),
                ),
                Heading("当日に向けて"),
                Single(_q("wish_others", "他市町村に聞いてみたいこと", gather="要望一覧")),
                Single(_q("wish_prefecture", "県・保健所への要望", gather="要望一覧")),
            ),
        ),
    ),
)

ON_DAY = Form(
    "tojitsu",
    "T",
    1,
    "当日課題",
    (
        Sheet(
            "day1",
            "様式1",
            "当日課題①",
            (
                Single(
                    _q(
                        "scene",
                        "選択したテーマ（場面）",
                        FieldKind.CHOICE,
                        options=tuple(c.label for c in SCENES),
                    )
                ),
                Single(
                    _q(
                        "purpose",
                        "【目的】 めざすべき姿（目的）について記載ください。",
                        number="(1)",
                    )
                ),
                Single(
                    _q(
                        "present",
                        "【現状把握】 めざすべき姿（目的）に対する現状を記載ください。",
                        number="(2)",
                    )
                ),
                Single(
                    _q(
                        "gap",
                        "【現状分析】 めざすべき姿（目的）と現状の乖離は何ですか。",
                        number="(3)",
                    )
                ),
                Single(
                    _q(
                        "cause",
                        "【課題抽出】 めざすべき姿（目的）と現状の乖離している原因（課題）は何ですか。",
                        number="(4)",
                    )
                ),
            ),
        ),
        Sheet(
            "day2",
            "様式2",
            "当日課題②",
            (
                Single(_q("goal_short", "【目標設定】（短期目標）", number="(5)")),
                Single(_q("goal_long", "【目標設定】（長期目標）", number="(5)")),
                Single(
                    _q(
                        "measures",
                        "【対応策】 (4) の課題を解決し、(5) の目標を達成するために何を実施すべきですか。",
                        number="(6)",
                    )
                ),
                Single(
                    _q(
                        "check",
                        "【効果確認】 (5) の達成状況を確認する為の指標は何ですか。",
                        number="(7)",
                        gather="指標",
                    )
                ),
            ),
        ),
    ),
)

SENTENCES = (
    "医療と介護の両方を必要とする高齢者が、住み慣れた地域で自分らしい暮らしを人生の最期まで続けられるよう、関係者が日頃から情報を共有している。",
    "訪問診療を行う診療所が{n}か所に限られ、夜間・休日の対応は特定の医師に負担が偏っている。",
    "・多職種連携会議を年{n}回開催（医師会、歯科医師会、薬剤師会、ケアマネジャー、訪問看護ほか）\n・退院調整ルールの見直し\n・住民向け講座（参加者{m}人）",
    "入院時情報提供シートの提出率は{m}%。病院側の窓口が分かりにくいとの声があり、地域連携室との定例の意見交換の場が必要である。",
    "エンディングノート「わたしの思い」を{m}冊配布。人生会議（ACP）という言葉の認知度はまだ低い。",
    "在宅医療介護連携支援センターのコーディネーターが月平均{n}件の相談に対応し、困難事例は個別に訪問している。",
    "救急搬送時に本人の意思が確認できず、望まない搬送につながる例がある。救急隊と在宅医との情報共有の仕組みを検討したい。",
    "担当者の異動が多く、事業の経緯が引き継がれにくい。保健福祉事務所と一緒に年度当初の打合せを行いたい。",
    "地域包括支援センター{n}か所と連携し、ケアマネジャー向けの研修会（事例検討）を隔月で開催している。",
    "冬期は積雪により訪問が難しくなる地区があり、ICTを用いた情報共有とオンライン診療の活用を検討している。",
    "看取りに対応できる施設が管内に{n}か所しかなく、施設職員の不安も大きいため、看取り研修を医師会と共催する。",
    "特になし",
)
LONG = "".join(
    f"{n}．" + SENTENCES[n % 11].format(n=n + 3, m=10 * n + 21) + "\n" for n in range(1, 16)
)
"""About 1,000 characters with line ends, well over every guide length."""
ODD = (
    "=SUM(A1:A3)のように始まる回答",
    "-訪問看護の充実",
    "1-2",
    "001",
    "@担当者へ",
    "𠮷井地区・髙﨑地区 🙂 の取組",
    "_x000D_という文字",
    "  前後に空白  ",
    "http://example.jp/ を参照",
)


@cache
def plans() -> dict[str, WorkbookPlan]:
    """Frozen plans of both forms by digest."""
    made = (
        plan_form(f, kind="市町村", role="自治体担当者", fiscal_year=2026) for f in (BEFORE, ON_DAY)
    )
    return {plan.digest: plan for plan in made}


def units() -> tuple[Unit, ...]:
    """One unit per municipality, six of them as one desk, and a second respondent in Maebashi."""
    found = [
        Unit(
            id=f"{p.code}-1",
            name=p.name,
            kind=UnitKind.MUNICIPALITY,
            code=p.code,
            covers=(p.code,),
            role="自治体担当者",
            contact_person=f"{p.name[:2]}　太郎",
            telephone=f"0270-00-{n:04d}",
        )
        for n, p in enumerate(PLACES, 1)
        if p.code not in TATEBAYASHI
    ]
    second = replace(found[0], id="102016-2", name="前橋市（関係団体）", role="関係団体")
    desk = Unit(
        id=JOINT,
        name="在宅医療介護連携相談センターたておう",
        kind=UnitKind.DESK,
        covers=TATEBAYASHI,
        role="相談窓口",
        telephone="0276-00-0000",
    )
    return (found[0], second, *found[1:], desk)


def gunma_round(seed: int = 8) -> SummaryInput:
    """The round with late, missing, exempt, held, joint, proxy, blank, long and odd answers."""
    chance = random.Random(seed)
    returns = tuple(
        _return(unit, plan, digest, n, chance)
        for digest, plan in plans().items()
        for n, unit in enumerate(units())
        if plan.form == "jizen" or unit.id != "102016-2"
    )
    return SummaryInput(
        round="R0801",
        round_name="令和8年度 第1回",
        as_of=AS_OF,
        places=PLACES,
        units=units(),
        plans=plans(),
        returns=returns,
        arrivals=tuple(_arrival(r) for r in returns if r.received_at),
        contacts=(
            ContactLine(
                datetime(2026, 10, 16, 10, 5, tzinfo=JST),
                "103837-1",
                "電話",
                "県 佐藤",
                "不在。折り返しを依頼。",
            ),
            ContactLine(
                datetime(2026, 10, 19, 14, 0, tzinfo=JST),
                "103837-1",
                "電話",
                "県 佐藤",
                "本日中に送付予定とのこと。",
            ),
        ),
    )


_STATUS = (Status.ACCEPTED, Status.ACCEPTED, Status.RECEIVED, Status.ACCEPTED, Status.ASKED)
_OUT = {"103837-1": Status.MISSING, "104281-1": Status.MISSING, "104442-1": Status.EXTENDED}


def _return(
    unit: Unit, plan: WorkbookPlan, digest: str, n: int, chance: random.Random
) -> UnitReturn:
    asked = UnitReturn(unit.id, plan.form, Status.MISSING, plan=digest, deadline=DEADLINE)
    if unit.id == "103667-1" and plan.form == "tojitsu":
        return replace(asked, status=Status.EXEMPT)
    if unit.id in _OUT:
        return replace(asked, status=_OUT[unit.id])
    if plan.form == "tojitsu" and n % 3 == 1:
        return replace(asked, status=Status.SENT)
    at = datetime(2026, 10, 1, 9, tzinfo=JST) + timedelta(hours=chance.randrange(24 * 18))
    name = f"{unit.id}_{unit.name.replace('（', '').replace('）', '')}_{plan.title}.xlsx"
    back = replace(
        asked,
        status=_STATUS[n % len(_STATUS)],
        submission=1 + (n % 7 == 3),
        received_at=at,
        file=f"50_受領済/{plan.title}/{name}",
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        reading=_reading(unit, plan, n, chance),
    )
    back = replace(back, findings=back.reading.findings if back.reading else ())
    if n == 8:
        proxy = "10月14日のファクシミリ（原本は収受簿）"
        back = replace(back, entry=Entry.PROXY, entered_by="県 佐藤", entered_at=at, evidence=proxy)
    return replace(back, held=unit.id == "104434-1" and plan.form == "tojitsu")


def _reading(unit: Unit, plan: WorkbookPlan, n: int, chance: random.Random) -> Reading:
    rules = {f.field: f for f in plan.fields}
    answers = []
    for k, place in enumerate(plan.answers):
        text = _text(place, rules[question_id(place)], unit, n, k, chance)
        answers.append(answer_at(plan, place, text))
    findings = (
        (
            Finding(
                "ANS01",
                sheet="様式2",
                cell="E7",
                field="ideal",
                context=(("label", "(1) めざすべき姿"),),
            ),
        )
        if n % 5 == 4
        else ()
    )
    drawings = (("組織図", n % 3),) if plan.drawing_sheets else ()
    return Reading(tuple(answers), findings, drawings=drawings)


def answer_at(plan: WorkbookPlan, place: AnswerPlan, text: str) -> Answer:
    """The answer as the reader gives it, standing where the plan put it."""
    states = {"": State.BLANK, "0": State.ZERO, "該当なし": State.NONE}
    return Answer(
        place.field,
        place.column,
        place.row,
        raw=text,
        value=text,
        state=states.get(text, State.FILLED),
        sheet=plan.sheet(place.sheet).name,
        cell=a1(place.rect.top, place.rect.left),
    )


def _text(
    place: AnswerPlan, rule: FieldPlan, unit: Unit, n: int, k: int, chance: random.Random
) -> str:
    match rule.kind:
        case FieldKind.INTEGER:
            return str(1_000 + chance.randrange(300_000))
        case FieldKind.PERCENT:
            return f"{chance.randrange(240, 480) / 10}"
        case FieldKind.DATE:
            return f"2026-10-{chance.randrange(1, 15):02d}"
        case FieldKind.CHOICE:
            return chance.choice(rule.options)
        case FieldKind.TEXT:
            return chance.choice(
                ("健康福祉部 長寿社会課", "高齢福祉課 地域包括ケア係", "保健福祉課")
            )
    if place.row > "03" or chance.random() < 0.12 or (rule.gather == "要望一覧" and n % 3):
        return ""
    if unit.id == "102024-1" and place.column == "daily" and rule.field == "present":
        return LONG
    if unit.id == "102041-1" and k < 30:
        return ODD[k % len(ODD)]
    count = 1 if place.row else 1 + (chance.random() < 0.45)
    picked = chance.sample(SENTENCES[:11], count)
    return "\n".join(s.format(n=chance.randrange(2, 9), m=chance.randrange(12, 96)) for s in picked)


def _arrival(returned: UnitReturn) -> ArrivalLine:
    assert returned.received_at
    return ArrivalLine(
        received_at=returned.received_at,
        name=returned.file.rpartition("/")[2],
        sha256=returned.sha256,
        outcome="提出として受付" if not returned.held else "保留（県で確認）",
        unit=returned.unit,
        form=returned.form,
        submission=returned.submission,
        source="40_届いたファイル",
        file=returned.file,
        size=41_000 + len(returned.file),
    )
