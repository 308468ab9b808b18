"""Whatever holds other files, opened by what it is; what cannot be opened here is named."""

from __future__ import annotations

from collections.abc import Sequence

from xlsx_pdca.contents import Contents
from xlsx_pdca.filekind import MAIL, OUTLOOK, WINMAIL, ZIP, kind_of
from xlsx_pdca.mailbox.archives import open_zip
from xlsx_pdca.mailbox.messages import open_message
from xlsx_pdca.mailbox.winmail import open_winmail
from xlsx_pdca.rawbook import Refusal, RefusalCode


def open_container(data: bytes, secrets: Sequence[str]) -> Contents | Refusal:
    """Its parts, or why it stays closed; only for bytes the workbook reader refused as a container.

    Told by content alone. Of archives only zip is opened; nothing is taken out of a part that is itself a container.
    """
    kind = kind_of(data)
    if kind is ZIP:
        return open_zip(data, secrets)
    if kind is MAIL:
        return open_message(data)
    if kind is OUTLOOK:
        from xlsx_pdca.mailbox.outlook import open_outlook  # brings olefile

        return open_outlook(data)
    if kind is WINMAIL:
        return open_winmail(data)
    return Refusal(RefusalCode.CONTAINER, kind.name)
