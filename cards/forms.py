"""What is typed on the card pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.web import CodeField, PhoneField


class BindCardForm(forms.Form):
    """The card and the phone number its bank knows; name and ID number are already declared."""

    card_number = forms.CharField(
        label=_("Card number"),
        max_length=32,
        help_text=_("A card in your own name. You type it only once."),
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "cc-number",
                "class": "num",
                "data-group": "4",
                "data-recognise": "issuer",
            }
        ),
    )
    phone = PhoneField(
        label=_("Phone number at the bank"),
        required=False,
        help_text=_("Leave it empty if the bank knows the number you log in with."),
    )


class BindCodeForm(forms.Form):
    """The bank's code."""

    code = CodeField(label=_("The bank's code"))
