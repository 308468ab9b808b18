"""Locks XlsxWriter cannot set: the workbook structure, a SHA-512 password, every cell explicitly, style Normal open."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SPINS = 100_000
"""Rounds Excel itself uses; 0.1 s, once per master."""


@dataclass(frozen=True)
class Password:
    """A courtesy lock against slips; whoever wants to can remove it."""

    text: str
    salt: bytes
    """16 random bytes, chosen by the caller."""

    def attributes(self) -> dict[str, str]:
        """What `<sheetProtection>` carries for this password."""
        digest = hashlib.sha512(self.salt + self.text.encode("utf-16-le")).digest()
        for spin in range(_SPINS):
            digest = hashlib.sha512(digest + spin.to_bytes(4, "little")).digest()
        return {
            "algorithmName": "SHA-512",
            "hashValue": base64.b64encode(digest).decode(),
            "saltValue": base64.b64encode(self.salt).decode(),
            "spinCount": str(_SPINS),
        }


def locked(parts: Mapping[str, bytes], password: Password | None = None) -> dict[str, bytes]:
    """The parts of a written workbook with all locks set."""
    done = dict(parts)
    done["xl/workbook.xml"] = _structure_locked(done["xl/workbook.xml"])
    done["xl/styles.xml"] = _every_format_explicit(done["xl/styles.xml"])
    if password:
        attributes = password.attributes()
        for name in done:
            if name.startswith("xl/worksheets/sheet"):
                done[name] = _with_password(done[name], attributes)
    return done


def _structure_locked(workbook: bytes) -> bytes:
    root = etree.fromstring(workbook)
    _child(root, "workbookPr").addnext(
        etree.Element(f"{_MAIN}workbookProtection", lockStructure="1")
    )
    return _written(root)


def _every_format_explicit(styles: bytes) -> bytes:
    """Text pasted from another program takes style Normal: open, so that nobody is shut out of the own answer."""
    root = etree.fromstring(styles)
    _protect(_child(root, "cellStyleXfs")[0], locked="0")
    for number, cell_format in enumerate(_child(root, "cellXfs")):
        answer = number > 0 and cell_format.find(f"{_MAIN}protection[@locked='0']") is not None
        _protect(cell_format, locked="0" if answer else "1")
    return _written(root)


def _protect(cell_format: etree._Element, *, locked: str) -> None:
    cell_format.set("applyProtection", "1")
    for old in cell_format.findall(f"{_MAIN}protection"):
        cell_format.remove(old)
    # Order of the schema: alignment, protection.
    after = len(cell_format.findall(f"{_MAIN}alignment"))
    cell_format.insert(after, etree.Element(f"{_MAIN}protection", locked=locked))


def _with_password(sheet: bytes, attributes: Mapping[str, str]) -> bytes:
    root = etree.fromstring(sheet)
    protection = root.find(f"{_MAIN}sheetProtection")
    if protection is None:
        return sheet
    for name, value in attributes.items():
        protection.set(name, value)
    return _written(root)


def _child(root: etree._Element, tag: str) -> etree._Element:
    """A part XlsxWriter always writes."""
    found = root.find(f"{_MAIN}{tag}")
    if found is None:
        raise ValueError(f"no {tag} in a workbook of our own")
    return found


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
