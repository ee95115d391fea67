"""What staff fill in about people. Parses only; operations judge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.admin.words import ROLE_TEXTS


class RevealForm(forms.Form):
    """Why somebody needs to see personal data."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("It is kept with your name in the audit records."),
    )


class RolesForm(forms.Form):
    """A colleague's roles, and whether the account is open."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=list(ROLE_TEXTS.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    is_active = forms.BooleanField(
        label=_("May log in"), required=False, widget=UnfoldBooleanWidget
    )


class NewStaffForm(forms.Form):
    """A new colleague."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=_("The codes to log in go to this phone."),
    )
    password = forms.CharField(
        label=_("First password"),
        max_length=200,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("The colleague should change it after the first login."),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=list(ROLE_TEXTS.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
