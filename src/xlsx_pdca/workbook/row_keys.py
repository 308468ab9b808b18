"""行の番号 of the officer's tables: which row this is, and a witness of the cells it was written beside, for she may move one without the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256

from xlsx_pdca.definitions.open_table import TableRow
from xlsx_pdca.errors import Fault
from xlsx_pdca.reading import listed


def row_key(key: str, beside: Iterable[str]) -> str:
    """`key` as it is written into the hidden column; `beside` are the texts of the row by which she knows it."""
    return f"{key}-{_witness(beside)}"


def key_of(row: TableRow, beside: Collection[str]) -> tuple[str, bool]:
    """The key of a row, and whether the columns `beside` still say what they said when it was written."""
    key, _, witness = row.text("key").rpartition("-")
    return key, witness == _witness(row.text(each) for each in beside)


def moved_fault(rows: Iterable[TableRow], anew: str) -> Iterable[Fault]:
    """One fault for all rows that stand beside the key of another; `anew` is the command that makes the table again."""
    if found := list(rows):
        names = listed(f"{row.text('unit')} {row.text('question')}".strip() for row in found)
        yield found[0].fault(
            "unit",
            f"{len(found)}行（{names}）の内容が、表を作ったときと違います。一部の列だけを並べ替えたり、行を写したりすると、どの御回答の行か分からなくなります。",
            f"元に戻す（Ctrl＋Z）か、保存せずに閉じてください。戻せないときは、このファイルの名前を変えてから {anew} を実行し、新しい表に記入を写してください。",
        )


def _witness(texts: Iterable[str]) -> str:
    """Blanks aside: programs write line ends and blanks at the edges in their own ways."""
    said = "\x1f".join("".join(text.split()) for text in texts)
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:8]
