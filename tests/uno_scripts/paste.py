"""Paste into cells of a workbook as a person would, one after the other, each undone before the next.

{path, pastes: [{sheet, cell, rows: [[text, …], …], as: "cells" | "text"}]} → for each paste {changed: {A1: new content}, locked}:
nothing changed means that LibreOffice refused it; `locked` says whether the target cell can no longer be edited.
"cells" are copied from another workbook; "text" comes from another program, one row with tabs between (for text of
several lines LibreOffice opens its import dialog, which nobody can answer here). The file itself is not changed.
With {save_as} nothing is undone, and the workbook with all that was pasted is saved there as xlsx.
"""

import uno
import unohelper
from com.sun.star.datatransfer import DataFlavor, UnsupportedFlavorException, XTransferable
from office import Keyboard, a1, arguments, context, formulas, opened, reply, save, service

MARGIN = 12  # cells beyond the used area that a paste might reach


class ForeignText(unohelper.Base, XTransferable):
    """Plain text on the clipboard, as another program puts it there."""

    def __init__(self, text):
        self.text = text

    def getTransferDataFlavors(self):
        flavor = DataFlavor()
        flavor.MimeType, flavor.HumanPresentableName = "text/plain;charset=utf-16", "text"
        flavor.DataType = uno.getTypeByName("string")
        return (flavor,)

    def isDataFlavorSupported(self, flavor):
        return flavor.MimeType.startswith("text/plain")

    def getTransferData(self, flavor):
        if not self.isDataFlavorSupported(flavor):
            raise UnsupportedFlavorException(flavor.MimeType, self)
        return self.text


def put_cells(ctx, scratch, rows):
    """Write the rows into the scratch workbook and copy them to the clipboard."""
    block = scratch.getSheets().getByIndex(0)
    block = block.getCellRangeByPosition(0, 0, len(rows[0]) - 1, len(rows) - 1)
    block.setDataArray(tuple(map(tuple, rows)))
    keyboard = Keyboard(ctx, scratch)
    keyboard.go(block)
    keyboard.send("Copy")


def put_text(ctx, rows):
    """Put one row on the clipboard as text with tabs."""
    if len(rows) != 1 or any("\n" in text for text in rows[0]):
        raise SystemExit("text of several lines opens a dialog: paste it as cells")
    name = "com.sun.star.datatransfer.clipboard.SystemClipboard"
    service(name, ctx).setContents(ForeignText("\t".join(rows[0])), None)


def paste(ctx, document, scratch, job, *, keep):
    sheet = document.getSheets().getByName(job["sheet"])
    target = sheet.getCellRangeByName(job["cell"])
    before = formulas(sheet, MARGIN)
    keyboard = Keyboard(ctx, document)
    if job["as"] == "cells":
        put_cells(ctx, scratch, job["rows"])
    else:
        put_text(ctx, job["rows"])
    keyboard.go(target)
    keyboard.send("Paste" if job["as"] == "cells" else "PasteUnformatted")
    after = formulas(sheet, MARGIN)
    locked = sheet.isProtected() and target.CellProtection.IsLocked
    places = sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p))
    if not keep:
        undo_all(document)
        if formulas(sheet, MARGIN) != before:
            raise SystemExit(f"undo failed after pasting into {job['sheet']}!{job['cell']}")
    return {
        "changed": {a1(*p): after.get(p, "") for p in places},
        "locked": locked,
    }


def undo_all(document):
    undo = document.getUndoManager()
    while undo.isUndoPossible():
        undo.undo()


(job,) = arguments()
ctx = context()
desktop = service("com.sun.star.frame.Desktop", ctx)
keep = "save_as" in job
with opened(desktop, job["path"]) as document, opened(desktop, None) as scratch:
    replies = [paste(ctx, document, scratch, one, keep=keep) for one in job["pastes"]]
    if keep:
        save(document, job["save_as"], "xlsx")
reply(replies)
