"""Takes in what lies in the drop folder of one round and prints time and memory; a process of its own for each size."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import rounds
from measure import PeakMemory

from xlsx_pdca.workflows.receive import receive


def main(folder: Path) -> None:
    round_ = rounds.opened(folder)
    with PeakMemory() as memory:
        started = time.perf_counter()
        receive(round_, None, now=rounds.NOW, by=rounds.BY)
        seconds = time.perf_counter() - started
    told = {"seconds": seconds, "own": memory.own, "workers": sorted(memory.children.values())}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
