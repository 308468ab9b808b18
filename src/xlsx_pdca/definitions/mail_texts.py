"""Files of mail texts (TOML) → wordings by occasion, with every fault of all files at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping

from xlsx_pdca.definitions.form_values import Faults, Keys
from xlsx_pdca.errors import Fault, FaultyDefinitions
from xlsx_pdca.letters import FIELD, FIELDS, MailTexts, Occasion, Wording

SHARED = "mail/texts.toml"
"""The texts of every form that has none of its own, in the folder of form files."""
OWN = "mail.toml"
"""In the folder of a form: occasions it words in its own way."""

_HARSH = re.compile("督促|差戻し?|差し戻し|指摘|エラー")
"""Words of inspection, which never go to a municipality."""
_STRAY_BRACE = re.compile(r"[{}｛｝]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
MAX_SUBJECT = 100
"""Characters of a subject as it stands in the file; longer ones are cut off in lists of mails."""


def load_mail_texts(
    files: Mapping[str, bytes], shipped: Mapping[str, bytes], forms: Iterable[str]
) -> Mapping[str, MailTexts]:
    """Texts by form id; what a round's own files leave out is taken from those shipped.

    `files` and `shipped` are form files by relative path. Raises FaultyDefinitions with all faults of all files.
    """
    faults: list[Fault] = []
    shared = {
        **_read(SHARED, shipped, faults),
        **_read(SHARED, files, faults),
    }
    found = {form: {**shared, **_read(f"{form}/{OWN}", files, faults)} for form in forms}
    if faults:
        raise FaultyDefinitions(faults)
    return found


def _read(name: str, files: Mapping[str, bytes], faults: list[Fault]) -> dict[Occasion, Wording]:
    if name not in files:
        return {}
    noted = Faults(name)
    texts = _texts(files[name], noted)
    faults += noted.found
    return texts


def _texts(data: bytes, faults: Faults) -> dict[Occasion, Wording]:
    try:
        document = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        faults.add(
            "ファイル全体", "UTF-8で書かれていません。", "文字コードをUTF-8にして保存してください。"
        )
        return {}
    except tomllib.TOMLDecodeError as error:
        faults.add(
            "ファイル全体",
            f"TOMLとして読めません（{error}）。",
            '引用符（"""）の閉じ忘れがないか御確認ください。',
        )
        return {}
    texts: dict[Occasion, Wording] = {}
    known = {occasion.value: occasion for occasion in Occasion}
    for key, value in document.items():
        occasion = known.get(key)
        if occasion is None or not isinstance(value, dict):
            names = "、".join(known)
            faults.add(key, "この名前の場面はありません。", f"場面は {names} です。")
            continue
        texts[occasion] = _wording(occasion, Keys(value, faults, key))
    return texts


def _wording(occasion: Occasion, keys: Keys) -> Wording:
    subject = keys.needed_text("subject", "{様式}への御回答について（依頼）")
    body = keys.needed_text("body", "{宛名} …")
    keys.close()
    for key, text in (("subject", subject), ("body", body)):
        _check(occasion, keys, key, text)
    if "\n" in subject or len(subject) > MAX_SUBJECT:
        keys.fault(
            "subject",
            "件名が長すぎるか、改行があります。",
            f"1行、{MAX_SUBJECT}字以内で書いてください。",
        )
    for name in FIELDS[occasion].needed if body else ():
        if f"{{{name}}}" not in body:
            keys.fault(
                "body",
                f"{{{name}}} がありません。",
                f"文面のどこかに {{{name}}} を書いてください。",
            )
    return Wording(subject, body)


def _check(occasion: Occasion, keys: Keys, key: str, text: str) -> None:
    allowed = FIELDS[occasion].all
    for name in dict.fromkeys(FIELD.findall(text)):
        if name not in allowed:
            words = "、".join(f"{{{each}}}" for each in sorted(allowed))
            keys.fault(key, f"{{{name}}} という言葉は使えません。", f"使えるのは {words} です。")
    if _STRAY_BRACE.search(FIELD.sub("", text)):
        keys.fault(
            key,
            "対になっていない { か }、又は全角の｛｝があります。",
            "半角の { } で囲んでください。",
        )
    if harsh := _HARSH.search(text):
        keys.fault(
            key,
            f"「{harsh[0]}」という言葉があります。",
            "相手に失礼のない言葉に改めてください（例：御確認のお願い）。",
        )
    if _CONTROL.search(text):
        keys.fault(key, "目に見えない制御文字があります。", "その文字を消してください。")
