"""Make the pictures of the READMEs anew from the demonstration: python tools/make_pictures.py (or `make pictures`).

The demonstration is played with its default seed, two of its books are printed by LibreOffice, and one page
of each picture is cropped to what is on it. Needs LibreOffice, poppler and the font BIZ UDPゴシック (tools/programs
installs them); with the same versions of these the same pictures come out. Look at them before committing.
"""

from __future__ import annotations

import contextlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader

from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.workflows.demo import DEFAULT_SEED, play
from xlsx_pdca.workflows.merge import CONSOLIDATED

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
PROGRAMS = ("soffice", "pdftoppm")
FORM = "事前課題/102016-1_前橋市_事前課題.xlsx"
MARGIN = 8
"""Pixels of white left around what is printed."""
MOST_COLOURS = 256
WHITE = b"\xff\xff\xff"


@dataclass(frozen=True)
class Picture:
    """One picture: the first page of a book that holds all the words."""

    name: str
    book: str
    """Path below the round folder."""
    words: tuple[str, ...]
    dots: int
    """Per inch."""
    down_to: float
    """Share of the page's height that is kept, so that the footer is not."""


PICTURES = (
    Picture("issued-form.png", f"20_送付用/{FORM}", ("急変時の対応", "J2-02"), 105, 0.93),
    Picture("summary-scene.png", f"70_取りまとめ/{CONSOLIDATED}", ("入退院支援", "104213"), 90, 0.773),
    Picture("summary-overview.png", f"70_取りまとめ/{CONSOLIDATED}", ("提出の状況",), 121, 0.96),
)  # fmt: skip


@dataclass(frozen=True)
class Bitmap:
    """An image of three bytes per pixel, row by row from the top."""

    width: int
    rows: tuple[bytes, ...]

    def cropped(self) -> Bitmap:
        """What is not white, with a small margin around it."""
        blank = WHITE * self.width
        used = [n for n, row in enumerate(self.rows) if row != blank]
        top, bottom = max(used[0] - MARGIN, 0), used[-1] + 1 + MARGIN
        inked = [row for row in self.rows[top:bottom] if row != blank]
        left = min(_first_ink(row) for row in inked)
        right = self.width - min(_first_ink(row[::-1]) for row in inked)
        left, right = max(left - MARGIN, 0), min(right + MARGIN, self.width)
        return Bitmap(
            right - left, tuple(row[3 * left : 3 * right] for row in self.rows[top:bottom])
        )

    def png(self) -> bytes:
        """With a palette: the commonest colours, every other one shown as the nearest of them."""
        lines = [[row[n : n + 3] for n in range(0, len(row), 3)] for row in self.rows]
        count = Counter(colour for line in lines for colour in line)
        # Sorted by their bytes where equally common: the same pixels make the same file.
        palette = sorted(count, key=lambda colour: (-count[colour], colour))[:MOST_COLOURS]
        index = {colour: palette.index(_nearest(colour, palette)) for colour in count}
        body = b"".join(b"\0" + bytes(index[colour] for colour in line) for line in lines)
        head = struct.pack(">IIBBBBB", self.width, len(self.rows), 8, 3, 0, 0, 0)
        parts = (
            (b"IHDR", head),
            (b"PLTE", b"".join(palette)),
            (b"IDAT", zlib.compress(body, 9)),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _first_ink(row: bytes) -> int:
    """Pixels of white at the beginning of a row."""
    return (len(row) - len(row.lstrip(b"\xff"))) // 3


def _nearest(colour: bytes, palette: Sequence[bytes]) -> bytes:
    return min(
        palette, key=lambda other: sum((a - b) ** 2 for a, b in zip(colour, other, strict=True))
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@contextlib.contextmanager
def silent(_total: int, _word: str) -> Iterator[object]:
    yield lambda _: None


def main() -> int:
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        print(f"missing: {', '.join(missing)}; tools/programs installs them", file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        played = play(root / "demo", seed=DEFAULT_SEED, tell=print, progress=silent)
        papers = printed(played.folder, root)
        for picture in PICTURES:
            data = bitmap(picture, papers[picture.book]).cropped().png()
            (FOLDER / picture.name).write_bytes(data)
            print(f"{picture.name}: {len(data) // 1024} KB")
    return 0


def printed(round_folder: RoundFolder, work: Path) -> dict[str, Path]:
    """Each book that is pictured, as a PDF."""
    books = tuple(dict.fromkeys(picture.book for picture in PICTURES))
    profile = (work / "profile").as_uri()
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf",
            "--outdir", work / "pdf", *(round_folder.root / book for book in books),
        ],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return {book: (work / "pdf" / Path(book).name).with_suffix(".pdf") for book in books}


def bitmap(picture: Picture, paper: Path) -> Bitmap:
    """The page of the picture, without its footer."""
    page = page_with(picture.words, paper)
    command = ["pdftoppm", "-r", str(picture.dots), "-f", str(page), "-l", str(page), paper]
    ppm = subprocess.run(command, check=True, capture_output=True).stdout
    kind, size, _most, pixels = ppm.split(b"\n", 3)
    width, height = map(int, size.split())
    assert kind == b"P6" and len(pixels) == 3 * width * height
    kept = range(int(height * picture.down_to))
    return Bitmap(width, tuple(pixels[3 * width * n : 3 * width * (n + 1)] for n in kept))


def page_with(words: Sequence[str], paper: Path) -> int:
    """Number of the first page, from 1, that holds all the words."""
    for number, page in enumerate(PdfReader(paper).pages, 1):
        text = "".join(page.extract_text().split())
        if all(word in text for word in words):
            return number
    raise SystemExit(f"{paper.name}: no page holds {'、'.join(words)}")


if __name__ == "__main__":
    sys.exit(main())
