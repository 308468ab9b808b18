"""Save a workbook as .xlsx or .xls behind a password, the way the dialog does: {path, to, password, save_as}.

`Password` alone, which .xls takes, is ignored for .xlsx: the file is written without one.
"""

import uno
from com.sun.star.beans import NamedValue, PropertyValue
from office import FILTERS, arguments, connect, opened, reply, values


def named(name, value):
    pair = NamedValue()
    pair.Name, pair.Value = name, value
    return pair


(job,) = arguments()
pairs = (named("OOXPassword", job["password"]), named("CryptoType", "Standard"))
secret = PropertyValue()
secret.Name = "EncryptionData"
secret.Value = uno.Any("[]com.sun.star.beans.NamedValue", pairs)
how = values(FilterName=FILTERS[job["to"]], Overwrite=True)
how += (secret,) if job["to"] == "xlsx" else values(Password=job["password"])
with opened(connect(), job["path"]) as document:
    url = uno.systemPathToFileUrl(job["save_as"])
    listed = uno.Any("[]com.sun.star.beans.PropertyValue", how)
    uno.invoke(document, "storeToURL", (url, listed))
reply(job["save_as"])
