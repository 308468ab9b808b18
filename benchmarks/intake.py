"""What taking in costs beside the reader alone, how much memory a thousand returns need, and what hostile files cost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import hostile
import rounds
from measure import Contender, PeakMemory, Ratio, best_times

from xlsx_pdca.checks import read_return
from xlsx_pdca.facts import Issued
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.rawbook import RawBook, Refusal
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.worker import MEMORY, SECONDS, Worker
from xlsx_pdca.workflows.opening import opened

RECEIVE_ONCE = Path(__file__).with_name("receive_once.py")
PARSER = "xlsx_pdca.workflows.opening"


def beside_the_reader(folder: Path, returns: Sequence[bytes], repeat: int) -> Iterator[Ratio]:
    """A good return: all that is done with it before anything is booked, less the reader alone."""
    round_ = rounds.opened(folder)
    tickets = round_.ledger().tickets
    plans = {
        digest: WorkbookPlan.from_json(round_.plans.get(digest))
        for digest in {b.plan for b in tickets.values()}
    }

    def read() -> None:
        for data in returns:
            read_workbook(data)

    def look() -> None:
        for data in returns:
            book = opened(data, ())
            assert isinstance(book, RawBook)
            issued = _issued(book, tickets)
            read_return(book, plans[issued.plan], issued.slots)

    times = best_times({"reader": Contender(read), "all of it": Contender(look)}, repeat)
    size = sum(map(len, returns)) / len(returns) / 1024
    print(times.told(len(returns), f"return of {size:.0f} KB"))
    more = (times.processor["all of it"] - times.processor["reader"]) / len(returns)
    yield Ratio("ms for a good return beside the reader alone, processor time", more * 1e3, None, 6)


def _issued(book: RawBook, tickets: dict[str, Issued]) -> Issued:
    texts = (
        cell.text for sheet in book.sheets for cell in sheet.cells.values() if "-" in cell.text
    )
    return next(tickets[t.text] for text in texts for t in find_tickets(text) if t.text in tickets)


def memory(folder: Path, files: int) -> Iterator[Ratio]:
    """One receive of a thousand good files, each process's peak."""
    round_ = rounds.issued_round(folder, -(-files // 2))
    rounds.dropped(round_, rounds.returned(folder, files))
    command = [sys.executable, str(RECEIVE_ONCE), str(folder)]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    workers = max(told["workers"], default=0.0)
    print(f"  {files} files: parent {told['own']:.0f} MB, worker {workers:.0f} MB")
    yield Ratio("MB of a worker reading good returns", workers, None, 100)
    yield Ratio("MB of any process, all files in one run", max(told["own"], workers), None, 300)


def worst(megabytes: int) -> Iterator[Ratio]:
    """Hostile files, each through a worker of its own; a genuine workbook of 339 sheets beside them."""
    slowest = largest = 0.0
    for name, data in hostile.bombs(megabytes):
        seconds, peak, result = _through_a_worker(data)
        became = result.code.value if isinstance(result, Refusal) else "read"
        print(f"  {name:<32}{len(data) / 1024:8.0f} KB: {seconds:6.2f} s {peak:6.0f} MB  {became}")
        slowest, largest = max(slowest, seconds), max(largest, peak)
    yield Ratio("s until the slowest hostile file is given up", slowest, None, SECONDS)
    yield Ratio("MB of a worker with the largest hostile file", largest, None, MEMORY >> 20)
    seconds, peak, result = _through_a_worker(hostile.many_sheets())
    read = len(result.sheets) if isinstance(result, RawBook) else 0
    print(
        f"  genuine, {hostile.MANY_SHEETS} sheets: {seconds:.2f} s {peak:.0f} MB, {read} sheets read"
    )
    yield Ratio("sheets read of a genuine workbook of 339", read, hostile.MANY_SHEETS)


def _through_a_worker(data: bytes) -> tuple[float, float, object]:
    with PeakMemory() as memory, Worker[RawBook](PARSER) as worker:
        started = time.perf_counter()
        result = worker.parse(data)
        seconds = time.perf_counter() - started
        time.sleep(0.05)  # once more around for who watches the memory
    return seconds, max(memory.children.values(), default=0.0), result
