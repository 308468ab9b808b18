"""The form language: what is refused, where, and what the author is told to write instead."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from xlsx_pdca.definitions.data_files import (
    read_form_files,
    samples_folder,
    shipped_folder,
    templates_folder,
)
from xlsx_pdca.definitions.forms import load_form, load_forms, newest_versions
from xlsx_pdca.errors import FaultyDefinitions
from xlsx_pdca.spec import Form, Heading, Need, Note, Single, asked_form

FILES = read_form_files(templates_folder())
TABLES = {name: data for name, data in FILES.items() if name.endswith(".tsv")}

TOP = 'id = "x"\nletter = "X"\nversion = 1\ntitle = "例"\n'
SHEET = '[[sheet]]\nkey = "s1"\nname = "様式1"\n'
TEXT = '[[sheet.item]]\nkind = "text"\nid = "a"\nlabel = "甲"\n'
NUMBER = '[[sheet.item]]\nkind = "integer"\nid = "n"\nlabel = "数"\n'
CHOICE = '[[sheet.item]]\nkind = "choice"\nid = "c"\nlabel = "丙"\noptions = ["一", "二"]\n'
SCENES = 'lists.scene = [{ key = "day", label = "昼" }, { key = "night", label = "夜" }]\n'
MATRIX = (
    '[[sheet.item]]\nkind = "matrix"\nid = "m"\ncolumns = "scene"\n'
    '[[sheet.item.question]]\nkind = "text"\nid = "q"\nlabel = "問"\n'
)
TABLE = (
    '[[sheet.item]]\nkind = "table"\nid = "t"\nlabel = "表"\nrows = 2\n'
    '[[sheet.item.column]]\nkind = "text"\nid = "k"\nlabel = "列"\n'
)
DRAWING = '[[sheet]]\nkey = "d"\nname = "図"\n[sheet.drawing]\nid = "d"\nlabel = "図"\n'


def load(toml: str, name: str = "v1.toml") -> Form:
    return load_form(toml.encode(), name, tables=TABLES)


def faults(toml: str, name: str = "v1.toml") -> list[tuple[str, str]]:
    """(place, what was found and what to do) of every fault; empty for a good form."""
    try:
        load(toml, name)
    except FaultyDefinitions as faulty:
        return [(fault.place, fault.found + fault.remedy) for fault in faulty.faults]
    return []


def item(lines: str) -> str:
    return TOP + SHEET + lines


GOOD = {
    "text": item(TEXT),
    "number": item(NUMBER),
    "choice": item(CHOICE),
    "matrix": TOP + SCENES + SHEET + MATRIX,
    "table": item(TABLE),
    "drawing": TOP + DRAWING,
    "everything": TOP + SCENES + SHEET + TEXT + NUMBER + CHOICE + MATRIX + DRAWING,
}


@pytest.mark.parametrize("name", GOOD)
def test_pieces_of_the_refusals_below_are_good(name: str) -> None:
    """Positive control: what the refused examples are built from is accepted by itself."""
    assert faults(GOOD[name]) == []


REFUSED = {
    # form
    "no id": (GOOD["text"].replace('id = "x"\n', "", 1), "id", "「id」がありません"),
    "no version": (GOOD["text"].replace("version = 1\n", ""), "version", "「version」がありません"),
    "letter in lower case": (GOOD["text"].replace('"X"', '"x"'), "letter", "英大文字1〜3字"),
    "id in capitals": (GOOD["text"].replace('"x"', '"Xa"', 1), "id", "「Xa」"),
    "unknown key of the form": (GOOD["text"].replace(SHEET, "minuets = 9\n" + SHEET), "minuets", "「minutes」の書き誤り"),
    "no sheet": (TOP, "sheet", "シートがありません"),
    "single bracket": (GOOD["text"].replace("[[sheet.item]]", "[sheet.item]"), "sheet[1].item", "二重の角かっこ"),
    "year in the title": (GOOD["text"].replace('"例"', '"{年度}の例"'), "title", "{年度} を使えません"),
    # sheets
    "two sheets of one name": (
        TOP + SHEET.replace("様式1", "Form") + TEXT + SHEET.replace("s1", "s2").replace("様式1", "form") + NUMBER,
        "sheet[2].name",
        "sheet[1].name でも",
    ),
    "sheet name too long": (GOOD["text"].replace("様式1", "様" * 32), "sheet[1].name", "32字"),
    "sheet name of the program": (GOOD["text"].replace("様式1", "はじめに"), "sheet[1].name", "別の名"),
    "sheet name with a colon": (GOOD["text"].replace("様式1", "様式:1"), "sheet[1].name", "除いてください"),
    "sheet key of the program": (GOOD["text"].replace('"s1"', '"start"'), "sheet[1].key", "プログラムが使います"),
    "sheet without a question": (
        item('[[sheet.item]]\nkind = "note"\ntext = "注"\n'),
        "sheet[1].item",
        "設問のないシート",
    ),
    "drawing with questions": (
        TOP + '[[sheet]]\nkey = "d"\nname = "図"\n' + TEXT + '[sheet.drawing]\nid = "d"\nlabel = "図"\n',
        "sheet[1].drawing",
        "別のシート",
    ),
    "paper of another size": (GOOD["text"].replace(TEXT, 'paper = "B4"\n' + TEXT), "sheet[1].paper", "A4、A3"),
    "two tables": (item(TABLE + TABLE.replace('"t"', '"u"')), "sheet[1].item[2]", "1シートに1つ"),
    "names that meet": (
        TOP + SHEET.replace("s1", "a") + TABLE.replace('"k"', '"b_c"')
        + SHEET.replace("s1", "a_b").replace("様式1", "様式2") + TABLE.replace('"t"', '"u"').replace('"k"', '"c"'),
        "sheet[2].item[1].column[1]",
        "「a_b_c」",
    ),
    "a hundred questions": (
        item("".join(TEXT.replace('"a"', f'"a{n}"') for n in range(100))),
        "sheet[1].item",
        "99以内",
    ),
    # keys and kinds
    "kind that is none": (GOOD["text"].replace('"text"', '"txet"'), "sheet[1].item[1].kind", "「text」の書き誤り"),
    "unknown key": (item(TEXT + 'hnit = "…"\n'), "sheet[1].item[1].hnit", "「hint」の書き誤り"),
    "unknown key unlike any": (item(TEXT + "zzz = 1\n"), "sheet[1].item[1].zzz", "ここで使えるキーは"),
    "number in quotes": (item(TEXT + 'guide = "20"\n'), "sheet[1].item[1].guide", "引用符を付けずに"),
    "negative guide": (item(TEXT + "guide = -1\n"), "sheet[1].item[1].guide", "0から4000まで"),
    "true in quotes": (item(TEXT + 'personal = "true"\n'), "sheet[1].item[1].personal", "true または false"),
    "text without quotes of a list": (item(TEXT + "hint = 20\n"), "sheet[1].item[1].hint", "半角の引用符"),
    "reader that is none": (item(TEXT + 'share = "全員"\n'), "sheet[1].item[1].share", "共有、県と保健所のみ、部内"),
    "options on a text": (item(TEXT + 'options = ["一"]\n'), "sheet[1].item[1].options", "choice・multiple_choice で"),
    "unit on a text": (item(TEXT + 'unit = "人"\n'), "sheet[1].item[1].unit", "「unit」を使いません"),
    "decimals on an integer": (item(NUMBER + "decimals = 1\n"), "sheet[1].item[1].decimals", "decimal・percent"),
    "width outside a table": (item(TEXT + "width = 9\n"), "sheet[1].item[1].width", "表の列でだけ"),
    "long text without a guide": (
        GOOD["text"].replace('"text"', '"long_text"'),
        "sheet[1].item[1].guide",
        "目安の字数",
    ),
    "neither label nor source": (GOOD["text"].replace('label = "甲"\n', ""), "sheet[1].item[1].label", "設問文"),
    # ids
    "two equal ids": (item(TEXT + TEXT), "sheet[1].item[2].id", "sheet[1].item[1].id でも"),
    "id of a matrix and of a question": (
        TOP + SCENES + SHEET + MATRIX.replace('"q"', '"m"'),
        "sheet[1].item[1].question[1].id",
        "sheet[1].item[1].id でも",
    ),
    "id with a hyphen": (GOOD["text"].replace('"a"', '"a-b"'), "sheet[1].item[1].id", "英小文字"),
    "id in Japanese": (GOOD["text"].replace('"a"', '"氏名"'), "sheet[1].item[1].id", "英小文字"),
    "column named entry": (GOOD["table"].replace('"k"', '"entry"'), "sheet[1].item[1].column[1]", "プログラムが使います"),
    # headers and rows
    "equal headers": (
        item(TABLE + '[[sheet.item.column]]\nkind = "text"\nid = "l"\nlabel = "列 "\n'),
        "sheet[1].item[1].column",
        "別々の文",
    ),
    "header of the layout": (GOOD["table"].replace('"列"', '"記入欄"'), "sheet[1].item[1].column", "記入欄"),
    "row key of one digit": (
        GOOD["table"].replace("rows = 2", 'rows = [{ key = "1", label = "一" }]'),
        "sheet[1].item[1].rows",
        "半角2桁",
    ),
    "two equal row keys": (
        GOOD["table"].replace("rows = 2", 'rows = [{ key = "01" }, { key = "01" }]'),
        "sheet[1].item[1].rows",
        "2つあります",
    ),
    "no rows": (GOOD["table"].replace("rows = 2\n", ""), "sheet[1].item[1].rows", "行の数"),
    "more required rows than rows": (
        GOOD["table"].replace("rows = 2", "rows = 2\nrequired_rows = 3"),
        "sheet[1].item[1].required_rows",
        "行の数以下",
    ),
    "reference in a table": (
        GOOD["table"].replace('"text"', '"reference"').replace('"列"', '"列"\nreference = "unit.name"'),
        "sheet[1].item[1].column[1].kind",
        "1つだけの項目",
    ),
    "optional column": (item(TABLE + "optional = true\n"), "sheet[1].item[1].column[1].optional", "表全体"),
    "columns of a list without keys": (
        TOP + 'lists.scene = ["昼", "夜"]\n' + SHEET + MATRIX,
        "sheet[1].item[1].columns",
        "key がありません",
    ),
    "columns of no list": (item(MATRIX), "sheet[1].item[1].columns", "「scene」という一覧がありません"),
    # options
    "choice without options": (
        GOOD["choice"].replace('options = ["一", "二"]\n', ""),
        "sheet[1].item[1].options",
        "選択肢を書いて",
    ),
    "options of no list": (
        GOOD["choice"].replace('["一", "二"]', '"scene"'),
        "sheet[1].item[1].options",
        "[lists]",
    ),
    "equal options": (GOOD["choice"].replace("二", "一 "), "sheet[1].item[1].options", "重なっています"),
    "too many options": (
        GOOD["choice"].replace('"一"', ", ".join(f'"{n}番"' for n in range(1000))),
        "sheet[1].item[1].options",
        "1000以内",
    ),
    "option with a separator": (
        GOOD["choice"].replace('"choice"', '"multiple_choice"').replace("二", "二、三"),
        "sheet[1].item[1].options",
        "区切り",
    ),
    "options of no table": (
        GOOD["choice"].replace('options = ["一", "二"]', 'options_from = "x/y.tsv:name"'),
        "sheet[1].item[1].options_from",
        "indicators/ver3-2020-08.tsv",
    ),
    "options of no column": (
        GOOD["choice"].replace('options = ["一", "二"]', 'options_from = "indicators/ver3-2020-08.tsv:名"'),
        "sheet[1].item[1].options_from",
        "使える列は",
    ),
    "options from two places": (
        item(CHOICE + 'options_from = "indicators/ver3-2020-08.tsv:name"\n'),
        "sheet[1].item[1].options",
        "どちらか一方",
    ),
    # limits and other questions
    "minimum above maximum": (item(NUMBER + "minimum = 2\nmaximum = 1\n"), "sheet[1].item[1].minimum", "最大以下"),
    "fraction for an integer": (item(NUMBER + "minimum = 0.5\n"), "sheet[1].item[1].minimum", "整数にして"),
    "not a number": (item(NUMBER + "minimum = nan\n"), "sheet[1].item[1].minimum", "半角の数"),
    "required by nobody": (
        item(TEXT + 'required = { unless = "b" }\n'),
        "sheet[1].item[1].required",
        "「b」は同じシート",
    ),
    "required by itself": (
        item(TEXT + 'required = { unless = "a" }\n'),
        "sheet[1].item[1].required",
        "「a」は同じシート",
    ),
    "required by a question of another sheet": (
        item(TEXT + 'required = { unless = "n" }\n') + SHEET.replace("1", "2") + NUMBER,
        "sheet[1].item[1].required",
        "「n」は同じシート",
    ),
    "required by a single inside a matrix": (
        TOP + SCENES + SHEET + CHOICE + MATRIX + 'required = { unless = "c" }\n',
        "sheet[1].item[2].question[1].required",
        "同じマトリックスの設問",
    ),
    "required if a text": (
        item(NUMBER + TEXT + 'required = { if = "n", is = ["1"] }\n'),
        "sheet[1].item[2].required",
        "choice の項目",
    ),
    "required if no such option": (
        item(CHOICE + TEXT + 'required = { if = "c", is = ["三"] }\n'),
        "sheet[1].item[2].required",
        "選択肢にありません",
    ),
    "half a condition": (
        item(CHOICE + TEXT + 'required = { if = "c" }\n'),
        "sheet[1].item[2].required",
        "条件の書き方",
    ),
    "required by a question that may be off": (
        item(CHOICE + "optional = true\n" + TEXT + 'required = { unless = "c" }\n'),
        "sheet[1].item[2].required",
        "全員には尋ねません",
    ),
    "sum of a text": (
        item(
            TEXT + NUMBER + '[[sheet.item]]\nkind = "computed"\nid = "s"\nlabel = "計"\n'
            'compute = { operation = "sum", fields = ["a", "n"] }\n'
        ),
        "sheet[1].item[3].compute.fields",
        "数の項目ではありません",
    ),
    "ratio of three": (
        item(
            NUMBER + '[[sheet.item]]\nkind = "computed"\nid = "s"\nlabel = "計"\n'
            'compute = { operation = "ratio", fields = ["n", "n", "n"] }\n'
        ),
        "sheet[1].item[2].compute.fields",
        "3個",
    ),
    "computed without a computation": (
        item(NUMBER + '[[sheet.item]]\nkind = "computed"\nid = "s"\nlabel = "計"\n'),
        "sheet[1].item[2].compute",
        "operation",
    ),
    "reference to nothing": (
        item(TEXT + '[[sheet.item]]\nkind = "reference"\nid = "r"\nlabel = "団体"\nreference = "unit.nmae"\n'),
        "sheet[1].item[2].reference",
        "「unit.name」の書き誤り",
    ),
    "reference to an unknown previous answer": (
        item(TEXT + '[[sheet.item]]\nkind = "reference"\nid = "r"\nlabel = "前"\nreference = "previous.b"\n'),
        "sheet[1].item[2].reference",
        "「b」という項目がありません",
    ),
    "kind of unit that is none": (
        item(TEXT + 'audience = { kinds = ["市役所"] }\n'),
        "sheet[1].item[1].audience.kinds",
        "市町村、共同",
    ),
    "unknown key of an audience": (
        item(TEXT + 'audience = { role = ["自治体担当者"] }\n'),
        "sheet[1].item[1].audience.role",
        "「roles」の書き誤り",
    ),
    # texts
    "slot signs": (GOOD["text"].replace("甲", "⟦unit⟧"), "sheet[1].item[1].label", "【】"),
    "unknown placeholder": (GOOD["text"].replace("甲", "{県名}"), "sheet[1].item[1].label", "「{県名}」という差し込み"),
    "placeholder in full-width braces": (GOOD["text"].replace("甲", "｛年度｝"), "sheet[1].item[1].label", "半角の波かっこ"),
    "year in a header": (GOOD["table"].replace('"列"', '"{年度}"'), "sheet[1].item[1].column[1].label", "{年度} を使えません"),
    "line break in a header": (GOOD["table"].replace('"列"', '"列\\n二"'), "sheet[1].item[1].column[1].label", "1行で"),
    "control character": (GOOD["text"].replace("甲", "甲\\u0007"), "sheet[1].item[1].label", "制御文字"),
    "example that says so": (item(TEXT + 'example = "例：課長"\n'), "sheet[1].item[1].example", "自動で付きます"),
    "prompt too long": (item(TEXT + f'hint = "{"あ" * 181}"\n'), "sheet[1].item[1].hint", "180字以内"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_faulty_form_is_refused_with_place_and_remedy(name: str) -> None:
    """Each fault names its dotted key, what was found and what to write instead, and nothing beside it."""
    toml, place, words = REFUSED[name]
    found = faults(toml)
    assert [where for where, _ in found] == [place] * len(found) and found
    assert any(words in text for _, text in found), found


@pytest.mark.parametrize("name", REFUSED)
def test_message_is_a_courteous_sentence(name: str) -> None:
    """Messages are Japanese sentences without a word of the programming language's own."""
    for place, text in faults(REFUSED[name][0]):
        assert re.search("[ぁ-ん]", text) and text.endswith("。"), text
        assert place and not re.search(r"None|Traceback|エラー|dict|tuple|\bstr\b", text), text


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    """Faults of keys, names and texts of one form are listed together, top down."""
    toml = item(
        'lead = "一文"\n'
        + TEXT.replace("甲", "{名}")
        + TEXT.replace("kind", "knid")
        + NUMBER
        + "minimum = 9\nmaximum = 1\n"
    ).replace('"X"', '"ー"')
    assert [place for place, _ in faults(toml)] == [
        "letter",
        "sheet[1].lead",
        "sheet[1].item[1].label",
        "sheet[1].item[2].kind",
        "sheet[1].item[2].knid",
        "sheet[1].item[2].id",
        "sheet[1].item[3].minimum",
    ]


