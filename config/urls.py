"""Every address of the product."""

from types import ModuleType

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

import accounts.urls
import cards.urls
import core.urls
import lending.loans.urls
import lending.products.urls
import lending.repayments.urls

APPS: tuple[ModuleType, ...] = (
    core.urls,
    accounts.urls,
    cards.urls,
    lending.products.urls,
    lending.loans.urls,
    lending.repayments.urls,
)


def healthz(_request: HttpRequest) -> HttpResponse:
    """This process answers. It asks nobody else, so it stays true while others are down."""
    return HttpResponse("ok", content_type="text/plain")


handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("rails/", include((cards.urls.rails, "rails"))),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    *(path("", include((app.web, app.app_name))) for app in APPS),
    *(path("api/v1/", include((app.api, f"api-{app.app_name}"))) for app in APPS),
]
