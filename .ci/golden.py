"""Compare `manage.py simulate_loan` with loans whose schedules are known: matched of total by tag.

Usage: golden.py CASES.json. Mismatches are printed; those listed in golden-open.txt beside this
file, with the reason, are known. Any other makes the exit code 1.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TEXTS = {"due_date", "from_date", "paid_date", "nr", "days"}


def main() -> int:
    path = Path(sys.argv[1])
    document = json.loads(path.read_text(encoding="utf-8"))
    run = subprocess.run(
        [sys.executable, str(HERE.parent / "manage.py"), "simulate_loan", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    results = {one["id"]: one for one in json.loads(run.stdout)["results"]}
    lines = (HERE / "golden-open.txt").read_text(encoding="utf-8").splitlines()
    known = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
    total: Counter[str] = Counter()
    matched: Counter[str] = Counter()
    new = 0
    for case in document["cases"]:
        tags = ["all", *case["tags"]]
        total.update(tags)
        difference = differs(results.get(case["id"], {"error": "no result"}), case["expected"])
        if difference is None:
            matched.update(tags)
            continue
        new += case["id"] not in known
        note = " (known, see .ci/golden-open.txt)" if case["id"] in known else ""
        sys.stdout.write(f"{case['id']}: {difference}{note}\n")
    for tag in sorted(total, key=lambda tag: (tag != "all", tag)):
        sys.stdout.write(f"{tag:24} {matched[tag]:4} / {total[tag]}\n")
    return 1 if new else 0


def differs(result: dict[str, Any], expected: list[dict[str, Any]]) -> str | None:
    """What differs first; a null in an expected cell is not asserted."""
    if "rows" not in result:
        return f"error: {result['error']}"
    rows = result["rows"]
    if len(rows) != len(expected):
        return f"{len(rows)} rows instead of {len(expected)}"
    for number, (row, wanted) in enumerate(zip(rows, expected, strict=True), start=1):
        for key, value in wanted.items():
            if not agrees(key, row.get(key), value):
                return f"row {number}: {key} is {row.get(key)} instead of {value}"
    return None


def agrees(key: str, value: Any, wanted: Any) -> bool:
    if wanted is None:
        return True
    if value is None:
        return False
    if key in TEXTS:
        return str(value) == str(wanted)
    return Decimal(str(value)) == Decimal(str(wanted).replace(",", ""))


if __name__ == "__main__":
    sys.exit(main())
