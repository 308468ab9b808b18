"""`python -m fuzz.run`: breaks returns and writes one line per broken return; begun again, it goes on where it stopped."""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from fuzz.goods import goods, round_with_neighbour
from fuzz.mutants import Mutant, mutants
from fuzz.verdict import Intake, Verdict, verdict_on


def main() -> None:
    """Run the broken returns of a seed, or those named in a file."""
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--log", type=Path, default=Path("fuzz.log"))
    options.add_argument("--only", type=Path, help="a file of names, one per line")
    options.add_argument("--kind", default="", help="only kinds that begin like this")
    given = options.parse_args()
    lines = given.log.read_text(encoding="utf-8").splitlines() if given.log.exists() else []
    done = {line.split("\t")[0] for line in lines}
    if given.only:
        wanted: Iterable[Mutant] = map(
            Mutant.parse, given.only.read_text(encoding="utf-8").splitlines()
        )
    else:
        wanted = islice(
            (m for m in mutants(given.seed) if m.kind.startswith(given.kind)), given.count
        )
    with tempfile.TemporaryDirectory() as folder, given.log.open("a", encoding="utf-8") as log:
        round_ = round_with_neighbour(Path(folder) / "round")
        with Intake(round_) as intake:
            for mutant in wanted:
                if mutant.name not in done:
                    print(line_of(mutant, intake), file=log, flush=True)
    print(table(given.log.read_text(encoding="utf-8").splitlines()))


def line_of(mutant: Mutant, intake: Intake) -> str:
    """One line of the log."""
    began = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = mutant.data()
    verdict = verdict_on(data, goods()[mutant.good], intake)
    return "\t".join((mutant.name, verdict.fate.name, *told(verdict, time.monotonic() - began)))


def told(verdict: Verdict, seconds: float) -> tuple[str, str, str]:
    faults = " | ".join(f"{fault.name}: {what}" for fault, what in verdict.faults)
    return (
        ",".join(dict.fromkeys(verdict.codes)),
        f"{seconds:.2f}",
        faults.replace("\n", "⏎").replace("\t", " "),
    )


def table(lines: Iterable[str]) -> str:
    """Kinds by fate, and the faults."""
    fates: dict[str, Counter[str]] = {}
    for line in lines:
        name, fate, _, _, faults = line.split("\t")
        kind = name.split()[1]
        for row in (kind.split(".")[0], "all"):
            count = fates.setdefault(row, Counter())
            count[fate] += 1
            count.update({f"FAULT {f.split(':')[0]}" for f in faults.split(" | ") if f})
    heads = sorted({head for count in fates.values() for head in count})
    rows = [
        ["kind", *heads],
        *([row, *(str(count[h]) for h in heads)] for row, count in sorted(fates.items())),
    ]
    return "\n".join("\t".join(row) for row in rows)


if __name__ == "__main__":
    main()
