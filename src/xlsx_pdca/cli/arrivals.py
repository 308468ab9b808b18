"""What became of received files on the screen: a count of the good ones, and in words what a person must look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlsx_pdca.cli import console
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.findings import Finding, Grade
from xlsx_pdca.ledger import Booked, Ledger
from xlsx_pdca.points import points_after, solved_words
from xlsx_pdca.workflows.proposals import Proposals, may_be_taken
from xlsx_pdca.workflows.receive import Line
from xlsx_pdca.workflows.round import Round

FEW = 5
"""Up to so many files are shown one by one, the good ones too."""
MOST_FILES = 10
MOST_FINDINGS = 5
IN_BOOKS = "進行管理表（merge）の「確認事項」と status --list"
IN_CHECK = "check --json"

_UNBOOKED: Mapping[str, str] = {
    Outcome.SUBMISSION: "受付できます",
    Outcome.HELD: "保留になります（県で確認）",
}
_GRADES = tuple(Grade)

_ATTACHMENT = ("添付資料のとき", "添付資料")
_LAID_ASIDE = {
    "FIL10": _ATTACHMENT,
    "IDN01": _ATTACHMENT,
    "FIL11": ("中のファイルを取り出した後", "取り出し済"),
    "MAI44": ("メールソフトで取り出した後", "取り出し済"),
    "MAI45": ("再送が届いた後", "再送済"),
    "FIL31": ("送付元に確認した後", "確認済"),
    "MAI01": ("対応が済んだとき", "対応済"),
    "MAI31": ("対応が済んだとき", "対応済"),
    "MAI32": ("対応が済んだとき", "対応済"),
    "MAI40": ("対応が済んだとき", "対応済"),
}
"""Code → when a file with this finding is laid aside, and the reason to type."""


@dataclass(frozen=True)
class Arrivals:
    """The files of one run in words; `booked` is False where nothing was taken in, only looked at."""

    round: Round
    lines: Sequence[Line]
    booked: bool

    def show(self) -> None:
        """The good ones as counts, with the names of those that came before; then those to look at, at most ten of them.

        Whatever waits for a decision stands before what was taken in and has points to look at.
        """
        shown = list(self.lines)
        if len(shown) > FEW:
            shown = sorted(self.need_person, key=lambda line: not _waits(line))
        ledger = self.round.ledger()
        counted = [line for line in self.lines if line not in shown]
        for text in self._counted(counted):
            console.show(text)
        for line in counted:
            if told := self._solved(line, ledger):
                console.show(f"　　{console.one_line(line.file.name)}：{told}")
        proposals = Proposals.of(self.round, ledger)
        waiting = {_file(b.fact): b for b in ledger.held} if self.booked else {}
        for line in shown[:MOST_FILES]:
            held = waiting.get(_file(line.arrived))
            solved = [f"　　{told}"] if (told := self._solved(line, ledger)) else []
            described = self._described(line, held)
            for text in (*described[:1], *solved, *described[1:], *ways_out(held, proposals)):
                console.show(text)
        if (more := len(shown) - MOST_FILES) > 0:
            rest = "status --list" if self.booked else IN_CHECK
            console.show(
                f"このほか {more}件にも、御確認いただく点があります（{rest} で表示します）。"
            )

    @property
    def need_person(self) -> list[Line]:
        """Files to be looked at; one taken in before was looked at then, or still waits under its own number."""
        return [line for line in self.lines if line.needs_person and not self._is_known(line)]

    def _is_known(self, line: Line) -> bool:
        return self.booked and line.arrived.outcome is Outcome.SAME_FILE

    def totals(self) -> str:
        """提出として受付 32件、保留（県で確認） 2件."""
        counts = Counter(self._outcome(line) for line in self.lines)
        return "、".join(f"{outcome} {n}件" for outcome, n in counts.items())

    def _counted(self, lines: Sequence[Line]) -> list[str]:
        """One line for each form and outcome."""
        titles = {form.id: form.title for form in self.round.forms.values()}
        groups: dict[tuple[str, str], list[Line]] = {}
        for line in lines:
            title = titles.get(line.arrived.form, line.arrived.form)
            groups.setdefault((title, self._outcome(line)), []).append(line)
        return [
            text
            for (title, outcome), found in groups.items()
            for text in (
                f"{title and title + '：'}{outcome} {len(found)}件{_remarked(found)}",
                *(
                    f"　　{console.one_line(x.file.name)}{_same_as(x)}"
                    for x in found
                    if _is_same(x)
                ),
            )
        ]

    def _outcome(self, line: Line) -> str:
        words = line.arrived.words
        return words if self.booked else _UNBOOKED.get(words, words)

    def _solved(self, line: Line, ledger: Ledger) -> str:
        """What the file settles of what was asked before it; empty for any but a new return."""
        taken = line.arrived.submission
        if taken is None or line.already:
            return ""
        standing = ledger.standing(taken.unit, taken.form)
        if not any(question.number < taken.number for question in standing.questions):
            return ""
        return solved_words(points_after(standing, taken))

    def _described(self, line: Line, held: Booked | None) -> list[str]:
        """A file in words: what became of it, and what to look at."""
        arrived = line.arrived
        unit = self.round.unit(arrived.unit)
        whose = (
            f"　{unit.name if unit else '名簿にない回答単位'}（{arrived.unit}）"
            if arrived.unit
            else ""
        )
        number = f"　第{arrived.submission.number}回" if arrived.submission else ""
        waits = f"　受付番号{held.seq}" if held else ""
        name = console.one_line(line.file.name)
        head = f"{name}：{self._outcome(line)}{whose}{number}{waits}{_again(self.round, line)}{_same_as(line)}"
        rest = IN_BOOKS if self.booked else IN_CHECK
        is_done = self._is_known(line) and not arrived.repeats
        return [head, *(() if is_done else remarks(arrived.findings, rest))]


def _waits(line: Line) -> bool:
    return line.arrived.outcome in (Outcome.HELD, Outcome.REFUSED)


def _again(round_: Round, line: Line) -> str:
    """Whether it was taken in before, and what of it; or that it says what was accepted."""
    if line.arrived.repeats:
        standing = round_.ledger().standing(line.arrived.unit, line.arrived.form)
        also = "。県で補正したところも、補正のままです" if standing.corrected else ""
        return f"（確認済の御回答と同じ内容で、変わった御回答はありません。確認済のままです{also}）"
    if not line.already:
        return ""
    if _waits(line):
        return "（前に取り込み、保留中のファイルです）"
    return "" if _is_same(line) else "（すでに受付済みのファイルです）"


def _is_same(line: Line) -> bool:
    return line.arrived.outcome is Outcome.SAME_FILE


def _same_as(line: Line) -> str:
    """Which file it is the same as, under another name, or which that goes on waiting for a person."""
    waits = next((dict(f.context) for f in line.arrived.findings if f.code == "ARR43"), None)
    if _is_same(line) and waits:
        return f"（保留中の受付番号{waits['count']}と同じ内容。そちらの取扱いを決めてください）"
    said = (dict(f.context) for f in line.arrived.findings if f.code == "ARR01")
    other = next((each.get("other_file", "") for each in said), "")
    is_named = _is_same(line) and other and other != line.file.name
    return f"（「{console.one_line(other)}」と同じ内容）" if is_named else ""


def _file(arrived: Arrived) -> tuple[str, str, int]:
    """What tells one received file from another."""
    return (arrived.sha256, arrived.name, arrived.modified)


def _remarked(lines: Sequence[Line]) -> str:
    n = sum(any(f.grade is Grade.SHOULD for f in line.arrived.findings) for line in lines)
    return f"（うち {Grade.SHOULD}の点があるもの {n}件）" if n else ""


def remarks(findings: Iterable[Finding], rest: str) -> list[str]:
    """Findings a person should look at, first what holds the file, then the gravest, each with place and remedy; `rest` says where the others stand."""
    found = [f for f in findings if f.grade is not Grade.INFO]
    found.sort(key=lambda f: (not f.holds, _GRADES.index(f.grade)))
    texts = [f"　　{f.grade}：{f.told}" for f in found[:MOST_FINDINGS]]
    more = len(found) - MOST_FINDINGS
    return [*texts, f"　　ほか {more}件（すべては {rest} にあります）"] if more > 0 else texts


def finding_records(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings for programs."""
    return [
        {
            "code": f.code,
            "grade": f.grade.value,
            "sheet": f.sheet,
            "cell": f.cell,
            "field": f.field,
            "column": f.column,
            "row": f.row,
            "sentence": f.sentence(),
        }
        for f in findings
    ]