def test_fault_names_the_file() -> None:
    """A fault begins with the file it stands in."""
    with pytest.raises(FaultyDefinitions) as caught:
        load(TOP, "x/v1.toml")
    assert str(caught.value.faults[0]).startswith("x/v1.toml sheet：")


def test_values_arrive_in_the_form() -> None:
    """What the file says stands in the form; what it leaves out takes the documented default."""
    lines = NUMBER + 'minimum = 0.00\nmaximum = 100\nunit = "件"\nrequired = true\nshare = "共有"\n'
    form = load(item('[[sheet.item]]\nkind = "heading"\nsource = "原文"\n' + lines))
    assert form.sheets[0].title == form.sheets[0].name == "様式1"
    heading, single = form.sheets[0].items
    assert heading == Heading("原文", "原文")
    assert isinstance(single, Single)
    question = single.question
    assert (question.minimum, question.maximum) == (Decimal(0), Decimal(100))
    assert (question.unit, question.required.need, question.share) == ("件", Need.ALWAYS, "共有")


def test_label_may_be_left_to_the_original() -> None:
    """Without a label the original's wording is printed."""
    form = load(GOOD["text"].replace('label = "甲"', 'source = "原文"'))
    (question,) = form.questions()
    assert question.label == question.source == "原文"


def test_only_sections_emptied_by_the_audience_disappear() -> None:
    """A heading and its note go with their last question; one that never had a question stays."""
    heading = '[[sheet.item]]\nkind = "heading"\ntext = "{}"\n'
    note = '[[sheet.item]]\nkind = "note"\ntext = "注"\n'
    form = load(
        item(
            heading.format("全体")
            + heading.format("県")
            + note
            + NUMBER
            + 'audience = { roles = ["都道府県担当者"] }\n'
            + heading.format("市町村")
            + TEXT
        )
    )

    def headings(role: str) -> list[str]:
        items = asked_form(form, kind="市町村", role=role).sheets[0].items
        return [i.text for i in items if isinstance(i, Heading | Note)]

    assert headings("都道府県担当者") == ["全体", "県", "注", "市町村"]
    assert headings("自治体担当者") == ["全体", "市町村"]


