"""Change the structure of a workbook and save it: {path, steps: [[step, sheet, *arguments]], save_as}.

Steps: move (from, to) · insert_rows / insert_columns / delete_rows (first from 1, count) · copy (new name) ·
rename (new name) · remove · place (position from 0) · write (address, text) · sort (range, column from 0).
Sheets are unprotected first where a person would have to; cutting and dragging needs no such thing.
"""

import uno
from office import arguments, context, opened, reply, save, service, values

FREE = ("move", "copy", "rename", "remove", "place")
"""What protection does not hinder in LibreOffice."""


def sort(block, column):
    """Sort the rows of a block downwards by one column."""
    block.merge(False)
    by = uno.createUnoStruct("com.sun.star.table.TableSortField")
    by.Field, by.IsAscending = column, False
    fields = uno.Any("[]com.sun.star.table.TableSortField", (by,))
    block.sort(values(SortFields=fields, ContainsHeader=False))


(job,) = arguments()
ctx = context()
with opened(service("com.sun.star.frame.Desktop", ctx), job["path"]) as document:
    sheets = document.getSheets()
    for step, name, *rest in job["steps"]:
        sheet = sheets.getByName(name)
        if step not in FREE:
            sheet.unprotect("")
        if step == "move":
            source, target = (sheet.getCellRangeByName(address) for address in rest)
            sheet.moveRange(target.getCellAddress(), source.getRangeAddress())
        elif step == "insert_rows":
            sheet.getRows().insertByIndex(rest[0] - 1, rest[1])
        elif step == "insert_columns":
            sheet.getColumns().insertByIndex(rest[0] - 1, rest[1])
        elif step == "delete_rows":
            sheet.getRows().removeByIndex(rest[0] - 1, rest[1])
        elif step == "copy":
            sheets.copyByName(name, rest[0], sheets.getCount())
        elif step == "rename":
            sheet.setName(rest[0])
        elif step == "remove":
            sheets.removeByName(name)
        elif step == "place":
            sheets.moveByName(name, rest[0])
        elif step == "write":
            sheet.getCellRangeByName(rest[0]).setString(rest[1])
        elif step == "sort":
            sort(sheet.getCellRangeByName(rest[0]), rest[1])
        else:
            raise ValueError(step)
    save(document, job["save_as"], job.get("to", "xlsx"))
reply({})
