"""Old formats made .xlsx by a real LibreOffice: right answers, read twice, nothing run, nothing fetched."""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from format_samples import data_of, taken, truth
from libreoffice import LibreOffice
from old_files import ODS_TYPE, ods, ods_cell, ods_row, ole, xls
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.store.programs import OfficeProgram, find_office
from xlsx_pdca.workbook.office import OldBook, convert, convert_all
from xlsx_pdca.workbook.other_formats import decode, parse, question
from xlsx_pdca.workbook.parts.kind import suffix_of
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.workbook.second_reader import FAILED, UNKNOWN_RECORDS

SAMPLES = ("libreoffice.xls", "libreoffice.ods", "gnumeric.xls", "gnumeric.ods", "sheetjs.xlsb")
BROKEN = "broken.xls"


class Listener:
    """A server on this machine that answers nothing and counts who calls."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(1)
        self.port: int = self._socket.getsockname()[1]

    def calls(self) -> int:
        count = 0
        with contextlib.suppress(TimeoutError):
            while True:
                caller, _ = self._socket.accept()
                caller.close()
                count += 1
        return count


@pytest.fixture(scope="module")
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file a macro would write."""
    return tmp_path_factory.mktemp("macro") / "ran"


@pytest.fixture(scope="module")
def trap(listener: Listener, ran: Path) -> bytes:
    """An .ods with a macro that runs when it is opened, a link to another file and a picture, both on a server."""
    return trapped(f"http://127.0.0.1:{listener.port}", ran)


@pytest.fixture(scope="module")
def converted(trap: bytes) -> Iterator[dict[str, bytes | Refusal]]:
    """What one start of LibreOffice makes of all samples, a broken file and the trap."""
    office = find_office()
    if office is None:
        pytest.skip(
            "soffice is not installed (apt-get install --no-install-recommends libreoffice-calc)"
        )
    data = {name: data_of(name) for name in SAMPLES}
    data |= {BROKEN: ole({"Workbook": b"\x09\x08" + b"\xff" * 6000}), "trap.ods": trap}
    books = [OldBook(each, Path(name).suffix) for name, each in data.items()]
    yield dict(zip(data, convert_all(books, office=office), strict=True))


@pytest.mark.soffice
@pytest.mark.parametrize("name", SAMPLES)
def test_every_answer_exact(name: str, converted: dict[str, bytes | Refusal]) -> None:
    """Every answer as typed, the ticket proved, no finding but what two programs take away themselves."""
    data = converted[name]
    assert isinstance(data, bytes)
    book = decode(parse(question(data_of(name), data)))
    assert isinstance(book, RawBook)
    assert not book.read_by_one
    outcome = taken(book)
    lost = "\n" if name == "gnumeric.ods" else ""  # Gnumeric itself writes no line ends into .ods
    assert outcome.said() == {at: text.replace(lost, "") for at, text in truth().items()}
    assert outcome.proved
    alone = {"gnumeric.ods": FAILED, "sheetjs.xlsb": UNKNOWN_RECORDS}.get(name)
    # Gnumeric also writes the form's formulas into .ods in words of its own
    told = {"gnumeric.ods": {"STR22", "STR35"}, "sheetjs.xlsb": {"STR22"}}.get(name, set())
    assert set(outcome.codes) == told
    assert [each[3].startswith(alone or "") for each in book.disagreements] == [True] * bool(alone)


@pytest.mark.soffice
def test_an_answer_that_differs_is_told(converted: dict[str, bytes | Refusal]) -> None:
    """A converted book that says otherwise than the original in one answer makes a person look at that one."""
    data = converted["libreoffice.ods"]
    assert isinstance(data, bytes)
    other = data_of("libreoffice.xls").replace(
        "高齢介護課".encode("utf-16-le"), "高齢医療課".encode("utf-16-le")
    )
    assert other != data_of("libreoffice.xls")
    book = decode(parse(question(other, data)))
    assert isinstance(book, RawBook)
    assert ("組織表", "D9", "高齢介護課", "高齢医療課") in book.disagreements
    assert taken(book).codes == ("STR14",)


@pytest.mark.soffice
def test_a_broken_file_costs_itself_only(converted: dict[str, bytes | Refusal]) -> None:
    """What LibreOffice cannot open is refused; the others of the same start come out."""
    told = converted[BROKEN]
    assert isinstance(told, Refusal)
    assert told.code in (RefusalCode.DAMAGED, RefusalCode.CRASHED)
    assert sum(isinstance(each, bytes) for each in converted.values()) == len(SAMPLES) + 1


@pytest.mark.soffice
def test_nothing_is_run_and_nothing_is_fetched(
    converted: dict[str, bytes | Refusal],
    trap: bytes,
    listener: Listener,
    ran: Path,
    soffice: LibreOffice,
    tmp_path: Path,
) -> None:
    """A macro and links in the file stay dead; with a person's consent the same file springs both."""
    gated = read_workbook(trap)
    assert isinstance(gated, Refusal) and suffix_of(gated) == ""
    assert isinstance(
        converted["trap.ods"], bytes
    )  # the gate gone round, to see what LibreOffice does
    book = decode(parse(question(trap, converted["trap.ods"])))
    assert isinstance(book, RawBook) and book.has_macros
    assert not ran.exists()
    assert listener.calls() == 0
    path = tmp_path / "trap.ods"
    path.write_bytes(trap)
    soffice.run("consent", {"path": str(path)})
    assert ran.exists()
    assert listener.calls() > 0


