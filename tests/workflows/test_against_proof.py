"""A held file given to a unit that nothing in it names: it may be done, it is said at once, and nobody accepts it unseen."""

from __future__ import annotations

from handed_in import FROM_MAEBASHI, LATER, taken_in
from handwritten_mail import Attached, mail
from issued_round import BY, KIRYU, MAEBASHI, TAKASAKI, Desk
from xlsx_pdca.cli.program import run
from xlsx_pdca.facts import Submitted
from xlsx_pdca.ledger import Booked
from xlsx_pdca.workflows.acceptance import accept, assign
from xlsx_pdca.workflows.steps import undo
from xlsx_pdca.workflows.verify import verify


def held_in_a_mail(desk: Desk, name: str, sender: str, department: str = "") -> Booked:
    """A workbook of 前橋市 that waits because 高崎市 is named inside, or by its name or sender."""
    typed = {"department": department} if department else {}
    path = mail(Attached(name, desk.filled(**typed)), sender=sender, text="")
    desk.drop("返信.eml", path)
    desk.receive()
    (held,) = (booked for booked in desk.ledger.held if booked.fact.form)
    return held


def given(desk: Desk, held: Booked, unit: str) -> Submitted:
    return assign(desk.round, held.seq, unit, "jizen", now=LATER, by=BY)


def said(taken: Submitted, code: str) -> str:
    return "".join(f.sentence() for f in taken.findings if f.code == code)


def test_against_every_proof_is_said_and_waits_for_a_person(desk: Desk) -> None:
    """Ticket and sender are 前橋市's, the name typed 高崎市's, and it is given to 桐生市: told with `accept --all` leaving it."""
    held = held_in_a_mail(desk, "回答.xlsx", FROM_MAEBASHI, "高崎市 長寿課")
    taken = given(desk, held, KIRYU)
    sentence = said(taken, "IDN32")
    assert "整理番号・差出人は前橋市" in sentence and "記入された団体名は高崎市" in sentence
    assert "桐生市の提出" in sentence
    done = accept(desk.round, [], everyone=True, now=LATER, by=BY)
    assert [standing.unit for standing in done.left] == [KIRYU] and not done.accepted
    assert accept(desk.round, [KIRYU], now=LATER, by=BY).accepted
    assert not verify(desk.round.folder).troubles


def test_what_was_accepted_is_named_and_comes_back(desk: Desk) -> None:
    """In the place of 桐生市's accepted answer: that file is named on the screen, and undo gives it back."""
    taken_in(desk, desk.filled(KIRYU), name="桐生.xlsx")
    accept(desk.round, [KIRYU], now=LATER, by=BY)
    before = desk.standing(KIRYU).submission
    assert before is not None
    held = held_in_a_mail(desk, "回答.xlsx", FROM_MAEBASHI, "高崎市 長寿課")
    taken = given(desk, held, KIRYU)
    assert before.file.rpartition("/")[2] in said(taken, "ARR44")
    assert "ARR10" not in {f.code for f in taken.findings}
    undo(desk.round, desk.standing(KIRYU).submissions[-1].seq, "誤り", now=LATER, by=BY)
    assert desk.standing(KIRYU).submission == before
    assert desk.standing(KIRYU).is_accepted


def test_a_unit_that_something_names_is_given_it_without_a_word(desk: Desk) -> None:
    """The control: whom the ticket names, or only the name typed, may be chosen; nothing is added."""
    held = held_in_a_mail(desk, "回答.xlsx", FROM_MAEBASHI, "高崎市 長寿課")
    for unit in (MAEBASHI, TAKASAKI):
        taken = assign(desk.round, held.seq, unit, "jizen", now=LATER, by=BY, dry_run=True)
        assert not said(taken, "IDN32")


def test_the_screen_says_it(desk: Desk, capsys: object) -> None:
    """`accept --file --as` ends with 1 where all speaks against it, and with 0 where the ticket does not."""
    held = held_in_a_mail(desk, "回答.xlsx", FROM_MAEBASHI, "高崎市 長寿課")
    words = ["accept", "--file", str(held.seq), "--round", str(desk.root), "--dry-run", "--as"]
    assert run([*words, KIRYU]) == 1
    assert "整理番号・差出人は前橋市" in capsys.readouterr().out  # type: ignore[attr-defined]
    assert run([*words, MAEBASHI]) == 0
