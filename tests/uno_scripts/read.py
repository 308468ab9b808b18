"""Read what a person sees: {path, cells: {sheet: [A1, …]}} → {sheet: {A1: displayed text}} after a full recalculation."""

from office import arguments, connect, opened, reply

(job,) = arguments()
with opened(connect(), job["path"]) as document:
    document.calculateAll()
    seen = {}
    for name, addresses in job["cells"].items():
        sheet = document.getSheets().getByName(name)
        seen[name] = {a: sheet.getCellRangeByName(a).getString() for a in addresses}
reply(seen)
