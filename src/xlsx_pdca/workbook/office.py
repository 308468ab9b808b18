"""Old formats made .xlsx by LibreOffice, in a limited process of its own; the result is foreign bytes as before.

Its settings, its names of files and its folder are ours and last for one call. The same file converted again
need not give the same bytes: LibreOffice writes the time and the order of its own tables.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlsx_pdca.rawbook import Refusal, RefusalCode
from xlsx_pdca.store.limited import Ended, run_limited
from xlsx_pdca.store.programs import OfficeProgram, office_environment
from xlsx_pdca.workbook.office_profile import write_profile

SECONDS = 60.0
"""For one start and one file…"""
MORE_SECONDS = 15.0
"""…and so much more for each further file of the same start."""
MEMORY = 1 << 30
AT_ONCE = 8
"""Files given to one start; one that breaks it makes the others start anew."""

_SUFFIXES = (".xls", ".xlsb", ".ods", ".xml")
_NEEDS_RESTART = 81
"""What it returns after it has made its profile ready, before it looks at any file."""
_ARGUMENTS = (
    "--headless", "--invisible", "--norestore", "--nolockcheck", "--nodefault", "--nologo",
    "--nofirststartwizard", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir",
)  # fmt: skip
# an archive ends with its directory's end, so a file cut off on the way is seen without reading it
_ZIP_END, _ZIP_END_BYTES = b"PK\x05\x06", 22


@dataclass(frozen=True)
class OldBook:
    """A workbook of another format, as it came."""

    data: bytes
    suffix: str
    """.xls, .xlsb, .ods or .xml, by its content, never the sender's; "" for one that no program should open."""


def convert(data: bytes, suffix: str, *, office: OfficeProgram) -> bytes | Refusal:
    """The workbook as .xlsx, or why LibreOffice made none."""
    (converted,) = convert_all([OldBook(data, suffix)], office=office)
    return converted


def convert_all(
    books: Sequence[OldBook],
    *,
    office: OfficeProgram,
    seconds: float = SECONDS,
    more_seconds: float = MORE_SECONDS,
    memory: int = MEMORY,
) -> tuple[bytes | Refusal, ...]:
    """Each workbook as .xlsx, in their order; one that breaks LibreOffice or takes too long costs only itself."""
    unopened = Refusal(RefusalCode.OLD_FORMAT, "not given to LibreOffice")
    converted: dict[int, bytes | Refusal] = dict.fromkeys(range(len(books)), unopened)
    given = [(number, book) for number, book in enumerate(books) if book.suffix in _SUFFIXES]
    for start in range(0, len(given), AT_ONCE):
        batch = dict(given[start : start + AT_ONCE])
        limit = seconds + more_seconds * (len(batch) - 1)
        made = _one_start(batch, office, limit, memory)
        converted |= made
        for number in batch:
            # what came to nothing among others gets a start of its own
            if len(batch) > 1 and isinstance(made[number], Refusal):
                converted |= _one_start({number: batch[number]}, office, seconds, memory)
    return tuple(converted[number] for number in range(len(books)))


def _one_start(
    books: Mapping[int, OldBook], office: OfficeProgram, seconds: float, memory: int
) -> dict[int, bytes | Refusal]:
    with tempfile.TemporaryDirectory(prefix="xlsx_pdca_", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        for part in ("in", "out", "home"):
            (folder / part).mkdir()
        write_profile(folder / "profile")
        sources = [folder / "in" / f"book{number}{book.suffix}" for number, book in books.items()]
        for source, book in zip(sources, books.values(), strict=True):
            source.write_bytes(book.data)
        try:
            ended = _run(folder, sources, office, seconds, memory)
        except OSError as error:
            ended = Ended(-1, f"LibreOffice does not start: {error}")
        return {n: _result(folder / "out" / f"book{n}.xlsx", ended, seconds) for n in books}


def _run(
    folder: Path, sources: Sequence[Path], office: OfficeProgram, seconds: float, memory: int
) -> Ended:
    profile = (folder / "profile").as_uri()
    command = [str(office.path), f"-env:UserInstallation={profile}", *_ARGUMENTS]
    command += [str(folder / "out"), *map(str, sources)]

    def start() -> Ended:
        return run_limited(
            command,
            seconds=seconds,
            memory=memory,
            folder=folder,
            environment=office_environment(folder / "home"),
        )

    ended = start()
    return start() if ended.status == _NEEDS_RESTART else ended


def _result(target: Path, ended: Ended, seconds: float) -> bytes | Refusal:
    if target.is_file():
        data = target.read_bytes()
        if data[-_ZIP_END_BYTES:].startswith(_ZIP_END):
            return data
    if ended.status is None:
        return Refusal(RefusalCode.TIMEOUT, f"LibreOffice gave no answer within {seconds:g} s")
    if ended.status:
        told = f"LibreOffice ended with status {ended.status}\n{ended.said}".strip()
        return Refusal(RefusalCode.CRASHED, told)
    return Refusal(RefusalCode.DAMAGED, f"LibreOffice could not open it\n{ended.said}".strip())
