"""Change the structure of a workbook and save it: {path, steps: [[step, sheet, *arguments]], save_as}.

Steps: move (from, to) · insert_rows / insert_columns / delete_rows (first from 1, count) · copy (new name) ·
rename (new name) · remove. Sheets are unprotected first, as a person would have to.
"""

from office import arguments, context, opened, reply, save, service

(job,) = arguments()
ctx = context()
with opened(service("com.sun.star.frame.Desktop", ctx), job["path"]) as document:
    sheets = document.getSheets()
    for step, name, *rest in job["steps"]:
        sheet = sheets.getByName(name)
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
        else:
            raise ValueError(step)
    save(document, job["save_as"], job.get("to", "xlsx"))
reply({})
