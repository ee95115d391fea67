"""Plans as one page that can be saved, sent and printed: nothing is fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext

from lending.loans.management.plans.chart import NARROW, WIDE, draw_chart
from lending.loans.management.plans.rows import Plan, Result, is_disbursement, read_plans


def as_html(*, results: Sequence[Result]) -> str:
    """A page with a chart and the rows of each loan, in the active language.

    `results` are those of the simulation: {"id", "rows"} or {"id", "error"}; amounts are decimal
    strings in major units. Raises KeyError for a result without an id.
    """
    plans = read_plans(results=results)
    return render_to_string(
        "loans/simulation.html",
        {"language": get_language() or "en", "loans": [_loan(plan) for plan in plans]},
    )


def _loan(plan: Plan) -> dict[str, Any]:
    if plan.error or not plan.rows:
        return {"id": plan.id, "error": plan.error or gettext("There are no rows.")}
    instalments = [row for row in plan.rows if not is_disbursement(row)]
    cells = [
        {
            "kind": "payout" if is_disbursement(row) else "",
            "texts": _cells(plan, plan.cells(row)),
        }
        for row in plan.rows
    ]
    return {
        "id": plan.id,
        "columns": [(column.title, column.is_money) for column in plan.columns],
        "rows": cells,
        "totals": _cells(plan, plan.totals),
        "charts": [draw_chart(plan=plan, frame=frame) for frame in (WIDE, NARROW)],
        "drawn": plan.money(plan.drawn),
        "interest": plan.money(plan.total("interest")),
        "asked": plan.money(plan.total("due")),
        "instalments": len(instalments),
        "until": instalments[-1].get("due_date") if instalments else None,
    }


def _cells(plan: Plan, texts: Sequence[str]) -> list[tuple[str, bool]]:
    return [(text, column.is_money) for text, column in zip(texts, plan.columns, strict=True)]