def trapped(server: str, ran: Path) -> bytes:
    namespaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "script", "drawing")
    )
    namespaces += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:dom="http://www.w3.org/2001/xml-events" xmlns:ooo="http://openoffice.org/2004/office"'
    macro = "vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"
    content = (
        f'<office:document-content {namespaces} office:version="1.2"><office:scripts><office:event-listeners>'
        f'<script:event-listener script:language="ooo:script" script:event-name="dom:load" xlink:href="{macro}" xlink:type="simple"/>'
        "</office:event-listeners></office:scripts><office:body><office:spreadsheet>"
        f'<table:table table:name="回答">{ods_row(ods_cell("御回答"))}<table:shapes><draw:frame svg:width="3cm" svg:height="3cm"><draw:image xlink:href="{server}/picture.png" xlink:type="simple"/></draw:frame></table:shapes></table:table>'
        f'<table:table table:name="外"><table:table-source xlink:type="simple" xlink:href="{server}/other.ods" table:table-name="A" table:mode="copy-all"/>{ods_row(ods_cell("古い値"))}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    module = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">'
        f"Sub Main\nOpen &quot;{ran}&quot; For Output As #1\nPrint #1, &quot;ran&quot;\nClose #1\nEnd Sub\n"
        "</script:module>"
    )
    library = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false">'
        '<library:element library:name="Module1"/></library:library>'
    )
    libraries = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<library:library library:name="Standard" library:link="false"/></library:libraries>'
    )
    parts = {
        "content.xml": content,
        "Basic/script-lc.xml": libraries,
        "Basic/Standard/script-lb.xml": library,
        "Basic/Standard/Module1.xml": module,
    }
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in parts
    )
    parts["META-INF/manifest.xml"] = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/>{listed}</manifest:manifest>'
    )
    return ods("", more=parts)


# -- with another program in its place, which does what the files say ------------------------

_STAND_IN = """#!{python}
import pathlib, sys, time, os
out = pathlib.Path(sys.argv[sys.argv.index("--outdir") + 1])
log = pathlib.Path({log!r})
with log.open("a") as f:
    f.write("start\\n")
for name in sys.argv[sys.argv.index("--outdir") + 2:]:
    source = pathlib.Path(name)
    data = source.read_bytes()
    if data == b"hang": time.sleep(100)
    if data == b"crash": os._exit(7)
    if data == b"eat": bytearray(2 << 30)
    if data == b"half": (out / (source.stem + ".xlsx")).write_bytes(b"PK")
    if data == b"restart" and log.read_text().count("start") == 1: os._exit(81)
    if data in (b"good", b"restart"): (out / (source.stem + ".xlsx")).write_bytes(b"PK" + b"PK\\x05\\x06" + bytes(18))
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> OfficeProgram:
    path = tmp_path / "soffice"
    script = _STAND_IN.format(python=sys.executable, log=str(tmp_path / "log"))
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    return OfficeProgram(path)


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"hang", RefusalCode.TIMEOUT),
        (b"crash", RefusalCode.CRASHED),
        (b"eat", RefusalCode.CRASHED),
        (b"half", RefusalCode.DAMAGED),
        (b"nothing", RefusalCode.DAMAGED),
    ],
)
def test_one_bad_file_among_good_ones(
    stand_in: OfficeProgram, bad: bytes, code: RefusalCode
) -> None:
    """Whatever one file does to the program, the others are converted, and no call takes longer than its limits."""
    books = [OldBook(data, ".xls") for data in (b"good", bad, b"good")]
    books.append(OldBook(b"good", ""))
    started = time.monotonic()
    first, told, last, unopened = convert_all(books, office=stand_in, seconds=2, more_seconds=0)
    assert time.monotonic() - started < 30
    assert isinstance(first, bytes) and isinstance(last, bytes)
    assert isinstance(told, Refusal)
    assert told.code is code
    assert isinstance(unopened, Refusal) and unopened.code is RefusalCode.OLD_FORMAT


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_starts_are_shared(stand_in: OfficeProgram, tmp_path: Path) -> None:
    """Many files take few starts; one that only made its profile ready is started again."""
    books = [OldBook(b"good", ".ods")] * 17
    assert all(isinstance(each, bytes) for each in convert_all(books, office=stand_in))
    assert (tmp_path / "log").read_text().count("start") == 3
    (tmp_path / "log").unlink()
    assert isinstance(convert(b"restart", ".ods", office=stand_in), bytes)


def test_program_that_cannot_be_started(tmp_path: Path) -> None:
    """A program that is gone costs a refusal, and nothing stays in the temporary folder."""
    gone = OfficeProgram(tmp_path / "gone")
    told = convert(xls([(1, 1, "x")]), ".xls", office=gone)
    assert isinstance(told, Refusal)
    assert told.code is RefusalCode.CRASHED
    assert list(tmp_path.iterdir()) == []