# -- the file --------------------------------------------------------------------------------


def test_file_saved_by_notepad_is_read() -> None:
    """A byte order mark and Windows line ends do no harm."""
    data = b"\xef\xbb\xbf" + GOOD["text"].replace("\n", "\r\n").encode()
    assert load_form(data, "v1.toml").sheets[0].name == "様式1"


def test_file_in_shift_jis_is_refused_with_the_way_to_save() -> None:
    """A form saved in the old encoding says how to save it."""
    with pytest.raises(FaultyDefinitions, match="「エンコード」で「UTF-8」"):
        load_form(GOOD["text"].encode("cp932"), "v1.toml")


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ('id = "b"', "5行目の9文字目", "同じキーを2度"),
        ("minutes", "5行目の8文字目", "= がありません"),
        ('lead = ["一"', "ファイルの終わり", "かっこが閉じて"),
        ('purpose = "一', "5行目の13文字目", "半角の引用符"),
        ('purpose = "C:\\d"', "5行目", "\\\\ と2つ"),
        ("purpose = 一", "5行目の11文字目", "半角の引用符"),
        ("minutes ＝ 3", "5行目", "= がありません"),
        ("題名 = 3", "5行目の1文字目", "キーは英字"),
    ],
)
def test_broken_toml_is_explained_in_japanese(line: str, place: str, words: str) -> None:
    """What the TOML parser cannot read is named by line, with the usual remedy and no English."""
    ((where, text),) = faults(TOP + line + "\n")
    assert place in where and words in text
    assert not re.search(
        "[a-z]{5,}", text.replace("label", "").replace("guide", "").replace("false", "")
    )


