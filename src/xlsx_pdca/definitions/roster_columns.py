"""Columns of 名簿: their heads, what the officer is told about them, and what stands in a row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xlsx_pdca.cells import folded
from xlsx_pdca.definitions import own_deadlines
from xlsx_pdca.definitions.codes import CodeTable
from xlsx_pdca.definitions.open_table import Head, TableRow, is_marked, plain_signs
from xlsx_pdca.municipality import Candidates, Exact, Municipality, match_name
from xlsx_pdca.unit import ROLES, Unit, UnitKind, is_mail_address, unit_id

SHEET = "名簿"
GROUPING = "区分："
"""Beginning of the heads of the officer's own groupings; other columns of hers are left alone."""


@dataclass(frozen=True)
class Column:
    """A column of 名簿 as it is printed, explained and written."""

    head: Head
    note: str
    """Shown when the pointer rests on the head."""
    write: Callable[[Unit, Mapping[str, Municipality]], str]
    required: bool = False
    options: tuple[str, ...] = ()
    strict: bool = False
    """Nothing but the options is accepted."""


def _covers(unit: Unit, by_code: Mapping[str, Municipality]) -> str:
    if unit.covers in ((), (unit.code,)):
        return ""
    return "、".join(by_code[code].name if code in by_code else code for code in unit.covers)


COLUMNS = (
    Column(
        Head("id", "回答単位ID"),
        "回答を1つ返してくださる相手ごとの番号です。団体コードのあるところは「102016-1」、2人目以降は「102016-2」のようにします。コードのないところは「M06-1」のように英数字でお決めください。送付した後は変更しないでください。",
        lambda u, _: u.id,
        required=True,
    ),
    Column(
        Head("kind", "種別"),
        "市町村のほか、共同（複数の市町村で1つの回答）、広域連合、窓口、個人、グループから選びます。",
        lambda u, _: u.kind.value,
        required=True,
        options=tuple(UnitKind),
        strict=True,
    ),
    Column(
        Head("code", "団体コード"),
        "全国地方公共団体コード（6桁）です。先頭の0が消えないよう、列全体を文字列にしてあります。共同・窓口などでは空欄で構いません。",
        lambda u, _: u.code,
    ),
    Column(
        Head("name", "名称", ("団体名", "市町村名")),
        "様式と取りまとめに表示する名称です。種別が市町村のときは、団体コードと照合します（ヶとケなどの字体の違いは差し支えありません）。",
        lambda u, _: u.name,
        required=True,
    ),
    Column(
        Head("covers", "回答する市町村"),
        "どの市町村の分の回答かを「館林市、板倉町」のように「、」で区切って記入します。空欄のときは、団体コードの市町村です。",
        _covers,
    ),
    Column(
        Head("role", "役割／区分"),
        "お尋ねする設問が、これによって変わることがあります。空欄のときは自治体担当者です。",
        lambda u, _: u.role,
        options=ROLES,
    ),
    Column(
        Head("area", "圏域"), "二次医療圏など、集計や並べ替えに使う圏域です。", lambda u, _: u.area
    ),
    Column(
        Head("health_office", "保健所", ("保健福祉事務所", "保健所（保健福祉事務所）")),
        "所管の保健所・保健福祉事務所です。",
        lambda u, _: u.health_office,
    ),
    Column(
        Head("via", "経由機関"),
        "保健所などを経由して送付・回収するときに、その名称を記入します。直接のときは空欄です。",
        lambda u, _: u.via,
    ),
    Column(
        Head("to", "送付先メール"),
        "様式をお送りするメールアドレスです。複数のときは「;」で区切ります。",
        lambda u, _: ";".join(u.to),
    ),
    Column(
        Head("cc", "CC"),
        "写しを送るメールアドレスです。複数のときは「;」で区切ります。",
        lambda u, _: ";".join(u.cc),
    ),
    Column(Head("department", "担当課"), "宛名に使う所属です。", lambda u, _: u.department),
    Column(
        Head("contact_person", "担当者"),
        "御担当者の氏名です。メールの宛名に使います。",
        lambda u, _: u.contact_person,
    ),
    Column(
        Head("telephone", "電話"),
        "提出状況の一覧に表示します。内線は「027-000-0001 内線123」のように続けます。",
        lambda u, _: u.telephone,
    ),
    Column(
        Head(own_deadlines.KEY, "個別の期限"),
        "この相手だけ提出期限が異なるときに、「令和8年5月29日」や「2026/5/29」のように記入します。一つの様式だけのときは「事前課題：令和8年5月29日」のようにします。空欄のときは「様式」シートの提出期限です。",
        lambda u, _: own_deadlines.written(u),
    ),
    Column(
        Head("exempt", "対象外"),
        "今回はお願いしない相手に「○」を付けます。理由も右の列に記入してください。",
        lambda u, _: "○" if u.exempt else "",
        options=("○",),
    ),
    Column(
        Head("exempt_reason", "対象外の理由"),
        "「窓口がまとめて回答」「災害対応中」など。部内の記録用です。",
        lambda u, _: u.exempt_reason,
    ),
)
HEADS = tuple(column.head for column in COLUMNS)

