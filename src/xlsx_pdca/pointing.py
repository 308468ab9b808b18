"""Words that stand in place of an answer: 該当なし, 把握していない, 秘匿, and words that point to another answer."""

from __future__ import annotations

import re
from enum import StrEnum

from xlsx_pdca.cells import folded
from xlsx_pdca.submission import State


class Pointing(StrEnum):
    """Where an answer points instead of saying something itself."""

    ABOVE = "上"
    LEFT = "左"
    RIGHT = "右"
    BEFORE = "前回"


_END = "(?:です|でした|でございます|である|とします|となります|になります)?"
_HERE = "(?:本|当)?[都道府県市区町村]|(?:本|当)(?:課|方|団体|自治体|地域|圏域)|市町村"
_PLACE = f"(?:{_HERE}|現時点|現段階|現状|現在|今|今のところ|現在のところ|今年度|今回)"
_BEFORE_IT = f"(?:{_PLACE}(?:としては|では|は|で|に)?、?){{0,2}}"

_NONE = (
    "(?:(?:該当|対象)(?:者|事項|事例|するもの|する事項|する事例)?(?:は|が)?、?"
    "(?:なし|無し|無|ない|無い|ありません|ございません|いません|しない|しません|せず)|非該当"
    "|(?:特に|とくに|特段|特記事項(?:は|が)?|特記)?(?:なし|無し|ナシ|ありません|ございません)|無|無い|n/a)"
)
_DASH = re.compile("[-ー―—–‐−─‑━/]{1,5}")
"""As Japanese statistics write what does not apply; the long vowel is what the key beside 0 gives."""
_UNKNOWN = (
    "(?:(?:数値|人数|件数|実態|詳細|データ)?(?:は|を|が)?、?"
    "把握(?:は|が)?(?:して|できて|出来て|いたして)?(?:い?ない|い?ません|おりません|おらず|いません)"
    "|(?:未|不)把握|把握(?:なし|困難|不可|できない|できません|不能)|(?:詳細(?:は)?)?不明|不詳|未集計|未調査"
    "|集計(?:は)?して(?:いない|いません|おりません)|(?:分か|わか|判)(?:らない|りません|りかねます))"
)
_WITHHELD = (
    "(?:秘匿(?:扱い|情報|とする|する|します)?|非公表|非公開|非開示|回答不可"
    "|(?:公表|公開|開示|回答)(?:は)?(?:して(?:いない|いません|おりません)|しない|しません|できない|できません|不可"
    "|(?:を|は)?(?:差し|さし)?控え(?:る|ます|させていただきます|させて頂きます)))"
)
_LIKE = "(?:(?:と|に)(?:同じ|同様|同一|変わらず|変わりなし|変更なし)|同様|のとおり|の通り|(?:を)?参照|に準じる)"
_POINTERS = {
    Pointing.ABOVE: f'(?:同上|同前|仝|〃|々|′′|"|同じ|(?:以下|以上)?同様|(?:上|上記|上欄|前問|前項|前述|前記|直上){_LIKE})',
    Pointing.LEFT: f"(?:同左|(?:左|左記|左欄){_LIKE})",
    Pointing.RIGHT: f"(?:同右|(?:右|右記|右欄){_LIKE})",
    Pointing.BEFORE: (
        "(?:(?:前回|前年|前年度|昨年|昨年度|昨年度分|令和[0-9]{1,2}年度)"
        f"(?:の?(?:御|ご)?(?:回答|提出分|報告|内容))?(?:{_LIKE}|(?:から|より)(?:の)?(?:変更|変わり)(?:は)?(?:なし|無し|ない|ありません))"
        "|(?:変更|変更点|変わり)(?:は)?(?:なし|無し|ない|ありません|ございません))"
    ),
}
_NUMBERS = "[0-9一二三四五]{0,3}(?:[・、,~-][0-9]{1,2}){0,3}"
_PAPER = (
    "(?:別[紙添表冊](?:資料|ファイル|書類|図|一覧)?|別(?:シート|ファイル|資料|葉)"
    "|添付(?:資料|ファイル|書類|図|表|文書)?|(?:参考)?資料[0-9]{1,2})"
)
_TOLD = "(?:のとおり|の通り|に記載|に示す|による|により|にて|で(?:提出|送付|回答)|に同じ)"
_SEEN = "(?:(?:を)?(?:御|ご)?(?:参照|覧|確認)(?:ください|下さい|願います|をお願いします)?)"
_NAMED = "(?:[「『(][^」』)]{1,40}[」』)])?"
_SEPARATE = re.compile(
    f"(?:(?:詳細|内容)?(?:は|については)?、?{_PAPER}{_NUMBERS}{_NAMED}"
    f"(?:(?:の?{_NAMED})?(?:{_TOLD}{_SEEN}?|{_SEEN}|(?:を|として)?(?:提出|送付|添付)(?:します|済み?)?|あり))?"
    f"|別途、?(?:提出|送付|添付|メール|郵送)(?:します|済み?|いたします)?){_END}"
)

