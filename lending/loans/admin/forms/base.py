"""What the forms for changing a loan share. They parse; `domain.checks` judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from core.console.columns import as_day
from core.web import MoneyField, set_choices
from lending.loans.domain import (
    Disbursed,
    LoanEvent,
    Paid,
    Reversed,
)
from lending.loans.domain.checks import Case
from lending.loans.texts import (
    event_title,
)


def day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    """A day, with the picker of the browser."""
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=widget,
        input_formats=["%Y-%m-%d"],
    )


def money_field(help_text: Any = "") -> MoneyField:
    """An amount in the currency of the loan."""
    attrs = {"inputmode": "decimal", "autocomplete": "off"}
    return MoneyField(
        label=_("Amount"), help_text=help_text, widget=UnfoldAdminTextInputWidget(attrs=attrs)
    )


def count_field(label: Any, help_text: Any = "") -> forms.IntegerField:
    """A number of something."""
    attrs = {"inputmode": "numeric", "autocomplete": "off"}
    widget = UnfoldAdminTextInputWidget(attrs=attrs)
    return forms.IntegerField(label=label, help_text=help_text, widget=widget, max_value=100_000)


def percent_field() -> forms.DecimalField:
    """The annual rate."""
    attrs = {"inputmode": "decimal", "autocomplete": "off"}
    widget = UnfoldAdminTextInputWidget(attrs=attrs)
    return forms.DecimalField(
        label=_("Annual rate in percent"), max_digits=8, decimal_places=4, widget=widget
    )


def choice_field(label: Any, choices: Iterable[tuple[str, Any]] = ()) -> forms.ChoiceField:
    """One of a list."""
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget)


def radio_field(label: Any, names: Mapping[Any, Any]) -> forms.ChoiceField:
    """One of a few, all in sight."""
    choices = [(code.value, name) for code, name in names.items()]
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminRadioSelectWidget)


FROM: Final = _("Counts from")


class ServiceForm(forms.Form):
    """The base: the event that the fields say, and why. The event's reference is given later.

    The reason stands below the preview, outside the form element, and names it.
    """

    html_id: Final = "service-form"
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "form": html_id}),
        help_text=_("Whoever decides reads it, and auditors do. The borrower does not."),
    )

    def __init__(self, data: Any, *, case: Case, with_reason: bool) -> None:
        """A preview needs no reason yet."""
        self.case, self.today = case, case.state.as_of
        super().__init__(data, initial=self.starting())
        self.fields["reason"].required = with_reason
        amount = self.fields.get("amount")
        if isinstance(amount, MoneyField):
            amount.currency = case.state.drawn.currency
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])
        for name, choices in self.choices().items():
            set_choices(self, name, choices)

    def starting(self) -> dict[str, Any]:
        """What stands in the fields at first."""
        return {"on": self.today}

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What this loan offers to choose from."""
        return {}

    @property
    def event(self) -> LoanEvent:
        """What a valid form says."""
        return self.build({"on": self.today, **self.cleaned_data})

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        """The event of the typed values."""
        raise NotImplementedError


def standing(case: Case) -> list[Paid | Any]:
    """Entries that can be undone, the newest first."""
    events = [e for e in case.history if not isinstance(e, Disbursed | Reversed)]
    return [event for event in reversed(events) if event.reference not in case.undone]


def entry_text(event: Any) -> str:
    """An entry in a list of them."""
    amount = getattr(event, "amount", None)
    parts = [as_day(event.on), event_title(event), amount.display if amount else ""]
    return " · ".join(part for part in parts if part)


def fraction(data: Mapping[str, Any]) -> Decimal:
    """The typed percentage as a fraction."""
    percent: Decimal = data["annual_rate"]
    return percent / 100
