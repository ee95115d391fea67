"""Every address of the product."""

from types import ModuleType

import lending.products.urls
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

import accounts.urls
import cards.urls
import lending.loans.urls
import lending.repayments.urls

APPS: tuple[ModuleType, ...] = (
    accounts.urls,
    cards.urls,
    lending.products.urls,
    lending.loans.urls,
    lending.repayments.urls,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("rails/", include((cards.urls.rails, "rails"))),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    *(path("", include((app.web, app.app_name))) for app in APPS),
    *(path("api/v1/", include((app.api, f"api-{app.app_name}"))) for app in APPS),
]
