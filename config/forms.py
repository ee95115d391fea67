"""The forms of the console's door."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget


class PasswordForm(forms.Form):
    """The first factor."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "username", "autofocus": ""}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """The second factor."""

    code = forms.CharField(
        label=_("Code from the SMS"),
        min_length=4,
        max_length=8,
        widget=UnfoldAdminTextInputWidget(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": ""}
        ),
    )
