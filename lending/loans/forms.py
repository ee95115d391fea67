"""What is typed when asking for a line and when borrowing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cards.queries import CardView
from core.web import KeyedForm, MoneyField, set_choices
from lending.loans.operations import LineRequest, QuoteRequest
from lending.loans.texts import OCCUPATIONS, method_text, purpose_text
from lending.products.domain import ProductTerms

BUSINESS_OWNER: Final = "BUSINESS_OWNER"
_PLEASE_CHOOSE: Final = ("", _("Please choose"))


def _purpose_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, purpose_text(code)) for code in codes]


class LineForm(KeyedForm):
    """Asking for a line: what every borrower tells."""

    requested = MoneyField(
        label=_("How much would you like to be able to borrow?"),
        help_text=_("We may offer less. You owe nothing until you borrow."),
    )
    purpose = forms.ChoiceField(label=_("What is it mainly for?"))

    def __init__(self, *args: Any, purposes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "purpose", [_PLEASE_CHOOSE, *_purpose_choices(purposes)])


class PersonLineForm(LineForm):
    """Asking for a line as a consumer."""

    occupation = forms.ChoiceField(
        label=_("Occupation"),
        choices=[_PLEASE_CHOOSE, *(row for row in OCCUPATIONS.items() if row[0] != BUSINESS_OWNER)],
    )
    monthly_income = MoneyField(
        label=_("Income a month, after tax"), help_text=_("An honest estimate is enough.")
    )

    def as_request(self) -> LineRequest:
        """What the operation takes."""
        data = self.cleaned_data
        return LineRequest(
            requested=data["requested"],
            purpose=data["purpose"],
            occupation=data["occupation"],
            monthly_income=data["monthly_income"],
        )


class BusinessLineForm(LineForm):
    """Asking for a line as a small business."""

    annual_revenue = MoneyField(
        label=_("Revenue of the last 12 months"), help_text=_("As in your tax returns.")
    )
    years_in_business = forms.IntegerField(
        label=_("Full years in business"),
        min_value=0,
        max_value=200,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def as_request(self) -> LineRequest:
        """What the operation takes."""
        data = self.cleaned_data
        return LineRequest(
            requested=data["requested"],
            purpose=data["purpose"],
            occupation=BUSINESS_OWNER,
            monthly_income=None,
            annual_revenue=data["annual_revenue"],
            years_in_business=data["years_in_business"],
        )


def _months(count: int) -> str:
    return ngettext("%(count)d month", "%(count)d months", count) % {"count": count}


class BorrowForm(forms.Form):
    """How much, for how long, repaid how, for what, onto which card."""

    amount = MoneyField(label=_("Amount"))
    instalments = forms.TypedChoiceField(
        label=_("Repaid over"), coerce=int, widget=forms.RadioSelect
    )
    product = forms.ChoiceField(label=_("Repayment method"), widget=forms.RadioSelect)
    purpose = forms.ChoiceField(label=_("What is it for?"))
    card = forms.TypedChoiceField(label=_("Paid to and repaid from"), coerce=UUID)

    def __init__(
        self,
        *args: Any,
        products: Sequence[ProductTerms],
        cards: Sequence[CardView],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        months = sorted({count for product in products for count in product.instalment_options})
        purposes = dict.fromkeys(code for product in products for code in product.purposes)
        set_choices(self, "instalments", [(str(count), _months(count)) for count in months])
        set_choices(self, "product", [(row.code, method_text(row.method)) for row in products])
        set_choices(self, "purpose", _purpose_choices(purposes))
        set_choices(
            self, "card", [(str(card.id), f"{card.masked} {card.issuer}") for card in cards]
        )

    def as_request(self) -> QuoteRequest:
        """What the operation takes."""
        data = self.cleaned_data
        return QuoteRequest(
            product_code=data["product"],
            amount=data["amount"],
            instalments=data["instalments"],
            purpose=data["purpose"],
            binding_id=data["card"],
        )


class RefinanceForm(forms.Form):
    """For how long and repaid how; the amount is what settles the old loan."""

    instalments = forms.TypedChoiceField(
        label=_("Repaid over"), coerce=int, widget=forms.RadioSelect
    )
    product = forms.ChoiceField(label=_("Repayment method"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, products: Sequence[ProductTerms], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = sorted({count for product in products for count in product.instalment_options})
        set_choices(self, "instalments", [(str(count), _months(count)) for count in months])
        set_choices(self, "product", [(row.code, method_text(row.method)) for row in products])


class SignForm(KeyedForm):
    """The borrower's confirmation; without it nothing is signed."""

    confirmed = forms.BooleanField(
        label=_("I have read the disclosure sheet and the contract and agree to both."),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-tick": "1"}),
    )
