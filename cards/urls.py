"""Addresses of the card pages and the card API."""

from django.urls import URLPattern, path

from cards import api as endpoints
from cards import views

app_name = "cards"

web: list[URLPattern] = [
    path("cards/", views.card_list, name="list"),
    path("cards/bind/", views.bind, name="bind"),
    path("cards/<uuid:binding_id>/code/", views.bind_code, name="bind-code"),
    path("cards/<uuid:binding_id>/resend/", views.resend, name="resend"),
    path("cards/<uuid:binding_id>/default/", views.make_default, name="default"),
    path("cards/<uuid:binding_id>/unbind/", views.unbind, name="unbind"),
]
api: list[URLPattern] = [
    path("cards", endpoints.CardsView.as_view(), name="cards"),
    path("cards/<uuid:binding_id>", endpoints.CardView.as_view(), name="card"),
    path("cards/<uuid:binding_id>/confirm", endpoints.ConfirmCardView.as_view(), name="confirm"),
    path("cards/<uuid:binding_id>/resend", endpoints.ResendCodeView.as_view(), name="resend"),
    path("cards/<uuid:binding_id>/default", endpoints.DefaultCardView.as_view(), name="default"),
]
rails: list[URLPattern] = [
    path("<slug:rail>/notify", endpoints.receive_notification, name="notify"),
]
