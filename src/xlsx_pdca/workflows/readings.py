"""Readings of archived files: parsed in the worker, judged by the frozen plan, kept in the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

import msgspec

from xlsx_pdca import __version__
from xlsx_pdca.checks.whole import read_return
from xlsx_pdca.contents import Contents, OldWorkbook, Uncovered
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.cache import ReadingCache, ReadingKey
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.submission import Reading
from xlsx_pdca.workbook.other_formats import question
from xlsx_pdca.worker import Crew, Worker
from xlsx_pdca.workflows.opening import Opened

PARSER = "xlsx_pdca.workflows.opening"
_TOGETHER = 64


class Readings:
    """What archived files say under frozen plans; one crew of workers and one cache for a whole run."""

    def __init__(
        self, folder: RoundFolder, secrets: Sequence[str] = (), *, plans: Archive | None = None
    ) -> None:
        """`secrets` are passwords to try on what is closed, kept nowhere; `plans` says where else than usual they lie."""
        self.originals = Archive.of_originals(folder.originals)
        self._plans_archive = plans or Archive.of_plans(folder.plans)
        self._plans: dict[str, WorkbookPlan] = {}
        self._cache = ReadingCache(folder.cache)
        self._new: dict[ReadingKey, str] = {}
        """Not yet in the cache; written together, for each writing waits for the disk."""
        self.has_secrets = bool(secrets)
        self._converted: Worker[RawBook] | None = None
        self._crew: Crew[RawBook | Contents | Uncovered | OldWorkbook] = Crew(
            PARSER, secrets=secrets
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._crew.close()
        if self._converted is not None:
            self._converted.close()
        self._keep_new()
        self._cache.close()

    def plan(self, digest: str) -> WorkbookPlan:
        """The frozen plan of that SHA-256."""
        if digest not in self._plans:
            self._plans[digest] = WorkbookPlan.from_json(self._plans_archive.get(digest))
        return self._plans[digest]

    def expect(self, files: int) -> None:
        """So many files will be parsed: the workers get ready while these are still being collected."""
        self._crew.start(files)

    def parse_all(self, files: Iterable[bytes]) -> Iterator[Opened]:
        """What each file is, before we think anything of it; in their order, a few parsed ahead."""
        return self._crew.parse_all(files)

    def parse_converted(self, original: bytes, converted: bytes) -> RawBook | Refusal:
        """What the .xlsx made of an old format says, compared with that one."""
        if self._converted is None:
            self._converted = Worker("xlsx_pdca.workbook.other_formats")
        return self._converted.parse(question(original, converted))

    def reading(self, sha256: str, plan: str, slots: Mapping[str, str] | None) -> Reading | Refusal:
        """Reading of an archived file; from the cache where it was read before."""
        key = _key(sha256, plan, slots)
        kept = self._new.get(key) or self._cache.get(key)
        if kept is not None:
            return msgspec.json.decode(kept, type=Reading)
        book = self._crew.parse(self.originals.get(sha256))
        if isinstance(book, OldWorkbook):
            book = book.book
        if isinstance(book, Refusal):
            return book
        if not isinstance(book, RawBook):
            return Refusal(RefusalCode.CONTAINER, "holds other files")
        return self.judge(book, sha256, plan, slots)

    def judge(
        self, book: RawBook, sha256: str, plan: str, slots: Mapping[str, str] | None
    ) -> Reading:
        """Reading of a parsed file, kept in the cache."""
        reading = read_return(book, self.plan(plan), slots)
        self._new[_key(sha256, plan, slots)] = msgspec.json.encode(reading).decode()
        if len(self._new) >= _TOGETHER:
            self._keep_new()
        return reading

    def _keep_new(self) -> None:
        self._cache.put_many(self._new.items())
        self._new.clear()


def _key(sha256: str, plan: str, slots: Mapping[str, str] | None) -> ReadingKey:
    """Everything a reading depends on; locked texts are compared with the slot values as sent."""
    sent = msgspec.json.encode(dict(slots or {}), order="sorted")
    return ReadingKey(sha256, f"{plan}:{hashlib.sha256(sent).hexdigest()}", __version__)
