"""Words in place of an answer: understood in the ways people write them, and only where nothing else is said."""

from __future__ import annotations

import pytest

from xlsx_pdca.pointing import (
    Pointing,
    is_dash,
    mentions_separate,
    pointing,
    pointing_first,
    state_of_words,
)
from xlsx_pdca.submission import State

NONE = (
    *(
        "該当なし",
        "該当 無し",
        "該当なし。",
        "（該当なし）",
        "該当はありません。",
        "該当者なし",
        "非該当",
    ),
    *(
        "なし",
        "無",
        "ありません",
        "特になし",
        "特にありません。",
        "特段なし",
        "該当事例なし",
        "対象者なし",
    ),
    *("該当なしです", "本市該当なし", "現時点では該当なし", "ございません", "N/A", "※該当なし"),
)
DASHES = ("－", "-", "―", "—", "ー", "ｰ", "──", "−", "‐", "／", "---", " － ")
UNKNOWN = (
    *(
        "把握していない",
        "把握していません。",
        "把握しておりません",
        "把握できていない",
        "未把握",
        "不明",
    ),
    *(
        "市では把握していない",
        "現在、把握していない",
        "当町では把握しておりません",
        "人数は把握していない",
    ),
    *(
        "わからない",
        "分かりません",
        "不詳",
        "未集計",
        "把握していないです",
        "把握困難",
    ),
    *("把握していない ", "【把握していない】", "詳細不明", "実態は把握できていません"),
)
WITHHELD = (
    *("秘匿", "非公表", "非公表です", "公表していない", "公表しておりません", "非公開", "公表不可"),
    *("回答を控えます", "回答は差し控えさせていただきます", "秘匿とする", "開示できません"),
)
SEPARATE = (
    *(
        "別紙のとおり",
        "別紙の通り",
        "別紙",
        "別紙参照",
        "別紙１のとおり",
        "別紙①参照",
        "別紙1・2のとおり",
    ),
    *(
        "別添",
        "別添のとおりです。",
        "別添資料１参照",
        "別添ファイル参照",
        "別表のとおり",
        "添付資料のとおり",
    ),
    *(
        "添付ファイルを御参照ください",
        "別紙をご覧ください",
        "別紙「組織図」のとおり",
        "詳細は別紙参照",
    ),
    *(
        "別紙（組織図）のとおり",
        "資料2参照",
        "別シート参照",
        "別途送付します",
        "別紙を添付します",
        "別 紙",
    ),
    *("別冊のとおり", "別紙に記載", "（別紙のとおり）"),
)
ABOVE = (
    *(
        "同上",
        "同上。",
        "（同上）",
        "〃",
        "々",
        "同じ",
        "上に同じ",
        "上と同じ",
        "上記のとおり",
        "上記と同様",
    ),
    *("上記に同じ", "同上です", "上欄に同じ", "前問と同じ", "上記参照", "仝", "同様", "″"),
)
LEFT = ("同左", "左に同じ", "左と同じ", "左記のとおり", "左欄に同じ")
RIGHT = ("同右", "右に同じ")
BEFORE = (
    *("前回と同じ", "前回に同じ。", "前回と同様", "前回同様", "前回のとおり", "前回回答のとおり"),
    *("昨年度と同様", "昨年と同じ", "前年度と変わりなし", "前年度から変更なし", "令和７年度と同じ"),
    *("変更なし", "変更ありません", "変わりなし", "昨年度の回答と同じ"),
)
ANSWERS = (
    *(
        "別紙のとおり、医師会と協議会を年4回開いている。",
        "不明な点が多い",
        "特に問題はなし",
        "課題なしとは言えない",
    ),
    *(
        "該当なしの市町村が多い",
        "把握していない世帯への訪問が課題",
        "非公表の資料を共有している",
        "なしの栽培",
    ),
    *(
        "同上の課題に加えて、人材が不足している",
        "同上。加えて夜間の連絡先がない。",
        "前回と同じ課題が残る",
    ),
    *(
        "上記のとおり、体制を整えた。",
        "左に同じ課題がある",
        "右肩上がりに増えている",
        "変更なしで運用できている",
    ),
    *(
        "無医地区がある",
        "ありませんでしたが今年度始めた",
        "別紙を作成中",
        "資料の共有が進まない",
        "同じ圏域の病院と連携",
    ),
    *(
        "10-12",
        "3-",
        "-5",
        "A/B",
        "ーの記号",
        "昨年度と同様に連絡会を開いた",
        "一部把握していない",
        "0",
        "〇",
    ),
    "把握していないが、" + "関係機関に照会している。" * 30,
)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        *((each, State.NONE) for each in (*NONE, *DASHES)),
        *((each, State.UNKNOWN) for each in UNKNOWN),
        *((each, State.WITHHELD) for each in WITHHELD),
        *((each, State.SEPARATE) for each in SEPARATE),
        *((each, State.SAME) for each in (*ABOVE, *LEFT, *RIGHT, *BEFORE)),
        *((each, State.FILLED) for each in ANSWERS),
    ],
)
def test_state_of_words(words: str, state: State) -> None:
    """A state in any of its usual forms is understood; a sentence that only holds its words is an answer."""
    assert state_of_words(words) is state


@pytest.mark.parametrize(
    ("words", "to"),
    [
        *((each, Pointing.ABOVE) for each in ABOVE),
        *((each, Pointing.LEFT) for each in LEFT),
        *((each, Pointing.RIGHT) for each in RIGHT),
        *((each, Pointing.BEFORE) for each in BEFORE),
        *((each, None) for each in (*NONE, *UNKNOWN, *SEPARATE, *ANSWERS)),
    ],
)
def test_pointing(words: str, to: Pointing | None) -> None:
    """Where 「同上」 and the like point; no other words point anywhere."""
    assert pointing(words) is to


def test_only_dashes_are_dashes() -> None:
    """A dash alone is told apart from 該当なし in words, and from a number below zero."""
    assert all(is_dash(each) for each in DASHES)
    assert not any(is_dash(each) for each in (*NONE, "-1", "1-2", ""))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("別紙のとおり、連絡会を開いている。", "別紙のとおり"),
        ("体制は 別添１ のとおり。", "別添1のとおり"),
        ("詳しくは別紙「体制図」を御参照ください。", "別紙「体制図」を御参照ください"),
        ("医師会の別の部会と、紙の資料を使う。", ""),
        ("添付の手順を見直した。", ""),
        ("資料の共有が進まない。", ""),
    ],
)
def test_paper_mentioned_in_a_sentence(text: str, words: str) -> None:
    """A sentence that refers to a paper is found by the words it does so with, and no other sentence is."""
    assert mentions_separate(text) == words


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("同上。加えて夜間の連絡先がない。", Pointing.ABOVE),
        ("左に同じ、ただし病院を除く。", Pointing.LEFT),
        ("前回と同じですが、回数を増やした。", Pointing.BEFORE),
        ("同上の課題に加えて、人材が不足している", None),
        ("昨年度と同様に連絡会を開いた", None),
        ("医師会は同上。", None),
    ],
)
def test_pointing_before_more_is_said(text: str, to: Pointing | None) -> None:
    """Only an answer that begins with such words, and stops there, leans on another one."""
    assert pointing_first(text) is to