_STATES = (
    (State.NONE, re.compile(f"{_BEFORE_IT}{_NONE}{_END}")),
    (State.UNKNOWN, re.compile(f"{_BEFORE_IT}{_UNKNOWN}{_END}")),
    (State.WITHHELD, re.compile(f"{_BEFORE_IT}{_WITHHELD}{_END}")),
)
_POINTING = {to: re.compile(f"(?:内容は)?{words}{_END}") for to, words in _POINTERS.items()}

LONGEST = 60
"""Signs of an answer that is nothing but such words; a longer one says something itself."""

_LONGEST_STORED = 4 * LONGEST
"""Blanks between the signs included."""
_FIRST_SIGNS = frozenset('同仝〃々″′"＂以上前直左右昨令変内')
_LAST_SIGNS = frozenset("しいんず無当aシすたるだ握難可能明詳計査匿報表開示")
"""Last signs of words for what does not apply, is not known or is withheld."""
_FEW, _LONGEST_WORDS = 5, 30
_PAPER_SIGNS = ("別", "添", "資料")

_MENTIONED = re.compile(f"{_PAPER}{_NUMBERS}{_NAMED}(?:の?{_NAMED})?(?:{_TOLD}|{_SEEN})")
_BEGINS = {
    to: re.compile(f"{words}(?:です|であるが|ですが|だが)?[、。,;(]")
    for to, words in _POINTERS.items()
}


def state_of_words(text: str) -> State:
    """State that words such as 「該当なし」 stand for; FILLED for everything else."""
    if len(text) > _LONGEST_STORED:
        return State.FILLED
    words = _bare(text)
    if not words or len(words) > LONGEST:
        return State.FILLED
    # Cheap looks go first: nearly every answer says something itself.
    if any(sign in words for sign in _PAPER_SIGNS) and _SEPARATE.fullmatch(words):
        return State.SEPARATE
    if len(words) <= _FEW and _DASH.fullmatch(words):
        return State.NONE
    if words[0] in _FIRST_SIGNS and _pointing(words) is not None:
        return State.SAME
    if len(words) > _LONGEST_WORDS or words[-1] not in _LAST_SIGNS:
        return State.FILLED
    return next((s for s, pattern in _STATES if pattern.fullmatch(words)), State.FILLED)


def is_dash(text: str) -> bool:
    """Whether the answer is nothing but a dash or a stroke."""
    return _DASH.fullmatch(folded(text)) is not None


def pointing(text: str) -> Pointing | None:
    """Where an answer points that says nothing else."""
    return _pointing(_bare(text)) if len(text) <= _LONGEST_STORED else None


def _pointing(words: str) -> Pointing | None:
    return next((to for to, pattern in _POINTING.items() if pattern.fullmatch(words)), None)


def pointing_first(text: str) -> Pointing | None:
    """Where an answer points before it says more: 「同上。ただし…」."""
    if text.lstrip()[:1] not in _FIRST_SIGNS:  # nearly every answer
        return None
    words = folded(text[:_LONGEST_STORED])
    return next((to for to, pattern in _BEGINS.items() if pattern.match(words)), None)


def mentions_separate(text: str) -> str:
    """The words by which an answer refers to a paper that comes along, such as 「別紙のとおり」; empty if none."""
    if not any(sign in text for sign in _PAPER_SIGNS):  # nearly every answer
        return ""
    found = _MENTIONED.search(folded(text))
    return found[0] if found else ""


def _bare(text: str) -> str:
    """Key of the words without what people put around them."""
    words = folded(text).casefold()
    return words.strip("。.,、()「」『』【】[]〔〕〈〉<>《》※*・!") if len(words) > 1 else words
