"""The console: its door with two factors, its home page, and who may do what in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final, NoReturn, cast
from urllib.parse import urlencode
from uuid import UUID

import django_otp
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import auth, messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp.models import Device
from unfold.forms import AdminOwnPasswordChangeForm

from accounts.domain.phones import mask_phone
from accounts.domain.roles import ROLE_NAMES
from accounts.domain.states import CodePurpose
from accounts.operations import login_with_password, request_sms_code, verify_console_code
from accounts.queries import get_user, passed_console
from config.forms import CodeForm, PasswordForm
from config.roles import rights_of
from core import audit, clock
from core.businessday import get_business_date
from core.console.home import panels_for, tiles_for
from core.console.model_admin import ConsoleModelAdmin
from core.console.rights import RightsSite, roles_of
from core.errors import Conflict, KadaiError, NotFound
from core.web import attempt

#: Between password and code.
PENDING_LIFETIME: Final = timedelta(minutes=10)
#: A working day; afterwards both factors are asked for again.
SESSION_SECONDS: Final = 8 * 60 * 60
_PENDING: Final = "console_pending"
_BACKEND: Final = "accounts.backends.PhoneBackend"

#: Unfold's Alpine evaluates the attributes of its own templates and styles inline; no inline
#: script and no other host is allowed here either.
console_csp: Final = csp_replace(
    {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
)


class ConsolePasswordChange(PasswordChangeView):
    """One's own password; every other session of the person ends."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        actor = str(self.request.user.pk)
        audit.record(
            actor=actor, action="password.changed", subject=f"user:{actor}", now=clock.now()
        )
        return answer


#: django-otp has no types.
_login_device: Callable[[HttpRequest, Device], None] = django_otp.login