@pytest.mark.parametrize(
    ("name", "place"),
    [("x/v2.toml", "version"), ("y/v1.toml", "id"), ("x/v1.toml", ""), ("form.toml", "")],
)
def test_file_and_folder_agree_with_the_form(name: str, place: str) -> None:
    """Version and id are those of file and folder, where these say any."""
    assert [where for where, _ in faults(GOOD["text"], name)] == ([place] if place else [])


def test_every_line_changed_is_read_or_explained() -> None:
    """Whatever value a line of 当日課題 is changed to, the form is read or its faults are listed."""
    lines = FILES["tojitsu/v1.toml"].decode().splitlines()
    values = ["1", '"x"', "[]", "{}", "true", "1.5", '["x"]', "2026-01-01", "{ a = 1 }", "[1]"]
    refused = 0
    for number, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        changed = f"{key} = {values[number % len(values)]}" if equals else ""
        try:
            load("\n".join([*lines[:number], changed, *lines[number + 1 :]]))
        except FaultyDefinitions as faulty:
            assert faulty.faults
            refused += 1
    assert refused > 100


# -- folders ---------------------------------------------------------------------------------


def test_newest_version_of_each_form_is_taken() -> None:
    """v10 is newer than v9; tables, loose and nested files are no forms."""
    names = [
        "b/v9.toml",
        "b/v10.toml",
        "a/v1.toml",
        "a/note.toml",
        "v3.toml",
        "a/old/v7.toml",
        "c/x.tsv",
    ]
    assert newest_versions(dict.fromkeys(names, b"")) == ("a/v1.toml", "b/v10.toml")


