"""`python -m config.demo`: a borrower's way over the public API. `make demo` calls it.

The last line is one JSON object. `apply_to_cash_seconds` runs from the application for a line to
the money on the card at the bank, less the seconds the rules make a person read.
"""

from __future__ import annotations

import json
import sys

import requests

from config.console import complain, say
from config.console import gettext as _
from config.demo.instance import DemoError, Instance, find_instance
from config.demo.tour import Tour, play


def _ledger_balanced(instance: Instance) -> bool:
    try:
        return bool(json.loads(instance.manage("verify_ledger", "--json"))["ok"])
    except DemoError:
        return False


def _result(tour: Tour, *, balanced: bool) -> dict[str, object]:
    return {
        "ok": tour.balances_matched and balanced,
        "apply_to_cash_seconds": round(tour.apply_to_cash, 3),
        "loan": tour.loan["number"],
        "bank_balance_matches": tour.balances_matched,
        "ledger_balanced": balanced,
    }


def main() -> int:
    """The exit status: 0 only if everything held."""
    try:
        with find_instance() as (instance, started):
            where = _("started for this demo") if started else _("running already")
            say(f"{instance.public_url} ({where})")
            tour = play(instance=instance)
            result = _result(tour, balanced=_ledger_balanced(instance))
    except (DemoError, requests.RequestException) as error:
        complain(str(error))
        result = {
            "ok": False,
            "apply_to_cash_seconds": None,
            "loan": None,
            "bank_balance_matches": False,
            "ledger_balanced": False,
        }
    say(json.dumps(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
