"""Every file with everything in it: archived, opened level by level, and judged; nothing is booked here."""

from __future__ import annotations

import contextlib
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

from xlsx_pdca.checks.register import Register
from xlsx_pdca.contents import ContainerKind, Contents, OldWorkbook, Uncovered
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.store.programs import OfficeProgram, find_office
from xlsx_pdca.workbook.office import AT_ONCE, OldBook, convert_all
from xlsx_pdca.workflows.collect import INSIDE, FoundFile
from xlsx_pdca.workflows.companions import with_companions
from xlsx_pdca.workflows.decide import Judged
from xlsx_pdca.workflows.judge import judge, not_read, register_of, taken_apart
from xlsx_pdca.workflows.opening import Opened
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round

BATCH_FILES = 64
BATCH_SECONDS = 2.0
BATCH_BYTES = 32 << 20
DEPTH = 6
"""Of mails and archives in one another; a return in a zip in a forwarded mail stands in three."""
PARTS = 5_000
PARTS_BYTES = 512 << 20
"""Of everything that stands in one dropped file, on all levels together."""

_NAMELESS = "（名前なし）"
_ENDING = re.compile(r"(?<=[^/])\.[0-9A-Za-z]{1,8}\Z")

Step = Callable[[FoundFile], None]
Looked = tuple[FoundFile, Judged]


@dataclass
class _Budget:
    """What one dropped file may still unfold into."""

    parts: int = PARTS
    size: int = PARTS_BYTES

    def spend(self, contents: Contents) -> bool:
        """False when it holds more than is left."""
        self.parts -= len(contents.parts)
        self.size -= sum(len(part.data) for part in contents.parts)
        return self.parts >= 0 and self.size >= 0


@dataclass(frozen=True)
class _Item:
    """Bytes on their way through the worker, and the file they belong to."""

    file: FoundFile
    data: bytes
    judged: Judged
    """What is known of the file before it is opened."""
    home: FoundFile | None = None
    """The innermost mail it came in, else the outermost archive."""
    depth: int = 0
    budget: _Budget = field(default_factory=_Budget)


@dataclass
class Unfolding:
    """One run over the files of the drop folder, or of those given by path."""

    round: Round
    readings: Readings
    ledger: Ledger
    keep: bool
    """Archive what is opened; a dry run keeps nothing."""
    step: Step = lambda _: None
    unread: list[FoundFile] = field(default_factory=list)
    """Files whose bytes the disk did not give."""
    _pending: deque[_Item] = field(default_factory=deque)
    _found: dict[FoundFile, Judged] = field(default_factory=dict)
    _inside: dict[FoundFile, Sequence[FoundFile]] = field(default_factory=dict)
    _homes: dict[FoundFile, FoundFile] = field(default_factory=dict)
    _dropped: list[FoundFile] = field(default_factory=list)
    _old: list[tuple[_Item, OldWorkbook]] = field(default_factory=list)
    """Workbooks of other formats; one start of LibreOffice serves several."""

    def judged(self, files: Iterable[FoundFile]) -> list[Looked]:
        """Each file with what it says, behind everything that stood in it; bytes are archived before they are parsed."""
        register = register_of(self.round, self.ledger, self.readings)
        for item, result in self._opened(files):
            judged = self._judge(item, result, register)
            if judged is not None:
                self._settle(item, judged)
            if len(self._old) >= AT_ONCE:
                self._settle_old(register)
        if self._old:
            self._settle_old(register)
        found = with_companions(self._found, self._homes, self._inside, register)
        return [(file, found[file]) for top in self._dropped for file in self._inner_first(top)]

    def _settle(self, item: _Item, judged: Judged) -> None:
        self._found[item.file] = judged
        if item.home is None:
            self.step(item.file)

    def _settle_old(self, register: Register) -> None:
        for item, book in self._converted():
            self._settle(item, self._read(item, book, register))

    def _inner_first(self, file: FoundFile) -> Iterator[FoundFile]:
        for inner in self._inside.get(file, ()):
            yield from self._inner_first(inner)
        yield file

    # -- archive and parse -------------------------------------------------------------

    def _opened(self, files: Iterable[FoundFile]) -> Iterator[tuple[_Item, Opened]]:
        """Each item with what the worker makes of it; what stood inside one comes before further dropped files."""
        dropped = self._archived(files)
        taken: deque[_Item] = deque()

        def coming() -> Iterator[bytes]:
            while item := self._pending.popleft() if self._pending else next(dropped, None):
                taken.append(item)
                yield item.data

        more = True
        while more:
            for result in self.readings.parse_all(coming()):
                yield taken.popleft(), result
            more = bool(self._pending)

    def _archived(self, files: Iterable[FoundFile]) -> Iterator[_Item]:
        for batch in _batches(files, self.unread):
            digests = self._kept([data for _, data in batch])
            for (file, data), digest in zip(batch, digests, strict=True):
                self._dropped.append(file)
                yield _Item(file, data, _beginning(file, data, digest))

    def _kept(self, blobs: Sequence[bytes]) -> Sequence[str]:
        """Digests of bytes that are durable now, unless nothing is to be kept."""
        if self.keep:
            return self.readings.originals.put_many(blobs)
        return [sha256(blob).hexdigest() for blob in blobs]

    # -- judge ---------------------------------------------------------------------------

    def _judge(self, item: _Item, result: Opened, register: Register) -> Judged | None:
        """What the file says; None where it has to be parsed once more, without its cover."""
        match result:
            case Contents():
                return self._taken_apart(item, result)
            case Uncovered(data=data):
                (digest,) = self._kept([data])
                again = replace(item.judged, read_as=digest, was_covered=True)
                self._pending.appendleft(replace(item, data=data, judged=again))
                return None
            case OldWorkbook():
                if self._office is not None:
                    self._old.append((item, result))
                    return None
                return self._read(item, result.book, register)
            case _:
                return self._read(item, result, register)

    def _read(self, item: _Item, book: RawBook | Refusal, register: Register) -> Judged:
        if isinstance(book, Refusal):
            return self._not_read(item.judged, book, item.data)
        return judge(
            item.judged,
            item.file,
            book,
            register=register,
            ledger=self.ledger,
            readings=self.readings,
        )

    def _not_read(self, base: Judged, refusal: Refusal, data: bytes) -> Judged:
        return not_read(base, refusal, data, tried=self.readings.has_secrets)

    @cached_property
    def _office(self) -> OfficeProgram | None:
        """Looked for once, and only where something came that needs it."""
        return find_office()

    def _converted(self) -> Iterator[tuple[_Item, RawBook | Refusal]]:
        """What came in other formats, as the .xlsx made of it says; where none could be made, as one reader says."""
        assert self._office is not None
        old = [OldBook(item.data, found.suffix) for item, found in self._old]
        made = convert_all(old, office=self._office)
        for (item, found), data in zip(self._old, made, strict=True):
            if isinstance(data, Refusal):
                yield item, found.book
                continue
            (digest,) = self._kept([data])
            known = replace(item.judged, read_as=digest, was_converted=True)
            yield replace(item, judged=known), self.readings.parse_converted(item.data, data)
        self._old.clear()

    def _taken_apart(self, item: _Item, contents: Contents) -> Judged:
        """The container itself; what stands in it waits for its turn."""
        if item.depth >= DEPTH or not item.budget.spend(contents):
            told = Refusal(RefusalCode.HOSTILE, "too much inside, or too deep")
            return self._not_read(item.judged, told, item.data)
        files = tuple(_files_inside(item, contents))
        self._inside[item.file] = files
        is_mail = contents.kind is ContainerKind.MAIL
        home = item.file if is_mail or item.home is None else item.home
        readable = [part.data for part in contents.parts if part.refusal is None]
        digests = iter(self._kept(readable))
        inner = []
        for file, part in zip(files, contents.parts, strict=True):
            self._homes[file] = home
            digest = "" if part.refusal else next(digests)
            begun = replace(
                _beginning(file, part.data, digest), is_inline=part.inline, defect=part.defect
            )
            if part.refusal is not None:
                self._found[file] = self._not_read(begun, part.refusal, b"")
            else:
                inner.append(_Item(file, part.data, begun, home, item.depth + 1, item.budget))
        self._pending.extendleft(reversed(inner))
        return taken_apart(item.judged, contents)


