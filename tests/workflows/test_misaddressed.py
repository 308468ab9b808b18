"""The wrong-recipient guard, attacked at random: mails mixed up in every way a hand or a program could, judged by somebody else.

The judge knows the guard not: it opens a mail with Python's own library and each workbook with openpyxl, and
compares with the table of who may have what that this test keeps itself.
"""

from __future__ import annotations

import email
import email.policy
import functools
import io
import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from issued_round import BY, KEY, NOW
from xlsx_pdca.facts import Drafted
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.letters import Enclosure, Mail
from xlsx_pdca.mailbox.compose import composed
from xlsx_pdca.unit import Unit
from xlsx_pdca.worker import Crew
from xlsx_pdca.workflows.drafts import Writer, materials_of
from xlsx_pdca.workflows.guard import PARSER, Outgoing, examine
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.new import RoundToMake, new_round
from xlsx_pdca.workflows.opening import Opened
from xlsx_pdca.workflows.round import Round, open_round_at
from xlsx_pdca.workflows.send import Wish, requests

pytestmark = pytest.mark.untraced
TICKET = re.compile(r"R\d{4}-[A-Z]+-[0-9A-F]{6}-([0-9A-Z]+-\d+)-\d\d-[0-9A-Z]{8}")


@dataclass
class Scene:
    """What is about to go out: 名簿, the mails, the files that go with everybody."""

    round: Round
    ledger: Ledger
    mails: list[tuple[Drafted, Mail]]
    materials: dict[str, bytes]
    heads: dict[int, list[str]]
    """Further header lines of the n-th mail."""

    def bytes(self) -> list[bytes]:
        found = [written(mail) for _, mail in self.mails]
        for number, lines in self.heads.items():
            found[number] = "".join(f"{each}\r\n" for each in lines).encode() + found[number]
        return found

    def unit(self, number: int, **changed: object) -> None:
        """Change a row of 名簿."""
        units = list(self.round.units)
        units[number] = replace(units[number], **changed)  # type: ignore[arg-type]
        self.round = replace(self.round, units=tuple(units))

    def mail(self, number: int, **changed: object) -> None:
        drafted, mail = self.mails[number]
        self.mails[number] = (drafted, replace(mail, **changed))  # type: ignore[arg-type]


@functools.lru_cache(maxsize=256)
def written(mail: Mail) -> bytes:
    return composed(mail, at=NOW)


@dataclass(frozen=True)
class Range:
    """A round of five units issued, two of them through one office, with everything opened once."""

    round: Round
    ledger: Ledger
    mails: tuple[tuple[Drafted, Mail], ...]
    materials: Mapping[str, bytes]
    crew: Crew[Opened]
    opened: dict[bytes, Opened]

    def scene(self) -> Scene:
        return Scene(self.round, self.ledger, list(self.mails), dict(self.materials), {})

    def parse(self, blobs: Iterable[bytes]) -> list[Opened]:
        """By the real worker, each different file once."""
        wanted = list(blobs)
        new = [data for data in dict.fromkeys(wanted) if data not in self.opened]
        self.opened.update(zip(new, self.crew.parse_all(new), strict=True))  # type: ignore[arg-type]
        return [self.opened[data] for data in wanted]

    def objections(self, scene: Scene) -> list[str]:
        outgoing = [
            Outgoing(drafted, data)
            for (drafted, _), data in zip(scene.mails, scene.bytes(), strict=True)
        ]
        seen = examine(outgoing, scene.round, scene.ledger, scene.materials, parse=self.parse)
        return [str(each) for one in seen for each in one.objections]

    @cached_property
    def issued(self) -> dict[str, str]:
        """SHA-256 of each workbook as it was written → unit, from the folder itself."""
        files = (self.round.folder.root / "20_送付用" / "事前課題").glob("*.xlsx")
        return {sha256(p.read_bytes()).hexdigest(): p.name.split("_")[0] for p in files}


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    root = tmp_path_factory.mktemp("guard") / "令和8年度_第1回"
    made = new_round(root, RoundToMake(2026, sample=True), now=NOW, key=KEY, by=BY)
    opened = open_round_at(made.folder, holder=BY)
    few = replace(opened, units=opened.units[:5], forms={"jizen": opened.forms["jizen"]})
    issue(few, now=NOW, by=BY)
    way = {
        "to": ("h@hoken.example",),
        "via": "中央保健所",
        "cc": ("houkatsu-care@pref-gunma.example",),
    }
    units = [
        replace(u, **way) if n in (3, 4) else replace(u, cc=(f"cc{n}@example.jp",))  # type: ignore[arg-type]
        for n, u in enumerate(few.units)
    ]
    few = replace(few, units=tuple(units))
    (made.folder.attachments / "通知.pdf").write_bytes(b"%PDF-1.4 letter")
    ledger = few.ledger()
    with Crew[Opened](PARSER) as crew:
        words = itertools.count()
        # 名簿 on the disk has none of these addresses: the mails are composed here, not written there
        mails = tuple(_mails(few, ledger, lambda: f"x{next(words)}", made.folder.drafts))
        yield Range(few, ledger, mails, materials_of(few), crew, {})