def test_faults_of_all_files_come_together() -> None:
    """Faults of several forms are raised in one go."""
    files = {"a/v1.toml": TOP.encode(), "b/v1.toml": TOP.encode()}
    with pytest.raises(FaultyDefinitions) as caught:
        load_forms(files)
    assert {fault.file for fault in caught.value.faults} == set(files)


def test_forms_of_a_round_have_different_letters() -> None:
    """Two forms with one letter would print the same codes; the fault names both and blames neither."""
    one, two = (GOOD["text"].replace('"x"', f'"{name}"').encode() for name in "ab")
    with pytest.raises(FaultyDefinitions, match="どちらも「X」です") as caught:
        load_forms({"b/v1.toml": two, "a/v1.toml": one})
    (fault,) = caught.value.faults
    assert {"a/v1.toml", "b/v1.toml"} == set(fault.file.split("、"))
    assert "（a）" in fault.found and "（b）" in fault.found
    other = two.replace(b'"X"', b'"Y"')
    assert list(load_forms({"a/v1.toml": one, "b/v1.toml": other})) == ["a", "b"]


def test_shipped_data_is_found_in_a_wheel_and_in_the_repository(tmp_path: Path) -> None:
    """The folder inside the package counts when there is one, else the one of the repository."""
    package = tmp_path / "src" / "xlsx_pdca"
    package.mkdir(parents=True)
    assert shipped_folder("templates", package) == tmp_path / "templates"
    inside = package / "_data" / "templates"
    inside.mkdir(parents=True)
    assert shipped_folder("templates", package) == inside
    assert (templates_folder() / "jizen" / "v1.toml").is_file()
    assert samples_folder().is_dir()


def test_form_files_are_read_one_folder_deep(tmp_path: Path) -> None:
    """Forms and tables are read by relative path; letters, notes and loose files stay out."""
    for name in ("a/v1.toml", "i/t.tsv", "a/README.md", "a/mail.txt", "v9.toml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    assert read_form_files(tmp_path) == {"a/v1.toml": b"a/v1.toml", "i/t.tsv": b"i/t.tsv"}
