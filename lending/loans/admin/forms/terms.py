"""Other terms than agreed: dates, rate, plan; and the end of a claim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.console.columns import as_day
from lending.loans.admin.forms.base import (
    FROM,
    ServiceForm,
    choice_field,
    count_field,
    day_field,
    fraction,
    percent_field,
    radio_field,
)
from lending.loans.domain import (
    DueDateMoved,
    Extended,
    InterestPaused,
    LoanEvent,
    OpenInterest,
    RateChanged,
    ReAged,
    ReAmortised,
    Restructured,
    WrittenOff,
)
from lending.loans.texts import (
    INTEREST_NAMES,
    UNIT_NAMES,
)
from lending.products.domain.methods import Unit


class DueDateForm(ServiceForm):
    due_on = choice_field(_("Instalment"))
    moved_to = day_field(
        _("New due date"), _("The later ones follow from there, in the rhythm of the plan.")
    )

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        rows = [row for row in self.case.open_rows if row.due_on > self.today]
        return {
            "due_on": [
                (row.due_on.isoformat(), f"{row.number} · {as_day(row.due_on)}") for row in rows
            ]
        }

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        due_on = date.fromisoformat(data["due_on"])
        return DueDateMoved(on=data["on"], due_on=due_on, moved_to=data["moved_to"], reference="")


class RateForm(ServiceForm):
    annual_rate = percent_field()
    on = day_field(FROM)

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return RateChanged(on=data["on"], annual_rate=fraction(data), reference="")


class ExtensionForm(ServiceForm):
    instalments = count_field(_("Instalments added"))

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return Extended(on=data["on"], instalments=data["instalments"], reference="")


class PauseForm(ServiceForm):
    starts_on = day_field(_("First day without interest"))
    ends_on = day_field(_("Last day without interest"))

    def starting(self) -> dict[str, Any]:
        return {"starts_on": self.today}

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return InterestPaused(
            on=data["on"], starts_on=data["starts_on"], ends_on=data["ends_on"], reference=""
        )


class NewPlanForm(ServiceForm):
    """What re-ageing and restructuring share: the calendar of the new plan."""

    starts_on = day_field(_("New plan from"), _("Its first period begins on this day."))
    instalments = count_field(_("Instalments of the new plan"))
    every = count_field(_("One every"))
    unit = radio_field(_("Unit"), UNIT_NAMES)

    def starting(self) -> dict[str, Any]:
        left = sum(1 for row in self.case.open_rows if row.due_on > self.today)
        return {
            "starts_on": self.today,
            "instalments": max(left, 1),
            "every": 1,
            "unit": Unit.MONTHS.value,
            "interest": OpenInterest.FIRST.value,
        }

    @staticmethod
    def calendar(data: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of the event that are the same."""
        return {
            "on": data["on"],
            "starts_on": data["starts_on"],
            "every": data["every"],
            "unit": Unit(data["unit"]),
            "instalments": data["instalments"],
            "reference": "",
        }


class ReAgeForm(NewPlanForm):
    interest = radio_field(_("Interest owed so far"), INTEREST_NAMES)

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return ReAged(interest=OpenInterest(data["interest"]), **self.calendar(data))


class RestructureForm(NewPlanForm):
    annual_rate = percent_field()

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return Restructured(annual_rate=fraction(data), **self.calendar(data))


class ReAmortiseForm(ServiceForm):
    interest = radio_field(_("Interest owed so far"), INTEREST_NAMES)

    def starting(self) -> dict[str, Any]:
        return {"interest": OpenInterest.FIRST.value}

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        interest = OpenInterest(data["interest"])
        return ReAmortised(on=data["on"], interest=interest, reference="")


class WriteOffForm(ServiceForm):
    """Nothing but the reason."""

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return WrittenOff(on=data["on"], reference="")
