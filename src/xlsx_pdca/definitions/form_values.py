"""One table of a form file read key by key; what does not fit is noted for its author, never raised."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from xlsx_pdca.errors import Fault

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass
class Faults:
    """Everything found in one file."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(self, place: str, found: str, remedy: str) -> None:
        """Note one fault; the same one is listed once."""
        fault = Fault(self.file, place, found, remedy)
        if fault not in self.found:
            self.found.append(fault)


@dataclass
class Keys:
    """A table of a TOML file; `close` notes the keys nobody asked for."""

    values: Mapping[str, object]
    faults: Faults
    place: str = ""
    _known: set[str] = field(default_factory=set)

    def dotted(self, key: str) -> str:
        """Dotted key as shown to the author: `sheet[2].item[3].guide`."""
        return f"{self.place}.{key}" if self.place else key

    def fault(self, key: str, found: str, remedy: str) -> None:
        self.faults.add(self.dotted(key), found, remedy)

    def has(self, key: str) -> bool:
        return key in self.values

    def take(self, key: str) -> object:
        """Value as TOML gave it, or None; the key counts as known from here on."""
        self._known.add(key)
        return self.values.get(key)

    def wrong(self, key: str, value: object, wanted: str) -> None:
        self.fault(key, f"{shown(value)}と書かれています。", wanted)

    def missing(self, key: str, wanted: str) -> None:
        self.fault(key, f"「{key}」がありません。", wanted)

    # -- values ----------------------------------------------------------------------------

    def text(self, key: str, default: str = "") -> str:
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, str):
            return value
        self.wrong(key, value, f'{key} = "…" のように、半角の引用符で囲んだ文字で書いてください。')
        return default

    def needed_text(self, key: str, example: str) -> str:
        """A text that must be there and say something."""
        text = self.text(key)
        if not text.strip() and (key not in self.values or isinstance(self.values[key], str)):
            self.missing(key, f'{key} = "{example}" のように書いてください。')
        return text

    def number(self, key: str, default: int = 0, *, least: int = 0, most: int = 1_000_000) -> int:
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(
            key, value, f"{least}から{most}までの整数を、引用符を付けずに半角で書いてください。"
        )
        return default

    def decimal(self, key: str) -> Decimal | None:
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            number = Decimal(value)
            if number.is_finite():
                return number
        self.wrong(key, value, f"{key} = 100 のように、引用符を付けずに半角の数で書いてください。")
        return None

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if isinstance(value, bool):
            return value
        if value is not None:
            self.wrong(key, value, f"{key} = true のように、true または false と書いてください。")
        return False

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.take(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return tuple(value)
        self.wrong(key, value, f'{key} = ["…", "…"] のように、角かっこの中に並べて書いてください。')
        return ()

    def word(self, key: str, words: type[_Word], default: _Word) -> _Word:
        """One word of a closed list."""
        text = self.text(key, default)
        try:
            return words(text)
        except ValueError:
            self.wrong(key, text, among(text, words))
            return default

    # -- tables ----------------------------------------------------------------------------

    def table(self, key: str) -> Keys | None:
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return Keys(value, self.faults, self.dotted(key))
        self.wrong(
            key, value, f"{key} = {{ … }} のように、波かっこの中にキーと値を並べて書いてください。"
        )
        return None

    def tables(self, key: str, head: str) -> tuple[Keys, ...]:
        """An array of tables, written under the double-bracketed `head`."""
        value = self.take(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(part, dict) for part in value):
            return tuple(
                Keys(part, self.faults, f"{self.dotted(key)}[{number}]")
                for number, part in enumerate(value, 1)
            )
        self.wrong(key, value, f"[[{head}]] のように、二重の角かっこの見出しで始めてください。")
        return ()

    def close(self, *, also: Iterable[str] = (), never: Iterable[str] = ()) -> None:
        """Note every key that has no meaning here, with the nearest one that has; `never` is not proposed."""
        known = {*self._known, *also}
        for key in self.values:
            if key not in known:
                remedy = nearest(key, sorted(known - set(never)))
                self.fault(key, f"「{key}」というキーはありません。", remedy)

    def without_faults(self) -> Keys:
        """The same table read once more by someone whose findings do not count."""
        return Keys(self.values, Faults(""), self.place)

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self._known)


def among(text: str, words: Iterable[str]) -> str:
    """Remedy for a word outside a closed list."""
    choices = list(words)
    close = difflib.get_close_matches(text, choices, 1, 0.6)
    guess = f"「{close[0]}」の書き誤りではないでしょうか。" if close else ""
    return f"{guess}使えるのは、{'、'.join(choices)} です。"


def nearest(key: str, known: Iterable[str]) -> str:
    """Remedy for an unknown key."""
    choices = list(known)
    close = difflib.get_close_matches(key.lower(), choices, 1, 0.6)
    if close:
        return f"「{close[0]}」の書き誤りではないでしょうか。"
    return (
        f"ここで使えるキーは、{'、'.join(choices)} です。不要であれば、この行を削除してください。"
    )


def shown(value: object) -> str:
    """A value of a TOML file as its author wrote it, with the name of its type."""
    match value:
        case bool():
            return f"「{str(value).lower()}」"
        case str():
            return f"文字「{value if len(value) <= 30 else value[:29] + '…'}」"
        case int() | Decimal():
            return f"数「{value}」"
        case list():
            return "複数の値（角かっこの並び）"
        case dict():
            return "表（波かっこ又は角かっこの見出し）"
    return f"日付や時刻「{value}」"
