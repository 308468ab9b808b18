"""Named fields of mail texts."""

from __future__ import annotations

import pytest

from xlsx_pdca.letters import Wording


def test_fields_are_filled_once() -> None:
    """A value that looks like a field is text; the subject stays one line."""
    wording = Wording("{様式}について", "{宛名}\n\n{添付}\n\n\n\n終わり")
    filled = wording.filled({"様式": "事前\r\n課題", "宛名": "{添付} 様", "添付": ""})
    assert filled == Wording("事前 課題について", "{添付} 様\n\n終わり\n")
    assert wording.fields() == ("様式", "宛名", "添付")


def test_a_field_without_a_value_is_our_fault() -> None:
    """No mail goes out with a brace where a word should stand."""
    with pytest.raises(KeyError, match="期限"):
        Wording("x", "{期限}").filled({"様式": "事前課題"})
