"""Try a password: {path, sheet, password} → [protected before, protected after]."""

import contextlib

from office import arguments, connect, opened, reply

(job,) = arguments()
with opened(connect(), job["path"]) as document:
    sheet = document.getSheets().getByName(job["sheet"])
    before = sheet.isProtected()
    # A wrong password is an exception in some versions, silence in others.
    with contextlib.suppress(Exception):
        sheet.unprotect(job["password"])
    reply([before, sheet.isProtected()])
