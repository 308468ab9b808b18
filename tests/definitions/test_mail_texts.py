"""Files of mail texts: the shipped ones, a round's own, and what is wrong in them."""

from __future__ import annotations

import re

import pytest

from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.mail_texts import OWN, SHARED, load_mail_texts
from xlsx_pdca.errors import FaultyDefinitions
from xlsx_pdca.letters import FIELDS, Occasion

SHIPPED = read_form_files(templates_folder())


def faults_of(text: str, name: str = SHARED) -> list[tuple[str, str]]:
    """(place, what was found) of each fault in a round's own file."""
    with pytest.raises(FaultyDefinitions) as raised:
        load_mail_texts({name: text.encode()}, SHIPPED, ["jizen"])
    return [(fault.place, fault.found) for fault in raised.value.faults]


def test_the_shipped_texts_are_whole() -> None:
    """Every occasion has a subject and a body, and every shipped form is served."""
    forms = {name.split("/")[0] for name in SHIPPED if re.search(r"/v[0-9]+\.toml$", name)}
    texts = load_mail_texts({}, SHIPPED, forms)
    assert forms == {"jizen", "tojitsu"}
    assert {form: set(found) for form, found in texts.items()} == {
        key: set(Occasion) for key in forms
    }


def test_the_document_names_every_field() -> None:
    """The table of fields that an officer reads is the one the program checks by."""
    readme = (templates_folder() / "mail" / "README.md").read_text(encoding="utf-8")
    lines = {m[1]: m[0] for m in re.finditer(r"^\| `([a-z]+)` .*$", readme, re.MULTILINE)}
    for occasion, fields in FIELDS.items():
        needed = set(re.findall(r"◎\{([^}]+)\}", lines[occasion]))
        named = set(re.findall(r"\{([^}]+)\}", lines[occasion]))
        assert (needed, named) == (set(fields.needed), {*fields.needed, *fields.more})


def test_what_a_form_words_itself_takes_the_place_of_the_shared_text() -> None:
    """One occasion worded anew for one form changes nothing else."""
    own = '[receipt]\nsubject = "{様式}が届きました"\nbody = "{宛名}{補正}"\n'
    texts = load_mail_texts({f"jizen/{OWN}": own.encode()}, SHIPPED, ["jizen", "tojitsu"])
    assert texts["jizen"][Occasion.RECEIPT].subject == "{様式}が届きました"
    assert texts["tojitsu"][Occasion.RECEIPT].subject == "{様式}を受領しました"
    assert texts["jizen"][Occasion.REQUEST] == texts["tojitsu"][Occasion.REQUEST]


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ('[receipt]\nsubject = "{様式}"\nbody = "{補正}{期限}"', "receipt.body", "{期限}"),
        ('[receipt]\nsubject = "{様式}"\nbody = "受領"', "receipt.body", "{補正} がありません"),
        ('[receipt]\nsubject = "督促{様式}"\nbody = "{補正}"', "receipt.subject", "「督促」"),
        ('[receipt]\nsubject = "{様式"\nbody = "{補正}"', "receipt.subject", "対になっていない"),
        ('[receipt]\nsubject = "｛様式｝"\nbody = "{補正}"', "receipt.subject", "対になっていない"),
        ('[receipt]\nsubject = """a\nb"""\nbody = "{補正}"', "receipt.subject", "改行"),
        ('[receipt]\nbody = "{補正}"', "receipt.subject", "がありません"),
        ('[receipt]\nsubject = "a\\u202e"\nbody = "{補正}"', "receipt.subject", "制御文字"),
        ('[recept]\nsubject = "a"', "recept", "場面はありません"),
        ('[receipt]\nsubject = "a"\nbody = "{補正}"\nto = "x"', "receipt.to", "キーはありません"),
        ("[receipt", "ファイル全体", "TOMLとして読めません"),
    ],
)
def test_a_fault_is_named_with_its_place(text: str, place: str, found: str) -> None:
    """What cannot be sent is found when the file is loaded, and said with its key."""
    assert [(where, what) for where, what in faults_of(text) if where == place and found in what]


def test_all_faults_of_all_files_are_told_at_once() -> None:
    """The author mends everything in one go."""
    wrong = '[receipt]\nsubject = "督促"\nbody = "エラー"'.encode()
    with pytest.raises(FaultyDefinitions) as raised:
        load_mail_texts({SHARED: wrong, f"jizen/{OWN}": wrong}, SHIPPED, ["jizen"])
    assert {fault.file for fault in raised.value.faults} == {SHARED, f"jizen/{OWN}"}
    assert len(raised.value.faults) == 6
