"""Catalogue entries about what else came from the same unit, before or together with a file."""

from __future__ import annotations

from xlsx_pdca.findings.entry import CatalogueEntry as Entry
from xlsx_pdca.findings.entry import Grade, Reader

_MUST, _SHOULD, _INFO = Grade.MUST, Grade.SHOULD, Grade.INFO
_OFFICER = Reader.OFFICER

ARRIVAL_ENTRIES = (
    Entry(
        "ARR01",
        _INFO,
        "受領済のファイルと同じもの",
        "すでに受領したファイル「{other_file}」と同じ内容です。",
        "受信の記録だけを残しました。特に必要なことはありません。",
        reader=_OFFICER,
    ),
    Entry(
        "ARR02",
        _MUST,
        "差し替え前のファイルと同じもの",
        "その後の御回答で差し替えられたファイル「{other_file}」と同じ内容です。",
        "古いファイルが再び送られた可能性があります。送付元に確認し、こちらを採用する場合は提出としてください。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "ARR03",
        _MUST,
        "同じ整理番号で氏名が異なる御回答",
        "同じ整理番号で、先の御回答は「{found}」様、今回は「{name}」様のお名前です。",
        "御担当の交代か、お二人からの御回答か、送付元に確認してから提出としてください（accept --as）。お二人で分けて御記入の場合は、一つに合わせることができます（accept --join）。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "ARR04",
        _MUST,
        "同時に届いた二つの御回答の内容が異なる",
        "同じ団体から同時に届いた「{file}」と「{other_file}」とで、内容の異なる欄があります（{labels}）。",
        "どちらを採用するか送付元に確認し、採用する方を提出としてください（accept --as）。分けて御記入の場合は、一つに合わせることができます（accept --join）。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "ARR05",
        _INFO,
        "同時に届いた二つのうち記入の多い方を採用",
        "同じ団体から同時に届いた「{file}」と「{other_file}」は、一方がもう一方の御記入をすべて含んでいました。",
        "記入の多い方を採用しました。特に必要なことはありません。",
        reader=_OFFICER,
    ),
    Entry(
        "ARR06",
        _INFO,
        "後から届いた御回答への差し替え",
        "この御回答の後に、同じ団体から「{other_file}」が届いています。",
        "後から届いた方を採用しました。この御回答も保管してあります。",
        reader=_OFFICER,
    ),
    Entry(
        "ARR07",
        _SHOULD,
        "前には御記入のあった欄が空欄",
        "先の御回答には御記入のあった欄が、今回は空欄になっています（{labels}）。",
        "お考えが変わったためか、消えてしまったものか、お知らせいただけますと幸いです。",
    ),
    Entry(
        "ARR08",
        _SHOULD,
        "前にはあった図が見当たらない",
        "先の御回答にあった図が、今回のファイルでは見当たりません（{labels}）。",
        "図のないものに改められたのか、消えてしまったものか、お知らせいただけますと幸いです。",
    ),
    Entry(
        "ARR09",
        _MUST,
        "先に御回答があり、今回は何も記入がないファイル",
        "この団体からは「{other_file}」で御回答をいただいていますが、今回のファイルには御記入がありません。",
        "送り間違いでないか送付元に確認し、取り扱わないときは accept --dismiss、白紙の回答とするときは accept --as で決めてください。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "ARR10",
        _MUST,
        "確認済の御回答に代わるもの",
        "確認済の御回答の後に届いたため、この御回答に差し替え、状況は「受信（未確認）」に戻りました。",
        "変わったところを御確認のうえ、改めて確認済にしてください（accept）。",
        reader=_OFFICER,
    ),
    Entry(
        "ARR11",
        _MUST,
        "取り扱わないこととしたファイルと同じもの",
        "取り扱わないこととしたファイル「{other_file}」と同じ内容です。",
        "改めて送られた理由を送付元に確認し、採用するときは accept --as、しないときは accept --dismiss で決めてください。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "ARR12",
        _SHOULD,
        "先の御回答から変わった欄",
        "先の御回答（第{count}回）から、次のところが変わっています（{labels}）。",
        "新しい御回答を採用しています。確認済にする前に御覧ください。",
        reader=_OFFICER,
    ),
    Entry(
        "ARR13",
        _INFO,
        "合わせた御回答のうち採用しなかった記載",
        "「{label}」には、{name}の記載もありました：「{found}」。",
        "採用していませんが、原本とともに残してあります。",
        reader=_OFFICER,
    ),
    Entry(
        "ARR14",
        _INFO,
        "今の様式にない設問への記載",
        "差し替え前の様式の設問（{label}）に、{name}の記載がありました：「{found}」。",
        "今の様式にない設問のため取りまとめには入りませんが、原本とともに残してあります。",
        reader=_OFFICER,
    ),
    Entry(
        "ARR20",
        _MUST,
        "処分したファイルと同じもの",
        "県で処分したファイルと同じ内容のものが、もう一度届きました。",
        "採用するときは accept --as、しないときは accept --dismiss で決めてください。また処分するときは dispose です。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "ARR40",
        _MUST,
        "ファイル名と中の団体が違う控え",
        "受付記録を作り直したとき、「50_受領済」のこのファイルは、名前では {name}、中の整理番号などでは {found} のものでした。"
        "団体を県で指定したものか、その受付を取り消したものかは、失われた受付記録にしかありません。",
        "どの団体の提出とするかを accept --as で、提出としないときは accept --dismiss で決めてください。",
        holds=True,
        reader=_OFFICER,
    ),
)
