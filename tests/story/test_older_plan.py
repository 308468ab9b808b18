"""A return is read by the plan it was issued with, whatever became of the form since."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from answer_judge import differences, filled, filling_table, misplaced, scenes_of, told
from libreoffice import LibreOffice
from played_round import PlayedRound

pytestmark = pytest.mark.untraced

NEW_QUESTION = """[[sheet.item]]
kind = "text"
id = "population_source"
label = "人口の出典"
guide = 30

"""


def test_return_of_an_older_plan_is_read_after_the_form_was_edited(
    tmp_path: Path, soffice: LibreOffice
) -> None:
    """Questions moved, reworded, added and dropped and two scenes exchanged: old and new returns are both exact."""
    round_ = PlayedRound.of_gunma(tmp_path / "round", "jizen")
    round_.played("issue")
    round_.played("send", "--mark-sent", "--all")
    old, old_scenes = round_.issued("jizen")[0], scenes_of(round_, "jizen")

    edit_form(round_.folder.forms / "jizen" / "v1.toml")
    round_.played("issue")
    new, new_scenes = round_.issued("jizen")[1], scenes_of(round_, "jizen")
    assert old.plan.edition != new.plan.edition
    assert old_scenes["daily"] == new_scenes["discharge"] != new_scenes["daily"]

    table = filling_table([old, new])
    saved = filled([old, new], table, tmp_path / "saved", soffice)
    round_.drop(saved.values())
    round_.played("receive")
    rows = round_.merged(tmp_path / "tables")

    for copy in (old, new):
        assert [f for f in copy.read(saved[copy.unit]).findings if f.code.startswith("STR")] == []
    assert differences(table, told(rows)) == []
    of_old, of_new = ([r for r in rows if r["unit"] == copy.unit] for copy in (old, new))
    assert misplaced(of_old, {old.unit: saved[old.unit]}, old_scenes) == []
    assert misplaced(of_new, {new.unit: saved[new.unit]}, new_scenes) == []
    assert [{r["edition"] for r in part} for part in (of_old, of_new)] == [
        {old.plan.edition},
        {new.plan.edition},
    ]
    asked = [{r["field_id"]: r["question"] for r in part} for part in (of_old, of_new)]
    assert ("weaknesses" in asked[0], "weaknesses" in asked[1]) == (True, False)
    assert ("population_source" in asked[0], "population_source" in asked[1]) == (False, True)
    assert asked[0]["strengths"] == "(ア) 長所（良さ・強み）"
    assert asked[1]["strengths"] == "(ア) 地域の強み"


def edit_form(path: Path) -> None:
    """What an officer might do to a form in the middle of a round, and worse."""
    text = path.read_text(encoding="utf-8")
    for pattern, new in (
        (r'label = "長所（良さ・強み）"\nsource = "長所 \(良さ・強み\)"', 'label = "地域の強み"'),
        (r'\[\[sheet\.item\]\]\nkind = "long_text"\nid = "weaknesses"\n.*?(?=\[\[sheet\.item)', ""),
        (r'(?=\[\[sheet\.item\]\]\nkind = "integer"\nid = "population"\n)', NEW_QUESTION),
        (r'key = "daily", label = "日常の療養支援"', 'key = "daily", label = "入れ替え"'),
        (r'key = "discharge", label = "入退院支援"', 'key = "discharge", label = "日常の療養支援"'),
        (r'key = "daily", label = "入れ替え"', 'key = "daily", label = "入退院支援"'),
    ):
        text, count = re.subn(pattern, new, text, flags=re.DOTALL)
        assert count == 1, pattern
    path.write_text(text, encoding="utf-8")
