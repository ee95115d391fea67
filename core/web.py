"""What the pages share: refusals beside the field that caused them, and a key per drawn form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from core.errors import KadaiError, NotAuthenticated, NotFound, Text, Unavailable
from core.money import Money, MoneyError

F = TypeVar("F", bound=forms.Form)
T = TypeVar("T")

#: Where every dead end leads back to. Named here so that the kernel imports nothing above it.
HOME: Final = "/"


class KeyedForm(forms.Form):
    """A form whose every drawing carries a key: sent twice, it is carried out once."""

    request_key = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages={
            "required": _("Please send the form once more."),
            "invalid": _("Please send the form once more."),
        },
    )

    @property
    def key(self) -> str:
        """The idempotency key of a valid form."""
        return str(self.cleaned_data["request_key"])

    def renew_key(self) -> None:
        """A refused form that is corrected is another request."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("request_key")] = str(uuid4())
        self.data = data


class MoneyInput(forms.TextInput):
    """Large figures and the number pad."""

    def __init__(self) -> None:
        super().__init__(
            attrs={"class": "input-money", "inputmode": "decimal", "autocomplete": "off"}
        )


class MoneyField(forms.CharField):
    """An amount of money as typed: "5000", "5,000.00", "¥5000". Gives `Money`, above zero."""

    widget = MoneyInput

    def __init__(self, *, currency: str = "CNY", **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text == "":
            return None
        plain = text.replace(",", "").replace("，", "").lstrip("¥￥ ")
        try:
            amount = Money.parse(plain, self.currency)
        except MoneyError:
            raise forms.ValidationError(_("Enter an amount such as 1200.50.")) from None
        if not amount:
            raise forms.ValidationError(_("Enter an amount greater than zero."))
        return amount

    def prepare_value(self, value: Any) -> Any:
        return value.text.removesuffix(".00") if isinstance(value, Money) else value


class CodeField(forms.CharField):
    """A code from an SMS: the number pad, and the phone offers the code itself."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Code from the SMS"))
        super().__init__(
            min_length=4,
            max_length=8,
            widget=forms.TextInput(
                attrs={
                    "inputmode": "numeric",
                    "autocomplete": "one-time-code",
                    "class": "input-code",
                }
            ),
            **kwargs,
        )


class PhoneField(forms.CharField):
    """A phone number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Phone number"))
        super().__init__(
            max_length=20,
            widget=forms.TextInput(
                attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel-national"}
            ),
            **kwargs,
        )


def set_choices(form: forms.Form, name: str, choices: Sequence[tuple[str, Text]]) -> None:
    """Offer what this visitor can choose."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is not a choice")
    field.choices = choices


def apply_error(form: F, error: KadaiError) -> F:
    """Put a refusal on the form that caused it; what was typed stays.

    A sentence for a field the form does not show goes above the form. The form gets a new key,
    except when the other side did not answer: then the same request may be sent again.
    """
    shown = 0
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, str(text))
            shown += 1
    if not shown:
        form.add_error(None, str(error.message))
    if isinstance(form, KeyedForm) and not isinstance(error, Unavailable):
        form.renew_key()
    return form


def attempt(form: F, action: Callable[[], T]) -> T | None:
    """Run one operation; None when it refused, and the form says why."""
    try:
        return action()
    except KadaiError as error:
        apply_error(form, error)
        return None


def person(request: HttpRequest) -> UUID:
    """Who is logged in; for views behind `login_required`."""
    key = request.user.pk
    if not isinstance(key, UUID):
        raise NotAuthenticated
    return key


def borrower_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page behind the login that ends nowhere.

    Somebody else's record is a 404. A refusal no form could carry becomes a message on the home
    page, which shows what can be done next.
    """

    @login_required
    @never_cache
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(str(error.message)) from error
        except NotAuthenticated:
            return redirect_to_login(request.get_full_path())
        except KadaiError as error:
            messages.error(request, str(error.message))
            return redirect(HOME)

    return page
