"""A whole invented round of Gunma's 35 municipalities as input of the summary: no file, no clock, one seed."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

from xlsx_pdca.cells import a1
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.definitions.gunma import gunma_desk, gunma_units
from xlsx_pdca.event import JST
from xlsx_pdca.findings import Finding
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.ledger import Status
from xlsx_pdca.plan import AnswerPlan, FieldPlan, WorkbookPlan, question_id
from xlsx_pdca.spec import FieldKind, Form
from xlsx_pdca.submission import Answer, Entry, Reading, State
from xlsx_pdca.summary import (
    ArrivalLine,
    ContactLine,
    Place,
    SummaryInput,
    UnitReturn,
)
from xlsx_pdca.unit import Unit, UnitKind
from xlsx_pdca.workflows.round import optional_ids

AS_OF = datetime(2026, 10, 20, 9, 30, tzinfo=JST)
DEADLINE = date(2026, 10, 15)

CODES = shipped_codes()
MUNICIPALITIES = gunma_units(CODES)
DESK = gunma_desk(CODES)
PLACES = tuple(Place(u.code, u.name, u.area, u.health_office) for u in MUNICIPALITIES)
FORMS = load_forms(read_form_files(templates_folder()))


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


DEPARTMENTS = ("健康福祉部 長寿社会課", "高齢福祉課 地域包括ケア係", "保健福祉課")
SHORT = {
    "name": ("赤城 花子", "榛名 一郎", "妙義 さくら"),
    "contact": ("027-000-0000 kaigo@city.example",),
    "staff": ("保健師2名、事務1名", "社会福祉士1名"),
    "unit": ("か所", "件", "回"),
    "as_of": ("令和8年度当初",),
    "due": ("令和11年度末",),
    "origin": ("地域包括ケア「見える化」システム", "市の業務統計"),
    "measure_target": ("管内の病院の地域連携室とケアマネジャー",),
    "measure_partners": ("郡市医師会、地域包括支援センター、保健所",),
    "measure_budget": ("地域支援事業交付金（在宅医療・介護連携推進事業）",),
}


@cache
def plans() -> dict[str, WorkbookPlan]:
    """Frozen plans of both official forms by digest, every optional question switched on."""
    made = (
        plan_form(
            form,
            kind=UnitKind.MUNICIPALITY.value,
            role="自治体担当者",
            fiscal_year=2026,
            enabled=optional_ids(form),
        )
        for form in FORMS.values()
    )
    return {plan.digest: plan for plan in made}


def units() -> tuple[Unit, ...]:
    """One unit per municipality, six of them as one desk, and a second respondent in Maebashi."""
    alone = [
        replace(u, contact_person=f"{u.name[:2]}　太郎", telephone=f"0270-00-{n:04d}")
        for n, u in enumerate(MUNICIPALITIES, 1)
        if u.code not in DESK.covers
    ]
    second = replace(alone[0], id="102016-2", name="前橋市（関係団体）", role="関係団体")
    return (alone[0], second, *alone[1:], DESK)


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
        arrivals=tuple(_arrival(r, n) for n, r in enumerate(returns, 101) if r.received_at),
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
    return replace(back, held=unit.id == "104485-1" and plan.form == "tojitsu")


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
    drawings = ((plan.sheet(plan.drawing_sheets[0]).name, n % 3),) if plan.drawing_sheets else ()
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
    if unit.id == "102024-1" and (place.column, rule.field) == ("daily", "present"):
        return LONG
    if unit.id == "102041-1" and rule.kind is FieldKind.LONG_TEXT and not place.row:
        return ODD[k % len(ODD)]
    if place.row:
        blank = place.row > "03" or (n % 2 == 0)
    else:
        blank = chance.random() < 0.12 or (bool(rule.gather) and n % 3 != 0)
    if blank or rule.field == "not_yet":
        return ""
    return _by_kind(rule, chance, short=bool(place.row))


def _by_kind(rule: FieldPlan, chance: random.Random, *, short: bool) -> str:
    match rule.kind:
        case FieldKind.INTEGER:
            return str(1_000 + chance.randrange(300_000))
        case FieldKind.PERCENT | FieldKind.DECIMAL:
            return f"{chance.randrange(240, 480) / 10}"
        case FieldKind.DATE:
            return f"2026-10-{chance.randrange(1, 15):02d}"
        case FieldKind.CHOICE:
            return chance.choice(rule.options)
        case FieldKind.TEXT:
            return chance.choice(SHORT.get(rule.field.rpartition(".")[2], DEPARTMENTS))
    picked = chance.sample(SENTENCES[:11], 1 if short else 1 + (chance.random() < 0.45))
    return "\n".join(s.format(n=chance.randrange(2, 9), m=chance.randrange(12, 96)) for s in picked)


def _arrival(returned: UnitReturn, number: int) -> ArrivalLine:
    assert returned.received_at
    return ArrivalLine(
        received_at=returned.received_at,
        name=returned.file.rpartition("/")[2],
        sha256=returned.sha256,
        outcome="提出として受付" if not returned.held else "保留（県で確認）",
        number=number,
        waits=returned.held,
        unit=returned.unit,
        form=returned.form,
        submission=returned.submission,
        source="40_届いたファイル",
        file=returned.file,
        size=41_000 + len(returned.file),
    )


MAEBASHI = Unit("102016-1", UnitKind.MUNICIPALITY, "前橋市", "102016", ("102016",))
"""The unit of `one_return`."""


def one_return(form: Form, answers: dict[tuple[str, str, str], str]) -> SummaryInput:
    """A round of one municipality that answered one form."""
    plan = plan_form(form, kind="市町村", role=MAEBASHI.role, fiscal_year=2026)
    given = tuple(answer_at(plan, a, answers.get(a.address, "")) for a in plan.answers)
    back = UnitReturn(
        MAEBASHI.id,
        form.id,
        Status.RECEIVED,
        plan=plan.digest,
        submission=1,
        received_at=AS_OF,
        file="50_受領済/試し/102016-1.xlsx",
        reading=Reading(given, ()),
    )
    place = Place("102016", "前橋市", "前橋")
    return SummaryInput("R0801", "試し", AS_OF, (place,), (MAEBASHI,), {plan.digest: plan}, (back,))
