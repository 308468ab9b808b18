"""Makes samples/formats: one filled return in every format but plain .xlsx, saved by real programs where one can.

`python tools/make_formats.py --tools FOLDER --force`; FOLDER is that of tools/make_returns.py (SheetJS), beside
LibreOffice and Gnumeric of the system.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
FORMATS = ROOT / "samples" / "formats"
RETURNS = ROOT / "samples" / "returns" / "jizen"
PASSWORD = "himitsu"
_SHEETJS = """
const book = require("xlsx").readFile(process.argv[1], {cellStyles: true});
require("xlsx").writeFile(book, process.argv[2], {bookType: "xlsb", bookSST: true});
"""
STRICT = (
    ("http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties", "http://purl.oclc.org/ooxml/officeDocument/relationships/extendedProperties"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties", "http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/extended-properties", "http://purl.oclc.org/ooxml/officeDocument/extendedProperties"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/custom-properties", "http://purl.oclc.org/ooxml/officeDocument/customProperties"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes", "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    ("http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing", "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing"),
    ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main"),
)  # fmt: skip
"""Namespaces and relationship types of ISO/IEC 29500 transitional, and of strict, in this order."""


def strict(data: bytes) -> bytes:
    """The package with strict namespaces and relationship types, as Excel saves a 「Strict Open XML」 workbook."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            part = old.read(info)
            if info.filename.endswith((".xml", ".rels")):
                for loose, tight in STRICT:
                    part = part.replace(loose.encode(), tight.encode())
            if info.filename == "xl/workbook.xml":
                part = part.replace(b"<workbook ", b'<workbook conformance="strict" ', 1)
            new.writestr(zipfile.ZipInfo(info.filename), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def make(tools: Path) -> None:
    """Write every sample anew."""
    from libreoffice import LibreOffice

    FORMATS.mkdir(exist_ok=True)
    source = RETURNS / "libreoffice.xlsx"
    with tempfile.TemporaryDirectory() as name, LibreOffice(Path(name)) as office:
        for to in ("xls", "ods"):
            shutil.copy(office.convert(source, to, Path(name) / to), FORMATS / f"libreoffice.{to}")
        for to in ("xlsx", "xls"):
            target = FORMATS / f"libreoffice-password.{to}"
            job = {"path": str(source), "to": to, "password": PASSWORD}
            office.run("encrypt", {**job, "save_as": str(target)})
    for to in ("xls", "ods"):
        target = FORMATS / f"gnumeric.{to}"
        subprocess.run(["ssconvert", source, target], check=True, capture_output=True)
    environment = {**os.environ, "NODE_PATH": str(tools / "node_modules")}
    target = FORMATS / "sheetjs.xlsb"
    subprocess.run(["node", "-e", _SHEETJS, source, target], check=True, env=environment)
    (FORMATS / "strict.xlsx").write_bytes(strict((RETURNS / "openpyxl.xlsx").read_bytes()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--force", action="store_true", help="overwrite the committed samples")
    given = parser.parse_args()
    if not given.force:
        sys.exit("samples/formats holds committed samples; --force makes them anew")
    make(given.tools)
