"""Save a workbook in another format: {path, to, save_as}."""

from office import arguments, connect, opened, reply, save

(job,) = arguments()
with opened(connect(), job["path"]) as document:
    save(document, job["save_as"], job["to"])
reply(job["save_as"])
