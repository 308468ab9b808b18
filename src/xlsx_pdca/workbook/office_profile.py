"""The settings LibreOffice converts under: no macros, no links, no network, no questions, nothing remembered."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
)
_ITEM = '<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
_COMMON = "/org.openoffice.Office.Common"
_SCRIPTING = f"{_COMMON}/Security/Scripting"
_CALC = "/org.openoffice.Office.Calc"
_INET = "/org.openoffice.Inet/Settings"
_RECOVERY = "/org.openoffice.Office.Recovery"

_SETTINGS = (
    # macros: highest level, and none at all; embedded objects and links of documents are not followed either
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    (_SCRIPTING, "DisablePythonRuntime", "true"),
    ("/org.openoffice.Office.Java/VirtualMachine", "Enable", "false"),
    # links to other files and servers: 1 is "never" (2, the usual one, asks); values as stored: 1 is "never recalculate"
    (f"{_CALC}/Content/Update", "Link", "1"),
    (f"{_CALC}/Formula/Load", "OOXMLRecalcMode", "1"),
    (f"{_CALC}/Formula/Load", "ODFRecalcMode", "1"),
    # the network: pictures that are links are fetched in spite of all that, so the way out ends at a closed door
    (_INET, "ooInetProxyType", "2"),
    (_INET, "ooInetHTTPProxyName", "127.0.0.1"),
    (_INET, "ooInetHTTPProxyPort", "9"),
    (_INET, "ooInetHTTPSProxyName", "127.0.0.1"),
    (_INET, "ooInetHTTPSProxyPort", "9"),
    (_INET, "ooInetFTPProxyName", "127.0.0.1"),
    (_INET, "ooInetFTPProxyPort", "9"),
    (_INET, "ooInetNoProxy", ""),
    # no updates, nothing reported
    ("/org.openoffice.Office.Jobs/Jobs/org.openoffice.Office.Jobs:Job['UpdateCheck']/Arguments", "AutoCheckEnabled", "false"),
    (f"{_COMMON}/Misc", "CollectUsageInformation", "false"),
    (f"{_COMMON}/Misc", "CrashReport", "false"),
    (f"{_COMMON}/Misc", "ShowTipOfTheDay", "false"),
    # no first start, no recovery, nothing left over
    (f"{_COMMON}/Misc", "FirstRun", "false"),
    (f"{_COMMON}/History", "PickListSize", "0"),
    ("/org.openoffice.Setup/Office", "ooSetupInstCompleted", "true"),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "ja-JP"),
    (f"{_RECOVERY}/RecoveryInfo", "Enabled", "false"),
    (f"{_RECOVERY}/AutoSave", "Enabled", "false"),
    (f"{_COMMON}/Save/Document", "CreateBackup", "false"),
)  # fmt: skip


def write_profile(folder: Path) -> None:
    """Make `folder` a fresh profile with these settings."""
    user = folder / "user"
    user.mkdir(parents=True)
    items = "".join(
        _ITEM.format(path=escape(path), name=name, value=value) for path, name, value in _SETTINGS
    )
    text = f"{_HEAD}{items}</oor:items>\n"
    (user / "registrymodifications.xcu").write_text(text, encoding="utf-8")
