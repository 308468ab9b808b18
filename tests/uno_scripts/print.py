"""Put answers into many workbooks and print each as PDF: {books: [{path, cells: {sheet: {A1: text}}, save_as}]}.

Replies for each book with {sheet: {A1: displayed text}} of every visible sheet, in their order.
"""

from office import a1, arguments, connect, opened, reply, save, used


def put(sheets, cells):
    for name, texts in cells.items():
        for address, text in texts.items():
            sheets.getByName(name).getCellRangeByName(address).setString(text)


def shown(sheet):
    """What stands in the cells, as they show it."""
    row, column = used(sheet)
    block = sheet.getCellRangeByPosition(0, 0, column, row).getDataArray()
    return {
        a1(r, c): content if isinstance(content, str) else sheet.getCellByPosition(c, r).getString()
        for r, line in enumerate(block)
        for c, content in enumerate(line)
        if content != ""
    }


(job,) = arguments()
desktop = connect()
replies = []
for book in job["books"]:
    with opened(desktop, book["path"], hidden=True) as document:
        sheets = document.getSheets()
        put(sheets, book["cells"])
        document.calculateAll()
        visible = [sheets.getByName(n) for n in sheets.getElementNames()]
        replies.append({s.getName(): shown(s) for s in visible if s.IsVisible})
        save(document, book["save_as"], "pdf")
reply(replies)