_BETWEEN_NAMES = re.compile(r"[、，,;；・／/\s]+|及び")
BETWEEN_MAILS = re.compile(r"[;；,、，\s]+")
_IN_BRACKETS = re.compile(r"[^;；,、，\n<>＜＞]*[<＜]([^<>＜＞]*)[>＞]")


@dataclass(frozen=True)
class RosterRow:
    """A line of 名簿 with each column read as what it is; nothing is judged yet."""

    row: TableRow
    codes: CodeTable
    home: tuple[Municipality, ...]
    """Municipalities of the round's prefecture, among which names are looked up."""

    @property
    def code(self) -> str:
        text = plain_signs(self.row.text("code"))
        return text.zfill(6) if text and self.is_number("code") else text

    @property
    def municipality(self) -> Municipality | None:
        return self.codes.by_code.get(self.code)

    @property
    def id(self) -> str:
        """As written; where nothing is written, the first one of its code."""
        written = plain_signs(self.row.text("id")).upper()
        return written or (unit_id(self.code) if self.code else "")

    @property
    def kind(self) -> UnitKind | None:
        wanted = folded(self.row.text("kind"))
        return next((kind for kind in UnitKind if kind.value == wanted), None)

    @property
    def name(self) -> str:
        """On one line: what was broken to fit its cell is one word in file names."""
        return " ".join("".join(self.row.text("name").splitlines()).split())

    def covers(self) -> tuple[tuple[str, Exact | Candidates | None], ...]:
        """Each part of 回答する市町村 with what it names."""
        parts = _BETWEEN_NAMES.split(self.row.text("covers"))
        return tuple((part, self._place(part)) for part in parts if part)

    def _place(self, text: str) -> Exact | Candidates | None:
        found = self.codes.by_code.get(plain_signs(text))
        return Exact(found) if found else match_name(text, self.home)

    def addresses(self, key: str) -> tuple[str, ...]:
        """Mail addresses, also of 「担当 <a@example.jp>」; each one once."""
        text = _IN_BRACKETS.sub(r";\1;", unicodedata.normalize("NFKC", self.row.text(key)))
        return tuple(dict.fromkeys(part for part in BETWEEN_MAILS.split(text) if part))

    def is_number(self, key: str) -> bool:
        cell = self.row.cell(key)
        return cell is not None and cell.is_number

    def words(self, key: str) -> str:
        return " ".join(self.row.text(key).split())

    def unit(self, groupings: Mapping[int, str]) -> Unit:
        """The unit of a row without faults."""
        assert self.kind is not None
        return Unit(
            id=self.id,
            kind=self.kind,
            name=self.name,
            code=self.code,
            covers=self.codes_covered(),
            role=folded(self.row.text("role")) or ROLES[0],
            area=self.words("area"),
            health_office=self.words("health_office"),
            groupings=tuple(
                (head, " ".join(self.row.cells[column].text.split()))
                for column, head in groupings.items()
                if column in self.row.cells
            ),
            to=tuple(filter(is_mail_address, self.addresses("to"))),
            cc=tuple(filter(is_mail_address, self.addresses("cc"))),
            via=self.words("via"),
            deadlines=tuple(own_deadlines.days_by_form(self.row.text(own_deadlines.KEY)).items()),
            exempt=bool(is_marked(self.row.text("exempt"))),
            exempt_reason=self.words("exempt_reason"),
            department=self.words("department"),
            contact_person=self.words("contact_person"),
            telephone=self.telephone,
            row=self.row.number,
        )

    def unknown_places(self) -> tuple[str, ...]:
        """Parts of 回答する市町村 that name none, or more than one."""
        return tuple(text for text, found in self.covers() if not isinstance(found, Exact))

    def codes_covered(self) -> tuple[str, ...]:
        """Codes of the municipalities it answers for, its own included."""
        named = {found.municipality.code for _, found in self.covers() if isinstance(found, Exact)}
        own = self.municipality
        return tuple(sorted(named | ({own.code} if own and own.name else set())))

    @property
    def telephone(self) -> str:
        text = unicodedata.normalize("NFKC", self.words("telephone"))
        if self.is_number("telephone") and not text.startswith("0"):
            return f"0{text}"
        number, _, extension = text.partition("内線")
        joined = plain_signs(number)
        return f"{joined} 内線{extension.strip()}" if extension else joined


def groupings_of(others: Mapping[int, str]) -> dict[int, str]:
    """The officer's own grouping columns: column → what stands behind 「区分：」."""
    marked = {column: unicodedata.normalize("NFKC", head) for column, head in others.items()}
    sign = unicodedata.normalize("NFKC", GROUPING)
    return {
        column: head.removeprefix(sign).strip()
        for column, head in sorted(marked.items())
        if head.startswith(sign) and head != sign
    }


def written_row(
    unit: Unit, by_code: Mapping[str, Municipality], groupings: Sequence[str] = ()
) -> tuple[str, ...]:
    """Texts of a unit's line, the fixed columns first."""
    own = dict(unit.groupings)
    fixed = (column.write(unit, by_code) for column in COLUMNS)
    return (*fixed, *(own.get(head, "") for head in groupings))