def _beginning(file: FoundFile, data: bytes, digest: str) -> Judged:
    """What is known of a file before it is opened."""
    return Judged(
        name=file.name,
        source=file.source,
        sha256=digest,
        size=len(data),
        modified=file.modified,
        inside=file.inside,
        mail=file.mail,
    )


def _files_inside(item: _Item, contents: Contents) -> Iterator[FoundFile]:
    """The parts as files of their own; equal names are told apart, so that a second run knows each again."""
    senders = item.file.senders
    if contents.letter is not None and contents.letter.sender:
        senders = (*senders, contents.letter.sender)
    names = [part.name or _NAMELESS for part in contents.parts]
    for name, own in zip(names, told_apart(names), strict=True):
        yield replace(
            item.file,
            name=f"{item.file.name}{INSIDE}{own}",
            own_name=name,
            takes_away=False,
            inside=item.judged.sha256,
            senders=senders,
            mail="",
            raw=b"",
        )


def told_apart(names: Sequence[str]) -> list[str]:
    """The names, from the second of one name on with its number; an ending stays, for Windows opens by it."""
    taken, met = set(names), dict.fromkeys(names, 0)
    found = []
    for name in names:
        own, ending = name, _ENDING.search(name)
        end = ending[0] if ending else ""
        met[name] += 1
        while met[name] > 1 and own in taken:
            own = f"{name.removesuffix(end)}（{met[name]}つ目）{end}"
            met[name] += own in taken  # somebody called a file so
        taken.add(own)
        found.append(own)
    return found


def _bytes_of(file: FoundFile) -> bytes:
    """The bytes of a dropped file; a file server that stumbles once is asked once more."""
    if file.raw:
        return file.raw
    with contextlib.suppress(OSError):
        return file.path.read_bytes()
    return file.path.read_bytes()


def _batches(
    files: Iterable[FoundFile], unread: list[FoundFile]
) -> Iterator[list[tuple[FoundFile, bytes]]]:
    """Files with their bytes, at most 64, two seconds' worth, or as many bytes as memory should hold."""
    batch: list[tuple[FoundFile, bytes]] = []
    began, size = time.monotonic(), 0
    for file in files:
        try:
            batch.append((file, _bytes_of(file)))
        except FileNotFoundError:
            if not file.takes_away:  # else another run has taken it in since they were listed
                unread.append(file)
            continue
        except OSError:  # open elsewhere, no right to read: this one file waits, the others go on
            unread.append(file)
            continue
        size += len(batch[-1][1])
        full = len(batch) == BATCH_FILES or size > BATCH_BYTES
        if full or time.monotonic() - began > BATCH_SECONDS:
            yield batch
            batch, began, size = [], time.monotonic(), 0
    if batch:
        yield batch
