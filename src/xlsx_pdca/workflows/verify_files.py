"""Whether the files of a round are those the ledger speaks of: originals, plans, readable copies, issued workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from xlsx_pdca.facts import Issued, IssuedCommon, Submitted
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.store.archive import Archive, Verification
from xlsx_pdca.store.open_files import is_owner_file
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.store.system import is_unfinished
from xlsx_pdca.workflows.asked_copies import copies_asked
from xlsx_pdca.workflows.copies import WAITING, copies_of, leftovers
from xlsx_pdca.workflows.issue import PLAN_COPIES
from xlsx_pdca.workflows.trouble import Trouble, Weight
from xlsx_pdca.workflows.unbooked import unbooked_copies
from xlsx_pdca.workflows.verify_ledger import newest_issues

REBUILD = "rebuild を実行すると、残っている控えから元に戻します。"
_REBUILD_OR_BACKUP = "rebuild を実行すると、同じ内容の控えが残っていれば元に戻します。なければバックアップから戻してください。"
_TAKE_IN_AGAIN = (
    "届いたメールやファイルを、もう一度「{drop}」に入れ、receive を実行してください。"
    "手元にないときは、この原本の写しに元のファイル名を付けて入れてください。"
)


def digest_at(path: Path) -> str | None:
    """SHA-256 of a file; "" where the disk does not give it, None where there is none."""
    try:
        return sha256(path.read_bytes()).hexdigest() if path.is_file() else None
    except OSError:
        return ""


def place_of(path: Path, folder: RoundFolder) -> str:
    return path.relative_to(folder.root).as_posix()


# -- originals -----------------------------------------------------------------------------


def expected_originals(ledger: Ledger) -> frozenset[str]:
    """Digests of all bytes that must be in the archive: what arrived, what was decrypted or converted of it, and marked copies."""
    there = [b.fact for b in ledger.arrivals if not is_gone(b.fact.sha256, b.seq, ledger)]
    taken = [b.fact for s in ledger.standings.values() for b in s.submissions]
    digests = {d for fact in (*there, *taken) for d in (fact.sha256, fact.read_as)}
    digests |= set(copies_asked(ledger).values())
    return frozenset(digests - {""})


def is_gone(digest: str, seq: int, ledger: Ledger) -> bool:
    """Whether the bytes of the arrival with that number were disposed of."""
    disposal = ledger.disposed.get(digest)
    return disposal is not None and seq < disposal.seq


def original_troubles(
    folder: RoundFolder, ledger: Ledger, found: Verification
) -> Iterator[Trouble]:
    archive = Archive.of_originals(folder.originals)
    expected = expected_originals(ledger)
    names = _names(ledger)
    for digest in found.missing:
        words = f"受付記録にある原本がありません（{names.get(digest, '控え')}）。"
        yield Trouble(
            Weight.LOST, place_of(archive.path(digest), folder), words, _REBUILD_OR_BACKUP
        )
    for digest in found.damaged:
        words = f"原本の内容が、保管したときから変わっているか、読めません（{names.get(digest, '記録にないもの')}）。"
        yield Trouble(
            Weight.LOST, place_of(archive.path(digest), folder), words, _REBUILD_OR_BACKUP
        )
    for digest in sorted((found.kept & ledger.disposed.keys()) - expected):
        number = ledger.disposed[digest].fact.arrival
        words = "処分の記録がありますが、まだ残っています（処分が途中で止まりました）。"
        remedy = f"dispose {number} をもう一度実行してください。"
        yield Trouble(Weight.TO_MEND, place_of(archive.path(digest), folder), words, remedy)
    yield from _foreign(folder, found.foreign)
    if extra := found.kept - expected - ledger.disposed.keys():
        words = (
            f"受付記録が指していない控えが {len(extra)}件あります（前の取りまとめ表の控え、"
            "取り込みの途中で止まったときの原本などです）。"
        )
        yield Trouble(Weight.REMARK, place_of(folder.originals, folder), words)


def unfounded_troubles(folder: RoundFolder, ledger: Ledger) -> Iterator[Trouble]:
    """Files booked as the same as another, where no such one counts, waits, or was decided on: nobody has looked at them."""
    archive = Archive.of_originals(folder.originals)
    for booked in ledger.arrivals:
        if not ledger.is_same_as_nothing(booked):
            continue
        words = (
            f"受付番号{booked.seq}「{booked.fact.name}」は「{booked.fact.outcome}」としてありますが、"
            "同じ内容の提出も、保留中のファイルも、取扱いを決めた記録もありません。"
        )
        place = place_of(archive.path(booked.fact.sha256), folder)
        yield Trouble(Weight.TO_MEND, place, words, _TAKE_IN_AGAIN.format(drop=folder.drop.name))


def _names(ledger: Ledger) -> dict[str, str]:
    """Digest → receipt number and name it arrived under."""
    return {
        digest: f"受付番号{b.seq}「{b.fact.name}」"
        for b in ledger.arrivals
        for digest in (b.fact.sha256, b.fact.read_as)
        if digest
    }


def _foreign(folder: RoundFolder, paths: Iterable[Path]) -> Iterator[Trouble]:
    for path in paths:
        words = "プログラムが置いたものではないファイルです。"
        remedy = "お心当たりを御確認のうえ、ほかの場所へ移してください。"
        yield Trouble(Weight.TO_MEND, place_of(path, folder), words, remedy)


# -- plans ---------------------------------------------------------------------------------


def plan_archives(folder: RoundFolder) -> tuple[Archive, Archive]:
    """The frozen plans in the system folder, and once more beside the issued workbooks."""
    return (
        Archive.of_plans(folder.plans),
        Archive.of_plans(folder.issued / PLAN_COPIES),
    )


def plan_troubles(folder: RoundFolder, expected: frozenset[str]) -> Iterator[Trouble]:
    archives = plan_archives(folder)
    proofs = [archive.verify(expected) for archive in archives]
    good = [proof.kept - set(proof.damaged) for proof in proofs]
    for archive, proof, other in zip(archives, proofs, reversed(good), strict=True):
        for digest in sorted({*proof.missing, *(expected & set(proof.damaged))}):
            gone = "がありません" if digest in proof.missing else "の内容が変わっています"
            weight = Weight.TO_MEND if digest in other else Weight.LOST
            remedy = REBUILD if digest in other else "バックアップから元に戻してください。"
            words = f"様式の控え（送ったときの設問と配置）{gone}。"
            yield Trouble(weight, place_of(archive.path(digest), folder), words, remedy)
        yield from _foreign(folder, proof.foreign)


# -- copies and issued workbooks -----------------------------------------------------------


def copy_troubles(folder: RoundFolder, ledger: Ledger) -> Iterator[Trouble]:
    """Readable copies that are missing or are not the bytes that were taken in, and those nobody booked."""
    copies = copies_of(folder, ledger)
    for path in leftovers(folder, ledger, copies):
        words = "受付を取り消したものなど、ほかに移した控えが、まだ残っています。"
        remedy = "receive または merge を実行すると片付けます（開いていれば、閉じてから）。"
        yield Trouble(Weight.TO_MEND, place_of(path, folder), words, remedy)
    for path, digest in copies.items():
        found = digest_at(path)
        waits = path.parent.name == WAITING
        if found is None:
            weight = Weight.REMARK if waits else Weight.TO_MEND  # made by the next receive
            yield Trouble(weight, place_of(path, folder), "控えがありません。", REBUILD)
        elif found != digest:
            words = (
                "控えが、受け付けたときの内容と違います（どなたかが保存したか、置き換えています）。"
            )
            remedy = "取りまとめは保管してある原本から行うので、変わりません。rebuild を実行すると、このファイルを別の名前で残し、控えを元に戻します。"
            yield Trouble(Weight.TO_MEND, place_of(path, folder), words, remedy)
    for path in unbooked_copies(folder, ledger):
        words = "受付記録にない控えです（受付記録を以前のものに戻したときに残ります）。"
        remedy = f"「{folder.drop.name}」に入れ直し、receive を実行してください。"
        yield Trouble(Weight.TO_MEND, place_of(path, folder), words, remedy)


def asked_troubles(folder: RoundFolder, ledger: Ledger) -> Iterator[Trouble]:
    """Marked copies in 60_確認依頼 that are gone or were changed; what was sent is kept in the archive all the same."""
    for file, digest in copies_asked(ledger).items():
        found = digest_at(folder.root / file)
        if found is None:
            words = "確認のお願いに付けた写しがありません（なくても差し支えありません）。"
            yield Trouble(Weight.REMARK, file, words, REBUILD)
        elif found != digest:
            words = "確認のお願いに付けた写しが、作成した後に書き換えられています（メールに付けたものは変わりません）。"
            yield Trouble(Weight.TO_MEND, file, words, REBUILD)


def submissions_of(ledger: Ledger) -> tuple[Submitted, ...]:
    """Every submission that was not taken back, the replaced ones too."""
    return tuple(b.fact for s in ledger.standings.values() for b in s.submissions)


def issued_troubles(
    folder: RoundFolder, issues: Sequence[Issued], commons: Sequence[IssuedCommon] = ()
) -> Iterator[Trouble]:
    """Issued workbooks that are gone or were changed after they were made."""
    newest = {fact.file for fact in newest_issues(issues).values()}
    known: tuple[Issued | IssuedCommon, ...] = (*issues, *commons)
    for fact in known:
        found = digest_at(folder.root / fact.file)
        if found is None and fact.file in newest:
            remedy = "issue を実行すると、同じものを作り直します。"
            yield Trouble(Weight.TO_MEND, fact.file, "送付用のファイルがありません。", remedy)
        elif found is None:
            words = "差し替え前の送付用のファイルがありません（なくても差し支えありません）。"
            yield Trouble(Weight.REMARK, fact.file, words)
        elif found != fact.sha256:
            words = "作成後に書き換えられています。"
            remedy = "送付済みのものはそのままで結構です。元に戻すときは、このファイルを別の場所へ移してから issue を実行してください。"
            yield Trouble(Weight.TO_MEND, fact.file, words, remedy)
    booked = {fact.file for fact in known}
    for path in issued_workbooks(folder):
        if place_of(path, folder) not in booked:
            words = "受付記録にない送付用のファイルです。"
            remedy = "送付していなければ、ほかの場所へ移してください。受付記録を以前のものに戻したときは、そのままにして issue を実行してください。"
            yield Trouble(Weight.TO_MEND, place_of(path, folder), words, remedy)


def issued_workbooks(folder: RoundFolder) -> tuple[Path, ...]:
    """Workbooks that lie in 20_送付用, whoever put them there."""
    found = sorted(folder.issued.rglob("*.xlsx"))
    return tuple(
        path
        for path in found
        if path.is_file() and not is_owner_file(path) and not is_unfinished(path)
    )
