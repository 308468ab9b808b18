"""Catalogue entries about who sent a file, and about tickets and copies that contradict each other."""

from __future__ import annotations

from xlsx_pdca.findings.entry import CatalogueEntry as Entry
from xlsx_pdca.findings.entry import Grade, Reader

_MUST, _INFO = Grade.MUST, Grade.INFO
_OFFICER = Reader.OFFICER

IDENTITY_ENTRIES = (
    Entry(
        "IDN14",
        _MUST,
        "メールの差出人が別の団体",
        "整理番号は{name}のものですが、名簿のアドレスによると、メールの差出人は{other_name}です。",
        "どちらの団体の御回答か送付元に確認し、団体を指定して提出としてください（accept --as）。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "IDN15",
        _INFO,
        "名簿にないアドレスからの御回答",
        "メールの差出人（{sender}）は、名簿にないアドレスです。整理番号で{name}のものと確かめられています。",
        "御担当の交代などで今後もこのアドレスを使われるときは、名簿の「送付先」か「CC」に加えてください。",
        reader=_OFFICER,
    ),
    Entry(
        "IDN16",
        _MUST,
        "整理番号が場所によって違うファイル",
        "{name}あての様式ですが、書き換えられた整理番号や、別の作成番号が混じっています（{places}）。",
        "前にお送りした様式のシートが混じっていないか送付元に確認し、団体を指定して提出としてください（accept --as）。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "IDN17",
        _MUST,
        "受領済の御回答より前にお送りした様式での御回答",
        "受領済の「{other_file}」より前にお送りした様式に書かれています。",
        "前のファイルが再び送られた可能性があります。送付元に確認し、採用するときは accept --as、しないときは accept --dismiss で決めてください。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "IDN18",
        _MUST,
        "差し替え前の御回答と同じ内容",
        "差し替え前の第{count}回の御回答「{other_file}」と、すべての欄が同じです。",
        "古いファイルが再び送られた可能性があります。送付元に確認し、採用するときは accept --as、しないときは accept --dismiss で決めてください。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "IDN20",
        _MUST,
        "共通の様式で団体が選ばれていない",
        "だれでも使える共通の様式ですが、「はじめに」の「御回答者」で団体が選ばれていません。{name}",
        "送付元を確かめ、団体を指定して提出としてください（accept --as）。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "IDN21",
        _MUST,
        "共通の様式で一覧にない団体が記入されている",
        "だれでも使える共通の様式に、一覧にない「{found}」が記入されています。{name}",
        "送付元を確かめ、団体を指定して提出としてください（accept --as）。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "IDN22",
        _MUST,
        "共通の様式で差出人から確かめられない",
        "だれでも使える共通の様式で、{name}が選ばれています。名簿のアドレスからのメールではないため、選ばれた団体だけでは確かめられません。",
        "送付元を確かめ、団体を指定して提出としてください（accept --as）。",
        holds=True,
        reader=_OFFICER,
    ),
    Entry(
        "IDN23",
        _MUST,
        "共通の様式で選ばれた団体と食い違う",
        "だれでも使える共通の様式で、{name}が選ばれていますが、{other_name}です。",
        "どちらの団体の御回答か送付元に確認し、団体を指定して提出としてください（accept --as）。",
        holds=True,
        reader=_OFFICER,
    ),
)
