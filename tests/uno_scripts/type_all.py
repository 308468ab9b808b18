"""Type answers into many workbooks and save each as xlsx: {books: [{path, cells: {sheet: {A1: text}}, save_as}]}.

Like `fill`, but over hidden windows: only for cells that can be edited. Replies for each book with
{sheet: {A1: displayed text}} of the cells that do not show what was typed.
"""

from office import Keyboard, arguments, context, displayed, opened, reply, save, service


def type_all(ctx, document, cells):
    document.enableAutomaticCalculation(False)
    document.lockControllers()
    keyboard = Keyboard(ctx, document)
    for name, texts in cells.items():
        sheet = document.getSheets().getByName(name)
        keyboard.show(sheet)
        for address, text in texts.items():
            keyboard.controller.select(sheet.getCellRangeByName(address))
            keyboard.enter(text)
    document.unlockControllers()
    document.calculateAll()


def differing(document, cells):
    for name, texts in cells.items():
        shown = displayed(document.getSheets().getByName(name))
        wrong = {a: shown.get(a, "") for a, text in texts.items() if shown.get(a, "") != text}
        if wrong:
            yield name, wrong


(job,) = arguments()
ctx = context()
desktop = service("com.sun.star.frame.Desktop", ctx)
replies = []
for book in job["books"]:
    with opened(desktop, book["path"], hidden=True) as document:
        type_all(ctx, document, book["cells"])
        replies.append(dict(differing(document, book["cells"])))
        save(document, book["save_as"], "xlsx")
reply(replies)
