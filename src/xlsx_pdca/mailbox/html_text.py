"""The words of an HTML mail, as a reader sees them in lines; and which pictures it shows.

Not html.parser: it raises on some marked sections and needs quadratic time for what is left open.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

HTML_BYTES = 1 << 19
"""Of one body that are reduced to text; styles of Word come before the words."""

_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)|<(/?)([A-Za-z][A-Za-z0-9:]*)[^<>]*(?:>|(?=<)|\Z)",
    re.DOTALL,
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "li",
        "ul",
        "ol",
        "table",
        "blockquote",
        "pre",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
    ]
)
_SILENT = frozenset({"style", "script", "title", "template"})


def html_text(page: str) -> str:
    """Text of the page: blocks on lines of their own, cells parted by a tab, styles and scripts left out."""
    words: list[str] = []
    silent, position = "", 0
    for tag in _TAG.finditer(page):
        if not silent:
            words.append(_shown(page[position : tag.start()]))
            words.append(_break(tag[1], (tag[2] or "").lower()))
        silent = _silence(silent, tag[1], (tag[2] or "").lower())
        position = tag.end()
    if not silent:
        words.append(_shown(page[position:]))
    lines = (re.sub(" *\t *| {2,}", _narrow, line).strip() for line in "".join(words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def shown_pictures(page: bytes) -> frozenset[str]:
    """Content-IDs that a body refers to as its pictures."""
    found = re.findall(rb"cid:([^\"'\s<>)]{1,500})", page, re.IGNORECASE)
    return frozenset(unquote(cid.decode("ascii", "replace")) for cid in found)


def _shown(text: str) -> str:
    return html.unescape(re.sub(r"[ \t\r\n]+", " ", text)).replace("\xa0", " ")


def _break(closing: str | None, tag: str) -> str:
    if tag in _BLOCKS and not (closing and tag == "br"):
        return "\n"
    return "\t" if tag in ("td", "th") and not closing else ""


def _silence(silent: str, closing: str | None, tag: str) -> str:
    """Which element's content is not shown after this tag."""
    if silent:
        return "" if closing and tag == silent else silent
    return tag if tag in _SILENT and not closing else ""


def _narrow(blanks: re.Match[str]) -> str:
    return "\t" if "\t" in blanks[0] else " "
