"""Our own lint over a written package: what Excel repairs or refuses although libraries and validators pass it."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from xlsx_pdca.cells import MAX_CELL_UTF16, Rect, parse_a1, utf16_length

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"

MAX_ROW_POINTS = 409
MAX_COLUMN_UNITS = 255
MAX_PROMPT = 255
MAX_PROMPT_TITLE = 32
MAX_LITERAL_LIST = 255
MAX_HEADER = 255
MAX_SHEET_NAME = 31
MAX_FORMULA = 8192

_BAD_SHEET_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")
_NAME = re.compile(r"[^\W\d][\w.\\?]*\Z|\\[\w.\\?]*\Z")
_LIKE_R1C1 = re.compile(r"(R[0-9]*)?(C[0-9]*)?\Z", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"' + r"|'(?:[^']|'')*'")
_SLOT_SIGN = "⟦"


def lint_package(data: bytes) -> tuple[str, ...]:
    """Faults of a package, empty when it is sound; each says part, place and limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            parts = {name: archive.read(name) for name in names}
    except zipfile.BadZipFile:
        return ("package: not a zip file",)
    twice = [f"package: {name} stored twice" for name, n in Counter(names).items() if n > 1]
    trees, malformed = _parsed(parts)
    if malformed or "xl/workbook.xml" not in trees:
        return (*twice, *(malformed or ("package: no xl/workbook.xml",)))
    book = _Book(parts, trees)
    return (*twice, *_lint_parts(book), *_lint_book(book), *_lint_sheets(book))


def is_cell_like(name: str) -> bool:
    """Whether a defined name would be read as a cell: `Q1`, `R1C1`, `C`."""
    return parse_a1(name.upper()) is not None or _LIKE_R1C1.match(name) is not None


def is_legal_name(name: str) -> bool:
    """Whether Excel takes a text as a defined name."""
    return bool(_NAME.match(name)) and utf16_length(name) <= 255 and not is_cell_like(name)


def is_legal_sheet_name(name: str) -> bool:
    """Whether Excel takes a text as a sheet's name."""
    return (
        0 < utf16_length(name) <= MAX_SHEET_NAME
        and not _BAD_SHEET_NAME.search(name)
        and name.casefold() not in ("history", "履歴")
    )


@dataclass(frozen=True)
class _Book:
    parts: Mapping[str, bytes]
    trees: Mapping[str, etree._Element]

    @property
    def workbook(self) -> etree._Element:
        return self.trees["xl/workbook.xml"]

    @cached_property
    def sheets(self) -> tuple[tuple[str, etree._Element], ...]:
        """(name, root) of every worksheet that exists."""
        targets = dict(_targets(self, "xl/workbook.xml"))
        listed = self.workbook.iterfind(f"{_MAIN}sheets/{_MAIN}sheet")
        pairs = ((s.get("name", ""), targets.get(s.get(_RELATION_ID, ""), "")) for s in listed)
        return tuple((name, self.trees[part]) for name, part in pairs if part in self.trees)

    @cached_property
    def names(self) -> tuple[tuple[str, str, str], ...]:
        """(name, scope, formula) of every defined name."""
        found = self.workbook.iterfind(f"{_MAIN}definedNames/{_MAIN}definedName")
        return tuple((n.get("name", ""), n.get("localSheetId", ""), n.text or "") for n in found)

    @cached_property
    def strings(self) -> int:
        root = self.trees.get("xl/sharedStrings.xml")
        return 0 if root is None else sum(1 for _ in root.iterfind(f"{_MAIN}si"))

    def style_count(self, kind: str) -> int:
        root = self.trees.get("xl/styles.xml")
        return 0 if root is None else sum(1 for _ in root.iterfind(f"{_MAIN}{kind}/*"))


def _parsed(
    parts: Mapping[str, bytes],
) -> tuple[dict[str, etree._Element], tuple[str, ...]]:
    trees, malformed = {}, []
    for name, data in parts.items():
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        try:
            trees[name] = etree.fromstring(data)
        except etree.XMLSyntaxError as error:
            malformed.append(f"{name}: malformed XML ({error})")
    return trees, tuple(malformed)


# -- the package ---------------------------------------------------------------------------


def _lint_parts(book: _Book) -> Iterator[str]:
    for name in book.trees:
        if name.endswith(".rels"):
            source = posixpath.normpath(name.replace("_rels/", "").removesuffix(".rels"))
            for key, part in _targets(book, source):
                if part not in book.parts:
                    yield f"{name}: {key} points to the missing part {part}"
    yield from _untyped(book)
    for name, data in book.parts.items():
        if _SLOT_SIGN.encode() in data:
            yield f"{name}: an open slot"


