"""回答一覧: all answers of a round as one long table, for sheets, CSV files and pandas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from xlsx_pdca.event import JST
from xlsx_pdca.plan import AnswerPlan
from xlsx_pdca.submission import Entry, Origin, PartFile
from xlsx_pdca.summary import Correction, SummaryInput, UnitReturn, answers_of, codes_of

if TYPE_CHECKING:
    import pandas as pd


class LongRow(NamedTuple):
    """One answer. Names and order are a public contract; everything is text."""

    round: str
    form: str
    edition: str
    unit: str
    code: str
    municipality: str
    covers: str
    role: str
    field_id: str
    question: str
    column: str
    row: str
    kind: str
    raw: str
    value: str
    state: str
    status: str
    entry: str
    entered_by: str
    entered_at: str
    evidence: str
    file: str
    sheet: str
    cell: str
    received_at: str
    sha256: str
    submission: str
    share: str
    as_of: str


COLUMNS = LongRow._fields


def long_table(summary: SummaryInput) -> Iterator[LongRow]:
    """回答一覧: one row per answer of every return that is in, blank answers too, each return once."""
    for returned in summary.returns:
        if returned.is_in:
            yield from _rows_of_return(summary, returned)


def _rows_of_return(summary: SummaryInput, returned: UnitReturn) -> Iterator[LongRow]:
    plan = summary.plan_of(returned)
    fields = {f.field: f for f in plan.fields}
    common = _common(summary, returned)
    for place, answer, correction in answers_of(plan, returned):
        question = fields[_question_id(place)]
        yield common._replace(
            field_id=place.field,
            question=question.label,
            column=place.column,
            row=place.row,
            kind=question.kind.value,
            raw=answer.raw,
            value=answer.value,
            state=answer.state.value,
            share=question.share.value,
            **{
                "sheet": answer.sheet,
                "cell": answer.cell,
                **_origin_words(returned.sources(place.address)),
                **_correction_words(correction),
            },
        )


def _question_id(place: AnswerPlan) -> str:
    return f"{place.field}.{place.column}" if place.row else place.field


def _common(summary: SummaryInput, returned: UnitReturn) -> LongRow:
    """The part of a row that all answers of one return share."""
    unit = summary.unit_of[returned.unit]
    code = "" if unit.is_joint else (codes_of(unit) or ("",))[0]
    place = summary.place_of.get(code)
    return LongRow(*[""] * len(COLUMNS))._replace(
        round=summary.round,
        form=returned.form,
        edition=returned.plan[:6].upper(),
        unit=unit.id,
        code=code,
        municipality=place.name if place else "",
        covers=";".join(codes_of(unit)),
        role=unit.role,
        status=returned.status.value,
        entry=returned.entry.value,
        entered_by=returned.entered_by,
        entered_at=iso(returned.entered_at),
        evidence=returned.evidence,
        file=returned.file,
        received_at=iso(returned.received_at),
        sha256=returned.sha256,
        submission=str(returned.submission or ""),
        as_of=iso(summary.as_of),
    )


def _origin_words(sources: Sequence[tuple[PartFile, Origin]]) -> dict[str, str]:
    """Who wrote an answer of a joined submission, and where; of several texts all, parted by semicolons."""
    if not sources:
        return {}
    files = [part for part, _ in sources]
    return {
        "entry": ";".join(dict.fromkeys(part.entry.value for part in files)),
        "entered_by": ";".join(part.entered_by for part in files),
        "entered_at": ";".join(dict.fromkeys(iso(part.entered_at) for part in files)),
        "evidence": ";".join(dict.fromkeys(part.evidence for part in files)),
        "file": ";".join(part.file for part in files),
        "sheet": ";".join(origin.sheet for _, origin in sources),
        "cell": ";".join(origin.cell for _, origin in sources),
        "received_at": ";".join(iso(part.received_at) for part in files),
        "sha256": ";".join(part.sha256 for part in files),
    }


def _correction_words(correction: Correction | None) -> dict[str, str]:
    if correction is None:
        return {}
    return {
        "entry": Entry.CORRECTED.value,
        "entered_by": correction.by,
        "entered_at": iso(correction.at),
        "evidence": correction.evidence,
    }


def iso(at: datetime | None) -> str:
    """ISO 8601 to the second, in Japanese time; empty for none."""
    return at.astimezone(JST).isoformat(timespec="seconds") if at else ""


def answers_csv(rows: Iterable[LongRow]) -> bytes:
    """`answers.csv`: exact UTF-8 for programs."""
    return _csv(rows).encode("utf-8")


def excel_csv(rows: Iterable[LongRow]) -> bytes:
    """`回答一覧.csv`: with BOM, and no cell that Excel would take for a formula."""
    return _csv(map(neutralised, row) for row in rows).encode("utf-8-sig")


def neutralised(text: str) -> str:
    """The text with an apostrophe before a leading sign that makes Excel calculate."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


def frame(rows: Iterable[LongRow]) -> pd.DataFrame:
    """The long table for Python: every column text, blanks empty strings."""
    import pandas as pd  # only who asks for a frame waits for pandas

    return pd.DataFrame(list(rows), columns=list(COLUMNS), dtype="string")
