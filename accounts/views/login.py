"""Registering, logging in and out."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib import auth, messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import operations, queries
from accounts.domain.consents import REQUIRED, Step
from accounts.domain.states import BorrowerKind, CodePurpose
from accounts.domain.throttling import CODE_COOLDOWN
from accounts.forms import CodeLoginForm, PasswordLoginForm, RegisterForm
from core.clock import now
from core.errors import KadaiError
from core.web import attempt

#: A code for the console is asked for in the console.
_BORROWERS_CODES = {"register": CodePurpose.REGISTER, "login": CodePurpose.LOGIN}


def _target(request: HttpRequest) -> str:
    """Where to go after logging in: only to ourselves."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _enter(request: HttpRequest, *, user_id: UUID) -> HttpResponse:
    user = queries.get_user(user_id=user_id)
    auth.login(request, user)
    return redirect(_target(request))


def _code_sent(request: HttpRequest, *, purpose: CodePurpose) -> dict[str, object]:
    """Send a code to the phone that was typed; what the page says about it."""
    try:
        operations.request_sms_code(phone=request.POST.get("phone", ""), purpose=purpose, now=now())
    except KadaiError as error:
        texts = [text for found in error.fields.values() for text in found]
        return {"refusal": " ".join(map(str, texts)) or str(error.message)}
    return {"sent": True, "wait": int(CODE_COOLDOWN.total_seconds())}


@require_POST
@never_cache
@sensitive_post_parameters("password")
def send_code(request: HttpRequest, purpose: str) -> HttpResponse:
    """The piece of a page around the button that sends a code (htmx)."""
    if purpose not in _BORROWERS_CODES:
        raise Http404
    context = _code_sent(request, purpose=_BORROWERS_CODES[purpose])
    form = CodeLoginForm(initial={"code": request.POST.get("code", "")})
    return render(request, "accounts/_code.html", {**context, "form": form, "purpose": purpose})


def _typed(form: Form) -> Form:
    """The form as it was typed, without finding fault: only a code was asked for."""
    form.is_bound = False
    form.initial = {name: form.data.get(name) for name in form.fields if name in form.data}
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def register(request: HttpRequest) -> HttpResponse:
    """Open an account, agree to the two texts it needs, and be logged in."""
    if request.user.is_authenticated:
        return redirect("loans:home")
    needed = REQUIRED[Step.REGISTER]
    texts = queries.list_documents(language=get_language() or "", now=now())
    documents = [text for text in texts if text.kind in needed]
    form = RegisterForm(request.POST or None, documents=documents)
    context = {"form": form, "purpose": "register"}
    if "send_code" in request.POST:
        context |= _code_sent(request, purpose=CodePurpose.REGISTER)
        _typed(form)
    elif form.is_valid():
        data = form.cleaned_data
        business = data["kind"] == BorrowerKind.BUSINESS
        user_id = attempt(
            form,
            partial(
                operations.register,
                phone=data["phone"],
                code=data["code"],
                password=data["password"],
                kind=BorrowerKind(data["kind"]),
                legal_name=data["legal_name"] if business else "",
                uscc=data["uscc"] if business else "",
                now=now(),
            ),
        )
        if user_id is not None:
            operations.grant_consents(user_id=user_id, shown=data["agreed"], now=now())
            return _enter(request, user_id=user_id)
    return render(request, "accounts/register.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """Log in with the password; `?by=code` with a code."""
    if request.user.is_authenticated:
        return redirect(_target(request))
    if request.GET.get("by") == "code":
        return _login_by_code(request)
    form = PasswordLoginForm(request.POST or None)
    if form.is_valid():
        user_id = attempt(
            form, partial(operations.login_with_password, **form.cleaned_data, now=now())
        )
        if user_id is not None:
            return _enter(request, user_id=user_id)
    return render(request, "accounts/login.html", {"form": form, "next": _target(request)})


def _login_by_code(request: HttpRequest) -> HttpResponse:
    form = CodeLoginForm(request.POST or None)
    context = {"form": form, "purpose": "login", "next": _target(request)}
    if "send_code" in request.POST:
        context |= _code_sent(request, purpose=CodePurpose.LOGIN)
        _typed(form)
    elif form.is_valid():
        user_id = attempt(form, partial(operations.login_with_code, **form.cleaned_data, now=now()))
        if user_id is not None:
            return _enter(request, user_id=user_id)
    return render(request, "accounts/login_code.html", context)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    messages.info(request, _("You are logged out."))
    return redirect("loans:home")
