"""Which files `receive` and `check` look at: the drop folder, or files and folders given by path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlsx_pdca.errors import UsageError
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.open_files import is_owner_file
from xlsx_pdca.store.system import is_hidden

_LITTER = {"thumbs.db", "desktop.ini", ".ds_store"}
"""Files Windows and macOS leave in every folder."""
_SHORTCUTS = {".lnk", ".url", ".website"}

INSIDE = " › "
"""Between the name of a mail or archive and the name of what was in it."""


@dataclass(frozen=True)
class FoundFile:
    path: Path
    name: str
    """Path below the folder it was found in, with forward slashes."""
    source: str
    """In words, for the ledger: 40_届いたファイル, or the folder given."""
    modified: int
    """Nanoseconds; orders the files of one run."""
    takes_away: bool
    """True in the drop folder only: the file leaves once its event is durable."""
    inside: str = ""
    """SHA-256 of the mail or archive it was taken out of; `path` is then that of the file that was dropped."""
    own_name: str = ""
    """Its own name where it was taken out of another file."""
    senders: tuple[str, ...] = ()
    """Addresses of the mails it stood in, the innermost last."""
    is_retried: bool = False
    """It waits in the archive for its password, and one is known now."""
    mail: str = ""
    """Where it stands on a mail server, if it was fetched from one."""
    raw: bytes = field(default=b"", repr=False, compare=False)
    """The bytes themselves, where there is no file yet: `path` is then only a name."""

    @property
    def called(self) -> str:
        """The name its sender gave it, with the folders inside an archive."""
        return self.own_name or self.path.name


def dropped_files(folder: Path) -> tuple[FoundFile, ...]:
    """Files waiting in 40_届いたファイル, oldest first."""
    return _sorted(_below(folder, folder.name, takes_away=True))


def given_files(paths: Sequence[Path]) -> tuple[FoundFile, ...]:
    """Files and folders given by path; they stay where they are."""
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(
            f"指定されたファイルが見つかりません（{'、'.join(missing)}）。",
            "場所と名前を御確認ください。",
        )
    return _sorted(found for path in paths for found in _given(path))


def _given(path: Path) -> Iterator[FoundFile]:
    if path.is_dir():
        yield from _below(path, str(path), takes_away=False)
    else:
        with told_about(path):
            yield FoundFile(path, path.name, str(path.parent), path.stat().st_mtime_ns, False)


def passed_over(folder: Path) -> tuple[str, ...]:
    """Names below the folder that are neither looked at nor known litter: hidden files, links, pipes."""
    with told_about(folder):
        found = (path for path in sorted(folder.rglob("*")) if not _is_folder(path))
        left = (path for path in found if not (is_ordinary(path) or _is_litter(path)))
        return tuple(path.relative_to(folder).as_posix() for path in left)


def _below(folder: Path, source: str, *, takes_away: bool) -> Iterator[FoundFile]:
    with told_about(folder):
        for path in sorted(folder.rglob("*")):
            if is_ordinary(path):
                name = path.relative_to(folder).as_posix()
                yield FoundFile(path, name, source, path.stat().st_mtime_ns, takes_away)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def is_ordinary(path: Path) -> bool:
    """Whether a path is a plain file somebody put there: no link, nothing hidden, no litter of a system."""
    is_plain = path.is_file() and not path.is_symlink()
    return is_plain and not (_is_litter(path) or is_hidden(path) or _is_shortcut(path))


def _is_shortcut(path: Path) -> bool:
    """Shortcuts of Windows lead to a file somewhere else; nothing of it came with them."""
    return path.suffix.casefold() in _SHORTCUTS


def _is_litter(path: Path) -> bool:
    is_plain = path.is_file() and not path.is_symlink()
    return is_plain and (path.name.casefold() in _LITTER or is_owner_file(path))


def _sorted(files: Iterable[FoundFile]) -> tuple[FoundFile, ...]:
    return tuple(sorted(files, key=lambda found: (found.modified, found.name)))