def _door(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """What every page before the console needs."""
    return cast(Callable[..., HttpResponseBase], console_csp(never_cache(csrf_protect(view))))


class ConsoleSite(RightsSite):
    """Password, then a code by SMS; then what the person's roles allow, and nothing else."""

    index_template = "console/home.html"
    index_title = _("Today")
    enable_nav_sidebar = True

    # ---- who may come in ----

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff who passed both factors in this session."""
        user = request.user
        return user.is_active and user.is_staff and passed_console(user=user)

    def rights(self, request: HttpRequest) -> frozenset[str]:
        if not self.has_permission(request):
            return frozenset()
        return rights_of(roles=roles_of(request))

    def register(
        self,
        model_or_iterable: Any,
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Our own pages only: another package's admin would know nothing of our roles."""
        if admin_class is not None and issubclass(admin_class, ConsoleModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    # ---- addresses ----

    def get_urls(self) -> list[URLResolver | URLPattern]:
        return [
            path("code/", self.code, name="code"),
            path("code/send/", self.send_code, name="send_code"),
            *super().get_urls(),
        ]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Behind the door; what is refused there leads back into the console."""
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return cast(HttpResponseBase, inner(request, *args, **kwargs))
            except PermissionDenied:
                text, status = _("Your roles do not allow this."), 403
            except Http404:
                text, status = _("There is no such page or record."), 404
            if not self.has_permission(request):
                raise Http404
            context = {**self.each_context(request), "title": text}
            return TemplateResponse(request, "console/refused.html", context, status=status)

        return console_csp(page)

    def search(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Unfold's search over the names of models: not offered, and it would need the cache."""
        raise Http404

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: object = None
    ) -> NoReturn:
        """The menu has everything on one level."""
        raise Http404

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        request.current_app = self.name
        view = ConsolePasswordChange.as_view(
            form_class=AdminOwnPasswordChangeForm,
            success_url=reverse("admin:password_change_done"),
            template_name="registration/password_change_form.html",
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return cast(TemplateResponse, view(request))

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Back to the door; Unfold's page of farewell is in English only."""
        target = "admin:index"
        if request.method == "POST":
            auth.logout(request)
            messages.success(request, gettext("You are logged out."))
            target = "admin:login"
        return cast(TemplateResponse, redirect(target))

    # ---- the door ----

    @method_decorator(sensitive_post_parameters())
    @method_decorator(_door)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Phone and password. What is right starts the second factor, and only that."""
        if self.has_permission(request):
            return redirect(_next(request))
        form = PasswordForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            now = clock.now()
            user_id = attempt(form, lambda: login_with_password(**form.cleaned_data, now=now))
            user = None if user_id is None else get_user(user_id=user_id)
            if user is not None and not user.is_staff:
                form.add_error(None, _("This account is not for the console."))
            elif user is not None:
                request.session.cycle_key()
                request.session[_PENDING] = {"user": str(user.pk), "at": now.isoformat()}
                self._send(request, user.phone or "")
                return redirect(_with_next(request, "admin:code"))
        return self._door_page(request, "console/login.html", form, extra_context)

    @method_decorator(_door)
    def code(self, request: HttpRequest) -> HttpResponse:
        """The code from the SMS."""
        user_id = _pending(request, now=clock.now())
        if user_id is None:
            return redirect(_with_next(request, "admin:login"))
        user = get_user(user_id=user_id)
        form = CodeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            code = form.cleaned_data["code"]
            device = attempt(
                form, lambda: verify_console_code(user_id=user.pk, code=code, now=clock.now())
            )
            if device is not None:
                auth.login(request, user, backend=_BACKEND)
                _login_device(request, device)
                request.session.pop(_PENDING, None)
                request.session.set_expiry(SESSION_SECONDS)
                return redirect(_next(request))
        phone = mask_phone(user.phone or "")
        return self._door_page(request, "console/code.html", form, {"phone": phone})

    @method_decorator(require_POST)
    @method_decorator(_door)
    def send_code(self, request: HttpRequest) -> HttpResponse:
        """Another code."""
        user_id = _pending(request, now=clock.now())
        if user_id is None:
            return redirect(_with_next(request, "admin:login"))
        self._send(request, get_user(user_id=user_id).phone or "")
        return redirect(_with_next(request, "admin:code"))

    def _send(self, request: HttpRequest, phone: str) -> None:
        try:
            request_sms_code(phone=phone, purpose=CodePurpose.CONSOLE, now=clock.now())
        except KadaiError as error:  # the code before may still be good: the page asks for it
            messages.warning(request, str(error.message))

    def _door_page(
        self,
        request: HttpRequest,
        template: str,
        form: Form,
        extra_context: dict[str, Any] | None,
    ) -> HttpResponse:
        request.current_app = self.name
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "form": form,
            "next": request.POST.get("next") or request.GET.get("next") or "",
            **(extra_context or {}),
        }
        return TemplateResponse(request, template, context)

    # ---- inside ----

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        user = request.user
        if user.is_authenticated and self.has_permission(request):
            roles = roles_of(request)
            context["me"] = {
                "phone": mask_phone(user.phone or ""),
                "roles": [gettext(name) for role, name in ROLE_NAMES.items() if role in roles],
            }
        return context

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """What to do next, by role."""
        now, rights = clock.now(), self.rights(request)
        context = {
            "crumbs": [(self.index_title, "")],
            "rights": rights,
            "tiles": tiles_for(rights=rights, now=now),
            "panels": [
                {"template": panel.template, **panel.context(request, now)}
                for panel in panels_for(rights=rights)
            ],
            "business_date": _business_date(),
        }
        return super().index(request, {**context, **(extra_context or {})})


def _business_date() -> object:
    try:
        return get_business_date()
    except Conflict:
        return None


def _pending(request: HttpRequest, *, now: datetime) -> UUID | None:
    """Who gave the right password a moment ago."""
    pending = request.session.get(_PENDING)
    if not pending or now - datetime.fromisoformat(pending["at"]) > PENDING_LIFETIME:
        return None
    try:
        return get_user(user_id=UUID(pending["user"])).pk
    except NotFound:  # the account was closed meanwhile
        return None


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is in the console."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    home = reverse("admin:index")
    inside = wanted.startswith(home) and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}
    )
    return wanted if inside and not wanted.startswith(reverse("admin:login")) else home


def _with_next(request: HttpRequest, name: str) -> str:
    wanted = _next(request)
    address = reverse(name)
    query = urlencode({"next": wanted})
    return address if wanted == reverse("admin:index") else f"{address}?{query}"
