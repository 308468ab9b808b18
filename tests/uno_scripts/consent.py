"""Open a workbook as someone does who allows macros and links, and close it: {path}."""

from pathlib import Path

import uno
from office import arguments, connect, reply, values

ALWAYS_EXECUTE_NO_WARN, FULL_UPDATE = 4, 3

(job,) = arguments()
how = values(MacroExecutionMode=ALWAYS_EXECUTE_NO_WARN, UpdateDocMode=FULL_UPDATE)
url = uno.systemPathToFileUrl(str(Path(job["path"]).resolve()))
document = connect().loadComponentFromURL(url, "_blank", 0, how)
document.close(True)
reply(True)
