"""Write docs/findings.md from the catalogue: python tools/make_findings_doc.py [--print]."""

from __future__ import annotations

import sys
from pathlib import Path

from xlsx_pdca.findings import CATALOGUE, CONTEXT, CatalogueEntry, Grade, Reader

TARGET = Path(__file__).parent.parent / "docs" / "findings.md"

ROOMS = {
    "FIL": ("ファイル", "ファイルを開けるかどうか。"),
    "MAI": ("メール", "ファイルの付いていないメール。"),
    "IDN": ("整理番号と団体", "どの団体の、どの様式か。"),
    "ARR": ("ほかの受信ファイルとの関係", "同じ団体から届いたファイルが二つ以上あるとき。"),
    "STR": ("様式の形", "お送りした様式から変わったところ。"),
    "ANS": ("御回答の内容", "記入された内容。様式の●・△の印と同じ規則で見ています。"),
}

HEAD = f"""\
# 確認事項の一覧

受け取ったファイルについて xlsx_pdca が知らせることの一覧です。`tools/make_findings_doc.py` がプログラムの一覧表から作るので、直接編集しないでください。

- **重み**：{Grade.MUST}は、{Reader.UNIT}に伺う点です（伺い方は [round.md](round.md#必ず確認する点があるもの)）。{Grade.SHOULD}は、電話などのついでに伺えば足ります。{Grade.INFO}は県担当者だけが見ます。
- **保留**：「保留」とあるものは、人が取扱いを決める（提出とするか、取り扱わない）まで取りまとめに入りません。ファイルは保管してあります。
- **宛先**：文の語りかける相手です。{Reader.OFFICER}あての文が{Reader.UNIT}に届くことはありません。
- 文の中の〔　〕には、そのファイルの内容が入ります。
"""


def document() -> str:
    """The whole document as Markdown."""
    parts = [HEAD]
    for room, (title, lead) in ROOMS.items():
        parts.append(f"\n## {title}（{room}）\n\n{lead}\n\n{_table(room)}")
    return "".join(parts)


def _table(room: str) -> str:
    rows = [_row(e) for e in CATALOGUE.values() if e.code.startswith(room)]
    return (
        "\n".join(("| 番号 | 見出し | 重み | 宛先 | 文 |", "|---|---|---|---|---|", *rows)) + "\n"
    )


def _row(entry: CatalogueEntry) -> str:
    words = {name: f"〔{meaning}〕" for name, meaning in CONTEXT.items()}
    text = (entry.sentence + entry.remedy).format_map(words)
    weight = f"{entry.grade}・保留" if entry.holds else str(entry.grade)
    return f"| {entry.code} | {entry.title} | {weight} | {entry.reader} | {text} |"


def main() -> None:
    if sys.argv[1:] == ["--print"]:
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        sys.stdout.write(document())
    else:
        TARGET.write_text(document(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