def ways_out(held: Booked | None, proposals: Proposals) -> list[str]:
    """What a person may decide on a held file, with the commands to type; nothing for a file that is not held."""
    if held is None:
        return []
    texts = []
    for each in proposals.for_held(held):
        unit = proposals.round.unit(each.unit)
        name = unit.name if unit else each.unit
        form = proposals.round.forms.get(each.form)
        title = f"「{form.title}」" if form else ""
        texts.append(f"　　→ {name}の{title}とするとき：{each.command}")
    if not texts and may_be_taken(held.fact):
        texts.append(f"　　→ 提出とするとき：{_command_for_anybody(held, proposals.round)}")
    if _answers_a_question(held, proposals):
        unit = held.fact.unit
        texts.append(f"　　→ 確認のお願いへのお返事で、御回答を直すとき：xlsx-pdca correct {unit}")
    if held.fact.is_closed:
        texts.append("　　→ パスワードを伺ったとき：xlsx-pdca receive --password")
    if any(f.code == "FIL10" for f in held.fact.findings):
        copied = f"xlsx-pdca receive 写したブック.xlsx --proxy {held.seq}"
        texts.append(f"　　→ 県で写した御回答を取り込むとき：{copied}")
    if command := proposals.to_join(held):
        texts.append(f"　　→ 分けて書かれたものを一つに合わせるとき：{command}")
    usual = [_LAID_ASIDE[f.code] for f in held.fact.findings if f.code in _LAID_ASIDE]
    for when, reason in (*usual, ("取り扱わないとき", "理由")):
        texts.append(f"　　→ {when}：xlsx-pdca accept --file {held.seq} --dismiss {reason}")
    return texts


def _answers_a_question(held: Booked, proposals: Proposals) -> bool:
    """Whether a mail without a file came from somebody whose reply to a 確認依頼 is awaited."""
    ledger, unit = proposals.ledger, held.fact.unit
    if not unit or may_be_taken(held.fact) or ledger.letter_of(held) is None:
        return False
    return any(ledger.standing(unit, form).is_asked for form in proposals.round.forms)


def _command_for_anybody(held: Booked, round_: Round) -> str:
    """How to take a file in where nothing says whose it is: the officer fills in the unit, and the form where there are several."""
    which = "" if held.fact.form or len(round_.forms) == 1 else " --form 様式ID"
    return f"xlsx-pdca accept --file {held.seq} --as 回答単位ID{which}"