def _targets(book: _Book, source: str) -> Iterator[tuple[str, str]]:
    """(id, part) of the internal relations of a part."""
    folder, file = posixpath.split(source)
    relations = book.trees.get(posixpath.join(folder, "_rels", f"{file}.rels"))
    if relations is None:
        return
    for relation in relations.iterfind(_RELATION):
        if relation.get("TargetMode") != "External":
            target = relation.get("Target", "")
            joined = posixpath.normpath(posixpath.join("/", folder, target))
            yield relation.get("Id", ""), joined.lstrip("/")


def _untyped(book: _Book) -> Iterator[str]:
    types = book.trees.get("[Content_Types].xml")
    if types is None:
        yield "package: no [Content_Types].xml"
        return
    endings = {t.get("Extension", "").lower() for t in types.iterfind(f"{_TYPES}Default")}
    overrides = [t.get("PartName", "").lstrip("/") for t in types.iterfind(f"{_TYPES}Override")]
    for name in book.parts:
        own = name in overrides or name == "[Content_Types].xml"
        # "xml" as a default says nothing about what a workbook part is.
        typed_by_ending = name.rpartition(".")[2].lower() in endings - {"xml"}
        if not own and not typed_by_ending:
            yield f"{name}: no content type"
    for name in overrides:
        if name not in book.parts:
            yield f"[Content_Types].xml: type for the missing part {name}"


# -- the workbook --------------------------------------------------------------------------


def _lint_book(book: _Book) -> Iterator[str]:
    yield from _lint_sheet_list(book)
    seen = Counter((name.casefold(), scope) for name, scope, _ in book.names)
    for (name, _), count in seen.items():
        if count > 1:
            yield f"name {name}: defined {count} times"
    for name, _, formula in book.names:
        if not name.startswith("_xlnm.") and not is_legal_name(name):
            yield f"name {name}: not a legal name"
        if "#REF!" in formula or not formula:
            yield f"name {name}: points nowhere"
    strings = book.trees.get("xl/sharedStrings.xml")
    if strings is not None:
        for number, item in enumerate(strings.iterfind(f"{_MAIN}si")):
            if utf16_length("".join(t.text or "" for t in item.iter(f"{_MAIN}t"))) > MAX_CELL_UTF16:
                yield f"shared string {number}: longer than {MAX_CELL_UTF16}"


def _lint_sheet_list(book: _Book) -> Iterator[str]:
    sheets = list(book.workbook.iterfind(f"{_MAIN}sheets/{_MAIN}sheet"))
    names = [s.get("name", "") for s in sheets]
    for name, count in Counter(n.casefold() for n in names).items():
        if count > 1:
            yield f"sheet {name}: named {count} times"
    for name in names:
        if not is_legal_sheet_name(name):
            yield f"sheet {name}: not a legal sheet name"
    shown = [s.get("state", "visible") == "visible" for s in sheets]
    if not any(shown):
        yield "workbook: all sheets hidden"
    view = book.workbook.find(f"{_MAIN}bookViews/{_MAIN}workbookView")
    active = int(view.get("activeTab", "0")) if view is not None else 0
    if any(shown) and (active >= len(shown) or not shown[active]):
        yield "workbook: the active sheet is hidden or missing"


# -- the sheets ----------------------------------------------------------------------------


def _lint_sheets(book: _Book) -> Iterator[str]:
    known = {name.casefold() for name, _, _ in book.names}
    for name, root in book.sheets:
        checks = (
            *_lint_cells(root, book),
            *_lint_sizes(root),
            *_lint_merges(root),
            *_lint_validations(root, known),
            *_lint_rules(root, book),
            *_lint_headers(root),
        )
        yield from (f"sheet {name}: {fault}" for fault in checks)


def _lint_cells(root: etree._Element, book: _Book) -> Iterator[str]:
    formats = book.style_count("cellXfs")
    last = (0, 0)
    for cell in root.iterfind(f"{_MAIN}sheetData/{_MAIN}row/{_MAIN}c"):
        place = cell.get("r", "")
        position = parse_a1(place)
        if position is None:
            yield f"{place!r} is no cell"
            continue
        if position <= last:
            yield f"{place} twice or out of order"
        last = position
        if int(cell.get("s", "0")) >= formats:
            yield f"{place}: style index out of range"
        yield from _lint_content(cell, place, book)


def _lint_content(cell: etree._Element, place: str, book: _Book) -> Iterator[str]:
    value = cell.findtext(f"{_MAIN}v") or ""
    if cell.get("t") == "s" and not (value.isdigit() and int(value) < book.strings):
        yield f"{place}: shared string out of range"
    inline = "".join(t.text or "" for t in cell.iterfind(f"{_MAIN}is//{_MAIN}t"))
    if utf16_length(inline) > MAX_CELL_UTF16 or utf16_length(value) > MAX_CELL_UTF16:
        yield f"{place}: text longer than {MAX_CELL_UTF16}"
    formula = cell.findtext(f"{_MAIN}f")
    if formula and is_broken_formula(formula):
        yield f"{place}: broken formula"


