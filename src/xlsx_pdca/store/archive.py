"""Originals and plans under the name of their content: what went in once is never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from xlsx_pdca.errors import OperatorError
from xlsx_pdca.store.disk_errors import disk_error, told_about
from xlsx_pdca.store.system import (
    SYSTEM,
    Calls,
    is_unfinished,
    make_folders,
    make_read_only,
    make_writable,
    remove_file,
    replace_file,
    sync_directory,
    write_beside,
)

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class NotArchived(OperatorError):
    """The archive does not hold what the ledger refers to."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"保管してある原本「{path}」が見つかりません。",
            "バックアップからこのファイルを元に戻してください。",
        )


class DamagedOriginal(OperatorError):
    """A kept file no longer has the content it was kept for."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"保管してある原本「{path}」の内容が、受け取ったときから変わっています。",
            "このファイルは使わず、バックアップから元に戻すか、同じファイルをもう一度受け付けてください。",
        )


@dataclass(frozen=True)
class Verification:
    """What reading the whole archive again has shown."""

    checked: int
    damaged: tuple[str, ...]
    """Digests whose file has other content now, or cannot be read."""
    missing: tuple[str, ...]
    """Digests that were expected and are not there."""
    foreign: tuple[Path, ...]
    """Files that nobody of us put there."""
    kept: frozenset[str] = field(default=frozenset(), compare=False)
    """Digests of all files there, damaged ones too."""


@dataclass(frozen=True)
class Archive:
    """Files named by the SHA-256 of their bytes."""

    root: Path
    suffix: str = ""
    shard: int = 2
    """Digits of the digest that name a folder in between; 0 for none."""
    calls: Calls = SYSTEM

    @classmethod
    def of_originals(cls, root: Path, *, calls: Calls = SYSTEM) -> Archive:
        """`<first two>/<sha256>`, for thousands of files as they were received."""
        return cls(root, calls=calls)

    @classmethod
    def of_plans(cls, root: Path, *, calls: Calls = SYSTEM) -> Archive:
        """`<sha256>.json`, for the few frozen plans of a round."""
        return cls(root, suffix=".json", shard=0, calls=calls)

    def path(self, digest: str) -> Path:
        """Where the bytes of this digest stand or would stand."""
        if not _DIGEST.match(digest):
            raise ValueError(f"not a SHA-256: {digest!r}")
        return self.root / digest[: self.shard] / f"{digest}{self.suffix}"

    def put(self, blob: bytes) -> str:
        """Keep the bytes; the digest comes back when they are durable."""
        return self.put_many((blob,))[0]

    def put_many(self, blobs: Sequence[bytes]) -> tuple[str, ...]:
        """Keep all of them; the digests come back, in their order, when every one is durable.

        Bytes already kept are compared, and written anew where the kept copy is damaged.
        """
        digests = tuple(sha256(blob).hexdigest() for blob in blobs)
        for digest, blob in dict(zip(digests, blobs, strict=True)).items():
            self._keep(self.path(digest), blob)
        # A copy or folder found in place is synced too: the run that made it may have died before it could.
        folders = {self.path(digest).parent for digest in digests}
        for folder in sorted({self.root, *folders} if folders else ()):
            sync_directory(folder, calls=self.calls)
        return digests

    def has(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def get(self, digest: str) -> bytes:
        """The bytes, proven to be those that were put in."""
        path = self.path(digest)
        try:
            blob = path.read_bytes()
        except FileNotFoundError:
            raise NotArchived(path) from None
        except OSError as error:
            raise disk_error(error, path) from error
        if sha256(blob).hexdigest() != digest:
            raise DamagedOriginal(path)
        return blob

    def remove(self, digest: str) -> None:
        """Take the bytes out for good; only for disposal, which books who, when and why."""
        if self.has(digest):
            remove_file(self.path(digest), calls=self.calls)

    def verify(self, expected: Iterable[str] = ()) -> Verification:
        """Read every file again and compare it with its name; look for the expected ones."""
        damaged: list[str] = []
        foreign: list[Path] = []
        found: set[str] = set()
        for path in sorted(self.root.rglob("*")):
            digest = path.name.removesuffix(self.suffix)
            if path.is_dir() or is_unfinished(path):
                continue
            if not _DIGEST.match(digest) or self.path(digest) != path:
                foreign.append(path)
                continue
            found.add(digest)
            if _digest_of(path) != digest:
                damaged.append(digest)
        missing = tuple(sorted(set(expected) - found))
        return Verification(len(found), tuple(damaged), missing, tuple(foreign), frozenset(found))

    def _keep(self, path: Path, blob: bytes) -> None:
        with told_about(path):
            if path.exists():
                if path.read_bytes() == blob:
                    return
                make_writable(path)
        make_folders(path.parent, calls=self.calls)
        finished = write_beside(path, blob, calls=self.calls)
        with told_about(path):
            make_read_only(finished)
        replace_file(finished, path, calls=self.calls)


def _digest_of(path: Path) -> str:
    """Digest of what stands there now; "" where the disk does not give it, for the others must still be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
