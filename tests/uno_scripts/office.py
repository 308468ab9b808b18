"""What every script run inside a real LibreOffice shares: the connection, opening, typing, saving, and the reply.

Runs under the system's Python (the one that has `uno`), started by `tests/libreoffice.py`, never imported by tests.
"""

import contextlib
import json
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "xls": "MS Excel 97",
    "ods": "calc8",
    "pdf": "calc_pdf_Export",
    "csv": "Text - txt - csv (StarCalc)",
}
MAX_CONNECT_SECONDS = 90


def arguments():
    """The JSON values the test gave."""
    return json.load(sys.stdin)


def reply(value):
    """Hand the script's one result back to the test."""
    json.dump(value, sys.stdout, ensure_ascii=True)


def context():
    """The component context of the running office; waits until the office listens."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    url = f"uno:pipe,name={sys.argv[1]};urp;StarOffice.ComponentContext"
    give_up = time.monotonic() + MAX_CONNECT_SECONDS
    while True:
        try:
            return resolver.resolve(url)
        # an office that just answers may hang up once more while it is starting
        except (NoConnectException, DisposedException):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)  # the office is still starting; it offers nothing to wait on


def service(name, ctx):
    return ctx.ServiceManager.createInstanceWithContext(name, ctx)


def connect():
    """The desktop of the running office."""
    return service("com.sun.star.frame.Desktop", context())


def values(**pairs):
    """A tuple of PropertyValue, as most calls of the office want it."""
    made = []
    for name, value in pairs.items():
        item = PropertyValue()
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)


@contextlib.contextmanager
def opened(desktop, path, *, hidden=False):
    """A workbook opened with macros off and, at the end, closed unsaved; without a path a new one.

    A hidden one is several times faster, but LibreOffice 7.4 crashes at the second message box (a refusal)
    over a hidden window.
    """
    url = uno.systemPathToFileUrl(str(Path(path).resolve())) if path else "private:factory/scalc"
    document = desktop.loadComponentFromURL(url, "_blank", 0, values(Hidden=hidden))
    if document is None:
        raise SystemExit(f"LibreOffice cannot open {path}")
    try:
        yield document
    finally:
        document.close(True)


def save(document, path, to):
    """Write the document as one of FILTERS."""
    url = uno.systemPathToFileUrl(str(Path(path).resolve()))
    document.storeToURL(url, values(FilterName=FILTERS[to], Overwrite=True))


class Keyboard:
    """Selects cells and sends the commands a person's keys would send."""

    def __init__(self, ctx, document):
        self.controller = document.getCurrentController()
        self.dispatcher = service("com.sun.star.frame.DispatchHelper", ctx)

    def send(self, command, **arguments):
        frame = self.controller.getFrame()
        self.dispatcher.executeDispatch(frame, f".uno:{command}", "", 0, values(**arguments))

    def go(self, cells):
        """Select a cell or a range."""
        sheet = cells.getSpreadsheet()
        if self.controller.getActiveSheet().getName() != sheet.getName():
            self.show(sheet)
        self.controller.select(cells)

    def show(self, sheet):
        """Bring a sheet to the front."""
        self.controller.setActiveSheet(sheet)

    def type(self, cell, text):
        """Type text into a cell and press Enter."""
        self.go(cell)
        self.enter(text)

    def enter(self, text):
        """Type text into the selected cell and press Enter."""
        self.send("EnterString", StringName=text)


def used(sheet):
    """(last row, last column) of the sheet's used area, counted from 0."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    address = cursor.getRangeAddress()
    return address.EndRow, address.EndColumn


def formulas(sheet, extra=0):
    """{(row, column): stored text or formula} of the used area and some cells beyond it, blanks left out."""
    row, column = used(sheet)
    block = sheet.getCellRangeByPosition(0, 0, column + extra, row + extra).getFormulaArray()
    return {(r, c): text for r, line in enumerate(block) for c, text in enumerate(line) if text}


def displayed(sheet):
    """{A1: content} of the used area, numbers as the office keeps them, blanks left out; one call, however large."""
    row, column = used(sheet)
    block = sheet.getCellRangeByPosition(0, 0, column, row).getDataArray()
    return {a1(r, c): text for r, line in enumerate(block) for c, text in enumerate(line) if text}


def a1(row, column):
    """Address of a cell counted from 0."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
