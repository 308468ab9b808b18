"""Type answers into a workbook and save it: {path, cells: {sheet: {A1: text}}, save_as, to}.

Replies with the addresses where the typed text did not arrive (locked cells).
"""

from office import Keyboard, arguments, context, opened, reply, save, service

(job,) = arguments()
ctx = context()
with opened(service("com.sun.star.frame.Desktop", ctx), job["path"]) as document:
    keyboard = Keyboard(ctx, document)
    refused = []
    for name, cells in job["cells"].items():
        sheet = document.getSheets().getByName(name)
        for address, text in cells.items():
            cell = sheet.getCellRangeByName(address)
            before = cell.getFormula()
            keyboard.type(cell, text)
            if cell.getFormula() == before and text not in (before, cell.getString()):
                refused.append(f"{name}!{address}")
    document.calculateAll()
    save(document, job["save_as"], job.get("to", "xlsx"))
reply({"refused": refused})
