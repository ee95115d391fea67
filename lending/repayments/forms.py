"""What is typed when repaying."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cards.queries import CardView
from core.errors import Text
from core.web import KeyedForm, MoneyField, set_choices
from lending.loans.domain import PaymentKind
from lending.loans.queries.loans import LoanView


class RepayForm(KeyedForm):
    """How much of the debt, from which card."""

    kind = forms.ChoiceField(label=_("How much?"), widget=forms.RadioSelect)
    amount = MoneyField(label=_("Amount"), required=False)
    card = forms.TypedChoiceField(label=_("From the card"), coerce=UUID)

    def __init__(
        self, *args: Any, loan: LoanView, cards: Sequence[CardView], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        due, payoff = loan.due_now.total, loan.payoff.total
        kinds: list[tuple[str, Text]] = [
            (PaymentKind.DUE.value, _("What is due today: %(due)s") % {"due": due.display}),
            (PaymentKind.PAYOFF.value, _("Everything: %(all)s") % {"all": payoff.display}),
            (PaymentKind.MANUAL.value, _("Another amount")),
        ]
        if not due:
            kinds = kinds[1:]
        set_choices(self, "kind", kinds)
        set_choices(
            self, "card", [(str(card.id), f"{card.masked} {card.issuer}") for card in cards]
        )

    def clean(self) -> dict[str, Any]:
        """An amount is needed exactly when one is to be typed."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") != PaymentKind.MANUAL.value:
            data["amount"] = None
        elif not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Enter an amount such as 1200.50."))
        return data
