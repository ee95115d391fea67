"""The officer's ruling as a form: parses only, the operation judges."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from core.money import Money, MoneyError
from risk.domain.reasons import ReasonCode
from risk.domain.states import Outcome
from risk.queries import list_reason_choices

_OUTCOMES: Final = (
    (Outcome.APPROVE.value, _("Approve")),
    (Outcome.DECLINE.value, _("Decline")),
)
_JUDGEMENT: Final = ReasonCode.OFFICER_JUDGEMENT.value


class RulingForm(forms.Form):
    """For a drawdown there is no limit and no rate: their fields go."""

    outcome = forms.ChoiceField(
        label=_("Decision"), choices=_OUTCOMES, widget=UnfoldAdminRadioSelectWidget
    )
    limit = forms.CharField(
        label=_("Limit"),
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    annual_rate = forms.DecimalField(
        label=_("Annual rate in percent"),
        required=False,
        max_digits=8,
        decimal_places=4,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("At most four; needed to decline. The borrower reads them in plain words."),
    )
    note = forms.CharField(
        label=_("Note for the file"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Why you decide so. Colleagues and auditors read it, the borrower does not."),
    )

    def __init__(
        self,
        *args: Any,
        currency: str,
        with_terms: bool,
        first: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        """`first`: the codes to offer on top, those that led here."""
        super().__init__(*args, **kwargs)
        self.currency = currency
        reasons = self.fields["reasons"]
        if isinstance(reasons, forms.MultipleChoiceField):
            reasons.choices = sorted(
                list_reason_choices(), key=lambda row: (row[0] not in first, row[0] != _JUDGEMENT)
            )
        if not with_terms:
            del self.fields["limit"]
            del self.fields["annual_rate"]

    def clean_limit(self) -> Money | None:
        typed = self.cleaned_data["limit"].replace(",", "").lstrip("¥￥ ")
        if not typed:
            return None
        try:
            return Money.parse(typed, self.currency)
        except MoneyError:
            raise forms.ValidationError(_("Enter an amount such as 1200.50.")) from None

    def clean_annual_rate(self) -> Decimal | None:
        percent: Decimal | None = self.cleaned_data["annual_rate"]
        return None if percent is None else percent / 100

    @property
    def ruling(self) -> dict[str, Any]:
        """The arguments of the operation. Terms belong to an approval: a decline drops them."""
        data = self.cleaned_data
        outcome = Outcome(data["outcome"])
        approves = outcome is Outcome.APPROVE
        return {
            "outcome": outcome,
            "limit": data.get("limit") if approves else None,
            "annual_rate": data.get("annual_rate") if approves else None,
            "reasons": tuple(ReasonCode(code) for code in data["reasons"]),
            "note": data["note"],
        }
