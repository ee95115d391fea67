"""What is typed on the account pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.domain.states import BorrowerKind
from accounts.operations import ShownDocument
from accounts.queries import Document
from core.web import CodeField, PhoneField, set_choices

_AGREE = _("Tick each of them to go on.")


def _password(*, label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=128,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class AgreementsMixin(forms.Form):
    """A box for each text, carrying which wording was on the screen."""

    agreed = forms.MultipleChoiceField(
        label=_("Agreements"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _AGREE},
    )

    def show(self, documents: Sequence[Document]) -> None:
        """Offer these texts; all of them are needed."""
        self.documents = tuple(documents)
        set_choices(self, "agreed", [(shown_value(text), text.title) for text in documents])

    def clean_agreed(self) -> tuple[ShownDocument, ...]:
        """Every text ticked, as the operation takes them."""
        ticked: list[str] = self.cleaned_data["agreed"]
        if len(ticked) < len(self.documents):
            raise forms.ValidationError(_AGREE)
        pairs = [value.split(":", 1) for value in ticked]
        return tuple(ShownDocument(UUID(key), body_hash) for key, body_hash in pairs)


def shown_value(text: Document) -> str:
    """What a box says when it is ticked: the text and its hash."""
    return f"{text.id}:{text.body_hash}"


class AgreeForm(AgreementsMixin):
    """The texts one step needs."""

    def __init__(self, *args: Any, documents: Sequence[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show(documents)


class RegisterForm(AgreementsMixin):
    """Phone, code and password; a business names itself as well."""

    kind = forms.ChoiceField(
        label=_("Who borrows?"),
        choices=[
            (BorrowerKind.PERSON.value, _("Myself")),
            (BorrowerKind.BUSINESS.value, _("My small business")),
        ],
        initial=BorrowerKind.PERSON.value,
        widget=forms.RadioSelect,
    )
    legal_name = forms.CharField(
        label=_("Name on the business licence"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    uscc = forms.CharField(
        label=_("Unified social credit code"),
        required=False,
        max_length=32,
        help_text=_("18 characters, printed on the licence."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "num"}
        ),
    )
    phone = PhoneField()
    code = CodeField()
    password = _password(
        label=_("Choose a password"),
        autocomplete="new-password",
        help_text=_("At least 8 characters, not only digits."),
    )

    def __init__(self, *args: Any, documents: Sequence[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show(documents)


class PasswordLoginForm(forms.Form):
    """Phone and password."""

    phone = PhoneField()
    password = _password(label=_("Password"), autocomplete="current-password")


class CodeLoginForm(forms.Form):
    """Phone and a code sent to it."""

    phone = PhoneField()
    code = CodeField()


class IdentityForm(forms.Form):
    """Name and number as on the identity card."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("As on your identity card."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "num"}
        ),
    )
