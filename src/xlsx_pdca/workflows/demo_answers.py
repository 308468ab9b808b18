"""Invented answers of one unit to one form: the same seed gives the same answers, another seed others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random

from xlsx_pdca.cells import count_characters
from xlsx_pdca.plan import AnswerPlan, FieldPlan, WorkbookPlan
from xlsx_pdca.reading import Address
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.unit import Unit, UnitKind
from xlsx_pdca.wareki import fiscal_year_name, wareki
from xlsx_pdca.workflows.demo_material import LARGE, SMALL, Material, Theme
from xlsx_pdca.workflows.demo_voice import Voice

DESK_GROUPING = "支援窓口"
"""The sample's grouping that names a municipality's consultation desk."""

_TOKEN = re.compile(r"\{([a-z0-9]+)\}")
_SMALL_BELOW, _LARGE_FROM = 20.0, 60.0
"""Thousands of inhabitants."""
_LONG_GUIDE = 1_600
"""What a unit that writes at great length takes for every limit."""
_TICK = "○"
_OWN_DUTIES = "在宅医療・介護連携推進事業の企画と会議の運営、受託法人との連絡調整"


@dataclass(frozen=True)
class Respondent:
    """The invented officer who answers for a unit."""

    unit: Unit
    material: Material
    seed: str
    fiscal_year: int
    day: date
    """The day on which the form is filled."""
    at_length: bool = False
    """Writes far more than the guide asks for."""

    def chance(self, *words: str) -> Random:
        """Randomness that depends on seed, unit and the words alone, not on what was drawn before."""
        return Random("/".join((self.seed, self.unit.id, *words)))

    @cached_property
    def thousands(self) -> float:
        """Inhabitants in thousands."""
        return sum(self.material.population.get(code, 10.0) for code in self.unit.covers)

    @property
    def size(self) -> str:
        if self.thousands < _SMALL_BELOW:
            return SMALL
        return LARGE if self.thousands >= _LARGE_FROM else ""

    @cached_property
    def voice(self) -> Voice:
        voice = Voice.drawn(self.chance("voice"), small=self.size == SMALL)
        return Voice(voice.shape, 6) if self.at_length else voice

    @cached_property
    def words(self) -> Mapping[str, str]:
        """What stands for the placeholders that are the same all through."""
        groupings = dict(self.unit.groupings)
        return {
            "here": _here(self.unit),
            "name": self.unit.name,
            "desk": groupings.get(DESK_GROUPING) or "相談窓口",
            "area": self.unit.area,
            "office": self.unit.health_office,
            "y": fiscal_year_name(self.fiscal_year),
            "y2": fiscal_year_name(self.fiscal_year + 2),
        }

    def said(self, piece: str) -> str:
        """The piece with its placeholders filled; the same piece always gets the same numbers."""
        chance = self.chance(piece)
        small = self.size == SMALL
        ranges = {
            "n": range(2, 6 if small else 10),
            "k": range(4, 16) if small else range(12, 49),
            "h": range(30, 121, 10) if small else range(110, 481, 10),
            "p": range(28, 88),
        }
        return _TOKEN.sub(
            lambda m: str(chance.choice(ranges[m[1]])) if m[1] in ranges else self.words[m[1]],
            piece,
        )

    def themes(self, scene: str) -> tuple[Theme, ...]:
        """What this unit has in mind in a scene, the same in every form."""
        known = self.material.themes_of(scene, self.size)
        return tuple(self.chance(scene).sample(known, min(self.voice.amount, len(known))))


def answers_of(respondent: Respondent, plan: WorkbookPlan) -> dict[Address, str]:
    """Texts by address for one form; what stays empty is left out."""
    writer = _Writer(respondent, plan)
    texts = {answer.address: writer.text(answer) for answer in plan.answers}
    return {address: text for address, text in texts.items() if text}


@dataclass(frozen=True)
class _Writer:
    respondent: Respondent
    plan: WorkbookPlan

    def text(self, answer: AnswerPlan) -> str:
        question = self.plan.question_of(answer)
        if answer.row:
            return self._table(answer, question)
        if answer.column:
            return self._scene_cell(answer, question)
        match question.kind:
            case FieldKind.DATE:
                return self._date(answer.field)
            case FieldKind.INTEGER:
                return self._population()
            case FieldKind.PERCENT:
                return self._ageing()
            case FieldKind.CHOICE:
                return self._choice(answer.field, question.options)
        return self._text(answer.field, question)

    @property
    def chance(self) -> Random:
        return self.respondent.chance(self.plan.form)

    def _text(self, field: str, question: FieldPlan) -> str:
        who = self.respondent
        chance = who.chance("text", field)
        match field:
            case "department":
                return self._department()
            case "name":
                pools = who.material.pools
                chance = who.chance("person")
                return f"{chance.choice(pools['surnames'])}　{chance.choice(pools['given_names'])}"
            case "contact":
                return " / ".join(filter(None, (who.unit.telephone, *who.unit.to[:1])))
        pieces = self._pieces(field, chance)
        if not pieces or (not _needed(question) and chance.random() < 0.06):
            return ""
        return self._written(pieces, question)

    def _pieces(self, field: str, chance: Random) -> list[str]:
        """Loose sentences of the field, or those of the scene the group chose."""
        who = self.respondent
        pool = who.material.pools.get(field)
        if pool is None:
            return self._themed(self._scene(), field, chance)
        single = field.startswith("measure_")
        count = 1 if single else min(who.voice.amount + chance.randrange(2), len(pool))
        return [who.said(piece) for piece in chance.sample(pool, count)]

    def _themed(self, scene: str, field: str, chance: Random) -> list[str]:
        who = self.respondent
        found: list[str] = []
        for theme in who.themes(scene):
            pieces = theme.pieces.get(field, ())
            count = 2 if who.voice.amount > 1 else 1
            picked = sorted(chance.sample(range(len(pieces)), min(count, len(pieces))))
            found += [who.said(pieces[i]) for i in picked]
        return found

    def _scene_cell(self, answer: AnswerPlan, question: FieldPlan) -> str:
        who = self.respondent
        chance = who.chance(*answer.address)
        undecided = answer.column == self._undecided()
        if question.kind is FieldKind.CHOICE:
            return _TICK if undecided else ""
        if undecided or (not _needed(question) and chance.random() < 0.04):
            return ""
        return self._written(self._themed(answer.header, answer.field, chance), question)

    def _undecided(self) -> str:
        """Key of the scene a small municipality has not discussed yet, or nothing."""
        who = self.respondent
        chance = who.chance("undecided")
        keys = [key for key, _ in self.plan.columns]
        if who.size != SMALL or who.at_length or not keys or chance.random() > 0.35:
            return ""
        return chance.choice(keys[-2:])

    def _written(self, pieces: Sequence[str], question: FieldPlan) -> str:
        """As many pieces as the guide length lets this officer write, at least one."""
        who = self.respondent
        if question.kind is FieldKind.TEXT:
            return pieces[0]
        limit = _LONG_GUIDE if who.at_length else question.guide or _LONG_GUIDE
        for count in range(len(pieces), 1, -1):
            text = who.voice.written(pieces[:count])
            if count_characters(text) <= limit:
                return text
        return who.voice.written(pieces[:1])

    def _date(self, field: str) -> str:
        who = self.respondent
        chance = who.chance("date", field)
        day = who.day if field == "entered_on" else _as_of(who.day, chance)
        return chance.choice(
            (wareki(day), f"R{day.year - 2018}.{day.month}.{day.day}", f"{day:%Y/%m/%d}")
        )

    def _population(self) -> str:
        who = self.respondent
        chance = who.chance("population")
        number = round(who.thousands * 1000 * chance.uniform(0.97, 1.03))
        wide = str(number).translate({48 + n: 0xFF10 + n for n in range(10)})
        return chance.choice((f"{number:,}", str(number), f"{number:,}人", wide))

    def _ageing(self) -> str:
        who = self.respondent
        chance = who.chance("ageing")
        rate = max(24.0, 58 - 9 * len(str(int(who.thousands))) - who.thousands / 40)
        rate += chance.uniform(-2, 3)
        return chance.choice((f"{rate:.1f}", f"{rate:.1f}%", f"{rate:.2f}"))

    def _scene(self) -> str:
        """The scene this group chose."""
        labels = tuple(dict.fromkeys(theme.scene for theme in self.respondent.material.themes))
        return self.respondent.chance("scene").choice(labels)

    def _choice(self, field: str, options: Sequence[str]) -> str:
        if field == "scene" or field == "wish_first":
            return self._scene()
        others = [option for option in options if option != self._scene()]
        return self.respondent.chance("choice", field).choice(others) if others else ""

    def _table(self, answer: AnswerPlan, question: FieldPlan) -> str:
        rows = self._rows(answer.field)
        number = int(answer.row) - 1
        return rows[number].get(answer.column, "") if number < len(rows) else ""

    def _rows(self, table: str) -> list[dict[str, str]]:
        match table:
            case "organisation":
                return self._posts()
            case "indicators":
                return self._indicators()
        return []

    def _posts(self) -> list[dict[str, str]]:
        who = self.respondent
        chance = who.chance("posts")
        if chance.random() < 0.25:
            return []
        lines = chance.sample(who.material.pools["organisation"], who.voice.amount % 4 + 2)
        columns = ("post", "staff", "duties")
        rows = [dict(zip(columns, who.said(line).split("｜"), strict=True)) for line in lines]
        own = {"post": self._post(), "staff": rows[0]["staff"], "duties": _OWN_DUTIES}
        return [own | {"own_position": _TICK}, *rows[1:]]

    def _post(self) -> str:
        """The respondent's own line: the last two words of the department."""
        if self.respondent.unit.kind is not UnitKind.MUNICIPALITY:
            return self.respondent.unit.name
        return " ".join(self._department().split()[-2:])

    def _department(self) -> str:
        who = self.respondent
        if who.unit.kind is not UnitKind.MUNICIPALITY:
            return f"{who.unit.name}（コーディネーター）"
        return who.chance("department").choice(who.material.pools["departments"])

    def _indicators(self) -> list[dict[str, str]]:
        who = self.respondent
        chance = who.chance("indicators")
        options = self.plan.field("indicators.indicator").options
        rows = []
        for name in chance.sample(options, chance.randrange(0, min(4, len(options) + 1))):
            current = chance.randrange(2, 60)
            rows.append(
                {
                    "indicator": name,
                    "current": str(current),
                    "target": str(current + chance.randrange(1, 20)),
                    "unit": _unit_of(name),
                    "as_of": f"{fiscal_year_name(who.fiscal_year)}当初",
                    "due": f"{fiscal_year_name(who.fiscal_year + 2)}末",
                    "origin": chance.choice(
                        ("「見える化」システム", "ＫＤＢ", f"{_here(who.unit)}の調査")
                    ),
                }
            )
        return rows


def _here(unit: Unit) -> str:
    return f"本{unit.name[-1]}" if unit.code and unit.name[-1:] in "市区町村" else "管内"


def _needed(question: FieldPlan) -> bool:
    return question.required.need.value != "optional"


def _as_of(day: date, chance: Random) -> date:
    """First of April or the first of one of the last months."""
    first = day.replace(day=1)
    return chance.choice((date(day.year, 4, 1), first, (first - timedelta(days=1)).replace(day=1)))


def _unit_of(indicator: str) -> str:
    if "割合" in indicator or "率" in indicator:
        return "％"
    if "診療所" in indicator or "病院" in indicator or "薬局" in indicator or "事業所" in indicator:
        return "か所"
    return "人" if "者数" in indicator or "人数" in indicator else "件"