def _mails(
    round_: Round, ledger: Ledger, token: Callable[[], str], folder: Path
) -> Iterator[tuple[Drafted, Mail]]:
    from xlsx_pdca.workflows.drafts import Pen
    from xlsx_pdca.workflows.wording import mail_texts_of

    wanted = requests(round_, ledger, (), Wish()).letters
    pen = Pen(round_, (), mail_texts_of(round_), Writer(NOW, BY, token))
    for draft in pen.drafts(wanted):
        read = email.message_from_bytes(draft.data, policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        body = read.get_body()
        assert body is not None
        yield (
            draft.drafted,
            Mail(
                sender=round_.settings.mail,
                sender_name=round_.settings.office,
                to=draft.drafted.to,
                cc=draft.drafted.cc,
                subject=str(read["subject"]),
                body=body.get_content().replace("\r\n", "\n"),
                enclosures=tuple(
                    Enclosure(p.get_filename() or "", p.get_payload(decode=True))  # type: ignore[arg-type]
                    for p in read.iter_attachments()
                ),
                message_id=draft.drafted.mail,
            ),
        )


# -- the judge -------------------------------------------------------------------------------

_tickets: dict[bytes, frozenset[str]] = {}


def units_in(data: bytes) -> frozenset[str]:
    """Units of every ticket in a workbook, as openpyxl reads its cells and properties; none for another file."""
    if data not in _tickets:
        try:
            book = openpyxl.load_workbook(io.BytesIO(data))
            texts = [str(c.value) for s in book for row in s.iter_rows() for c in row if c.value]
            texts += [str(each.value) for each in book.custom_doc_props.props]
        except Exception:
            texts = []
        _tickets[data] = frozenset(m[1] for text in texts for m in TICKET.finditer(text))
    return _tickets[data]


def wrongs(data: bytes, roster: Mapping[str, Unit], issued: Mapping[str, str]) -> list[str]:
    """Everything in a finished mail that goes to whom it must not."""
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    heads = ("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc")
    reached = {
        a.addr_spec.casefold()
        for h in heads
        for line in mail.get_all(h) or []
        for a in line.addresses
    }
    found = []
    for part in mail.walk():
        payload = part.get_payload(decode=True)
        if part.is_multipart() or not isinstance(payload, bytes):
            continue
        owner = issued.get(sha256(payload).hexdigest())
        for unit in units_in(payload) | ({owner} if owner else set()):
            row = roster[unit]
            may = {a.casefold() for a in (*row.to, *row.cc)}
            if row.via:  # whoever the office through which it goes has in copy
                may |= {a.casefold() for u in roster.values() if u.via == row.via for a in u.cc}
            found += [f"{unit} → {address}" for address in reached - may]
            if owner is None:
                found.append(f"{unit}: not as it was issued")
    return found


# -- ways to go wrong, and ways that only look like it ---------------------------------------

Mixup = Callable[[Scene, random.Random], bool]
"""Changes the scene; True where it must not go out."""


def two(scene: Scene, chance: random.Random) -> tuple[int, int]:
    a, b = chance.sample(range(len(scene.mails)), 2)
    return a, b


def swap_attachments(scene: Scene, chance: random.Random) -> bool:
    a, b = two(scene, chance)
    one, other = scene.mails[a][1].enclosures, scene.mails[b][1].enclosures
    scene.mail(a, enclosures=other)
    scene.mail(b, enclosures=one)
    return True


def swap_bytes_under_names(scene: Scene, chance: random.Random) -> bool:
    """The names are right, the files behind them are not."""
    a, b = two(scene, chance)
    one, other = scene.mails[a][1].enclosures, scene.mails[b][1].enclosures
    scene.mail(a, enclosures=(replace(one[0], data=other[0].data), *one[1:]))
    return True


def swap_one_of_the_way(scene: Scene, chance: random.Random) -> bool:
    """Inside one mail through an office names and files change places."""
    one = scene.mails[3][1].enclosures
    first, second = replace(one[0], data=one[1].data), replace(one[1], data=one[0].data)
    scene.mail(3, enclosures=(first, second, *one[2:]))
    return True


def add_another(scene: Scene, chance: random.Random) -> bool:
    a, b = two(scene, chance)
    mine, more = scene.mails[a][1].enclosures, scene.mails[b][1].enclosures[0]
    scene.mail(a, enclosures=(*mine, replace(more, name=chance.choice([more.name, "別紙.xlsx"]))))
    return True


def lose_one(scene: Scene, chance: random.Random) -> bool:
    a = chance.randrange(len(scene.mails))
    scene.mail(a, enclosures=scene.mails[a][1].enclosures[1:])
    return True


def swap_to(scene: Scene, chance: random.Random) -> bool:
    a, b = two(scene, chance)
    one, other = scene.mails[a][1].to, scene.mails[b][1].to
    scene.mail(a, to=other)
    scene.mail(b, to=one)
    return True


def swap_cc(scene: Scene, chance: random.Random) -> bool:
    a, b = two(scene, chance)
    scene.mail(a, cc=scene.mails[b][1].cc)
    return True


def add_stranger(scene: Scene, chance: random.Random) -> bool:
    a = chance.randrange(len(scene.mails))
    mail = scene.mails[a][1]
    if chance.random() < 0.5:
        scene.mail(a, to=(*mail.to, "stranger@example.jp"))
    else:
        scene.mail(a, cc=(*mail.cc, "stranger@example.jp"))
    return True


def hidden_copy(scene: Scene, chance: random.Random) -> bool:
    head = chance.choice(["Bcc", "Resent-To", "To", "Cc", "Reply-To"])
    a = chance.randrange(len(scene.mails))
    scene.heads[a] = [f"{head}: kaigo@takasaki.example"]
    return True


def shift_addresses(scene: Scene, chance: random.Random) -> bool:
    """A column of 名簿 sorted by itself after the mails were written."""
    n = chance.randrange(1, 3)
    units = scene.round.units
    for row in range(3):
        scene.unit(row, to=units[(row + n) % 3].to)
    return True


def share_address(scene: Scene, chance: random.Random) -> bool:
    """A neighbour's address copied into another row, after the mails were written."""
    a, b = chance.sample(range(3), 2)
    address = scene.round.units[a].to
    if chance.random() < 0.5:
        scene.unit(b, to=address)
    else:
        scene.unit(b, cc=(*scene.round.units[b].cc, *address))
    return True


def leave_the_way(scene: Scene, chance: random.Random) -> bool:
    """One of the two no longer goes through the office."""
    scene.unit(chance.choice([3, 4]), via=chance.choice(["", "別の保健所"]))
    return True


def leave_the_roster(scene: Scene, chance: random.Random) -> bool:
    gone = chance.randrange(5)
    units = tuple(u for n, u in enumerate(scene.round.units) if n != gone)
    scene.round = replace(scene.round, units=units)
    return True


@functools.lru_cache(maxsize=16)
def saved_again(data: bytes) -> bytes:
    """A workbook opened and saved by openpyxl."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
    except Exception:  # broken by another mix-up before
        return data
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def save_anew(scene: Scene, chance: random.Random) -> bool:
    """A workbook opened and saved, or a byte of it changed, since it was issued."""
    a = chance.randrange(len(scene.mails))
    first, *rest = scene.mails[a][1].enclosures
    if chance.random() < 0.3:
        data = saved_again(first.data)
    else:
        place = chance.randrange(len(first.data))
        bit = bytes([first.data[place] ^ 1 << chance.randrange(8)])
        data = first.data[:place] + bit + first.data[place + 1 :]
    scene.mail(a, enclosures=(replace(first, data=data), *rest))
    return True


def among_materials(scene: Scene, chance: random.Random) -> bool:
    """Somebody's workbook lies in 25_添付資料 and goes to everybody, perhaps saved under another name."""
    a = chance.randrange(len(scene.mails))
    data = scene.mails[a][1].enclosures[0].data
    if chance.random() < 0.5:
        data = saved_again(data)
    scene.materials["記入例.xlsx"] = data
    for n, (_, mail) in enumerate(scene.mails):
        scene.mail(n, enclosures=(*mail.enclosures, Enclosure("記入例.xlsx", data)))
    return True


def unknown_file(scene: Scene, chance: random.Random) -> bool:
    a = chance.randrange(len(scene.mails))
    more = Enclosure("メモ.pdf", b"%PDF-1.4 " + chance.randbytes(8))
    scene.mail(a, enclosures=(*scene.mails[a][1].enclosures, more))
    return True


def foreign_code(scene: Scene, chance: random.Random) -> bool:
    a, b = two(scene, chance)
    code = f"R0801-J-{scene.mails[b][0].books[0].unit}"
    mail = scene.mails[a][1]
    if chance.random() < 0.5:
        scene.mail(a, subject=f"{mail.subject}［{code}］")
    else:
        scene.mail(a, body=f"{mail.body}{code}\n")
    return True


def swap_whole_words(scene: Scene, chance: random.Random) -> bool:
    """The bytes of one mail lie under the name of another."""
    a, b = two(scene, chance)
    one, other = scene.mails[a], scene.mails[b]
    scene.mails[a], scene.mails[b] = (one[0], other[1]), (other[0], one[1])
    return True


def sort_the_roster(scene: Scene, chance: random.Random) -> bool:
    """Whole rows change places: nothing is wrong."""
    units = list(scene.round.units)
    chance.shuffle(units)
    scene.round = replace(scene.round, units=tuple(units))
    return False


def touch_what_does_not_matter(scene: Scene, chance: random.Random) -> bool:
    """Capitals in an address, a telephone number, a person, a row further down: nothing is wrong."""
    n = chance.randrange(3)
    unit = scene.round.units[n]
    scene.unit(n, to=tuple(a.upper() for a in unit.to), telephone="0", contact_person="別の人")
    return False


def nothing(scene: Scene, chance: random.Random) -> bool:
    return False


def several_mails_in_another_order(scene: Scene, chance: random.Random) -> bool:
    chance.shuffle(scene.mails)
    return False


MIXUPS: tuple[Mixup, ...] = (
    swap_attachments, swap_bytes_under_names, swap_one_of_the_way, add_another, lose_one, swap_to,
    swap_cc, add_stranger, hidden_copy, shift_addresses, share_address, leave_the_way,
    leave_the_roster, save_anew, among_materials, unknown_file, foreign_code, swap_whole_words,
    sort_the_roster, touch_what_does_not_matter, nothing, several_mails_in_another_order,
)  # fmt: skip


def attack(field: Range, seed: int) -> None:
    """One to three mix-ups; what the guard lets out is right in the judge's eyes, and what is right it lets out."""
    chance = random.Random(seed)
    scene = field.scene()
    chosen = [chance.choice(MIXUPS) for _ in range(chance.choice([1, 1, 2, 3]))]
    # each later one finds the scene as the earlier ones left it
    order = sorted(chosen, key=lambda mixup: MIXUPS.index(mixup))
    done = [mixup(scene, chance) for mixup in order]
    must_stop = any(done)
    told = field.objections(scene)
    roster = {unit.id: unit for unit in scene.round.units}
    if told:
        undone = must_stop or all(m in MIXUPS[-4:] for m in order)
        assert must_stop and undone, f"seed {seed}: refused though right: {told}"
        return
    found = [w for data in scene.bytes() for w in wrongs(data, roster, field.issued)]
    assert not found, f"seed {seed}: {found}"
    names = [mixup.__name__ for mixup in order]
    assert not must_stop or _cancels(names), f"seed {seed}: let out after {names}"


def _cancels(names: list[str]) -> bool:
    """The same exchange twice may put everything back."""
    return any(names.count(name) > 1 for name in names)


def test_no_mixed_up_mail_goes_out(field: Range) -> None:
    """100 random mix-ups: no wrong mail goes out, no right one is refused."""
    for seed in range(100):
        attack(field, seed)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_no_mixed_up_mail_goes_out_of_ten_thousand(field: Range) -> None:
    """10,000 random mix-ups."""
    for seed in range(1_000, 11_000):
        attack(field, seed)


@pytest.mark.parametrize("mixup", MIXUPS, ids=lambda m: m.__name__)
def test_each_way_by_itself(field: Range, mixup: Mixup) -> None:
    """Every single way is stopped, and what only looks like one is not."""
    scene = field.scene()
    must_stop = mixup(scene, random.Random(7))
    assert bool(field.objections(scene)) is must_stop


def test_the_judge_sees_what_is_wrong(field: Range) -> None:
    """The judge finds nothing in the right mails, and something where files, addresses or bytes were exchanged."""
    roster = {unit.id: unit for unit in field.round.units}

    def found(mixup: Mixup) -> list[str]:
        scene = field.scene()
        mixup(scene, random.Random(3))
        return [w for data in scene.bytes() for w in wrongs(data, roster, field.issued)]

    assert found(nothing) == []
    for mixup in (swap_attachments, swap_bytes_under_names, swap_to, add_stranger, among_materials):
        assert found(mixup), mixup.__name__