def is_broken_formula(formula: str) -> bool:
    """Unbalanced brackets or quotes, a lost reference, an equals sign too many, or more than 8,192 signs."""
    bare = _QUOTED.sub("", formula)
    depth = 0
    for sign in bare:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return True
    return (
        depth != 0
        or '"' in bare
        or "'" in bare
        or "#REF!" in bare
        or formula.startswith("=")
        or utf16_length(formula) > MAX_FORMULA
    )


def _lint_sizes(root: etree._Element) -> Iterator[str]:
    last = 0
    for row in root.iterfind(f"{_MAIN}sheetData/{_MAIN}row"):
        number = int(row.get("r", "0"))
        if number <= last:
            yield f"row {number} twice or out of order"
        last = number
        if float(row.get("ht", "0")) > MAX_ROW_POINTS:
            yield f"row {number}: higher than {MAX_ROW_POINTS} points"
    taken = 0
    for column in root.iterfind(f"{_MAIN}cols/{_MAIN}col"):
        if int(column.get("min", "0")) <= taken:
            yield f"column {column.get('min')}: widths overlap"
        taken = int(column.get("max", "0"))
        if float(column.get("width", "0")) > MAX_COLUMN_UNITS:
            yield f"column {column.get('min')}: wider than {MAX_COLUMN_UNITS}"


def _lint_merges(root: etree._Element) -> Iterator[str]:
    merges = root.find(f"{_MAIN}mergeCells")
    if merges is None:
        return
    references = [m.get("ref", "") for m in merges.iterfind(f"{_MAIN}mergeCell")]
    yield from _miscounted(merges, len(references), "merges")
    yield from (f"merge {a} overlaps {b}" for a, b in _overlaps(references))
    yield from (f"merge {r} of one cell" for r in references if (p := Rect.parse(r)) and p.is_cell)


def _overlaps(references: list[str]) -> Iterator[tuple[str, str]]:
    rects = [rect for r in references if (rect := Rect.parse(r)) is not None]
    return ((one.a1, other.a1) for one, other in overlapping(rects))


def overlapping(rects: Iterable[Rect]) -> Iterator[tuple[Rect, Rect]]:
    """Pairs of rectangles that share a cell, found by walking down the sheet."""
    still_open: list[Rect] = []
    for rect in sorted(rects):
        still_open = [other for other in still_open if other.bottom >= rect.top]
        yield from ((rect, other) for other in still_open if other.overlaps(rect))
        still_open.append(rect)


def _miscounted(element: etree._Element, found: int, what: str) -> Iterator[str]:
    if int(element.get("count", found)) != found or not found:
        yield f"{what}: count says {element.get('count')}, there are {found}"


def _lint_validations(root: etree._Element, names: set[str]) -> Iterator[str]:
    validations = root.find(f"{_MAIN}dataValidations")
    if validations is None:
        return
    found = list(validations.iterfind(f"{_MAIN}dataValidation"))
    yield from _miscounted(validations, len(found), "validations")
    places = [place for v in found for place in v.get("sqref", "").split()]
    yield from (f"validation {a} overlaps {b}" for a, b in _overlaps(places))
    for validation in found:
        place = validation.get("sqref", "")
        for key, limit in (
            ("prompt", MAX_PROMPT),
            ("error", MAX_PROMPT),
            ("promptTitle", MAX_PROMPT_TITLE),
            ("errorTitle", MAX_PROMPT_TITLE),
        ):
            if utf16_length(validation.get(key, "")) > limit:
                yield f"validation {place}: {key} longer than {limit}"
        if validation.get("type") == "list":
            yield from _lint_list(validation.findtext(f"{_MAIN}formula1") or "", place, names)


def _lint_list(formula: str, place: str, names: set[str]) -> Iterator[str]:
    if formula.startswith('"'):
        if utf16_length(formula) - 2 > MAX_LITERAL_LIST:
            yield f"validation {place}: literal list longer than {MAX_LITERAL_LIST}"
    elif _NAME.match(formula) and formula.casefold() not in names:
        yield f"validation {place}: unknown name {formula}"
    elif not formula:
        yield f"validation {place}: no list"


def _lint_rules(root: etree._Element, book: _Book) -> Iterator[str]:
    looks = book.style_count("dxfs")
    for rule in root.iterfind(f"{_MAIN}conditionalFormatting/{_MAIN}cfRule"):
        if int(rule.get("dxfId", "0")) >= max(looks, 1):
            yield "conditional format: look out of range"
        if any(is_broken_formula(f.text or "") for f in rule.iterfind(f"{_MAIN}formula")):
            yield "conditional format: broken formula"


def _lint_headers(root: etree._Element) -> Iterator[str]:
    for text in root.iterfind(f"{_MAIN}headerFooter/*"):
        if utf16_length(text.text or "") > MAX_HEADER:
            yield f"header or footer longer than {MAX_HEADER}"
