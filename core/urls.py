"""Addresses of the kernel's own pages."""

from django.urls import URLPattern, path

from core import views

app_name = "core"

web: list[URLPattern] = [
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
api: list[URLPattern] = []
