"""Calls that fail and processes that are killed, for the tests of the store."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlsx_pdca.store.system import Calls


def no_space() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def windows_error(number: int, code: int = errno.EACCES) -> OSError:
    """An error as Windows raises it."""
    error = OSError(code, "アクセスが拒否されました。")
    error.winerror = number  # type: ignore[attr-defined]
    return error


@dataclass
class Failing:
    """The real calls until the `n`-th of them, which fails; half of its bytes are written if it is a write."""

    n: int
    error: Callable[[], OSError] = no_space
    count: int = 0
    names: list[str] = field(default_factory=list)

    def _call(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        self.count += 1
        self.names.append(name)
        if self.count == self.n:
            if name == "write":
                os.write(args[0], args[1][: len(args[1]) // 2])
            raise self.error()
        return real(*args)

    @property
    def calls(self) -> Calls:
        return Calls(
            write=lambda fd, data: self._call("write", os.write, fd, data),
            sync=lambda fd: self._call("sync", os.fsync, fd),
            replace=lambda a, b: self._call("replace", os.replace, a, b),
            pause=lambda seconds: None,
        )


def always(error: Callable[[], OSError]) -> Callable[[Path, Path], None]:
    """A replace that never succeeds."""

    def replace(finished: Path, target: Path) -> None:
        raise error()

    return replace
