"""Addresses of the products."""

from django.urls import URLPattern, path

from lending.products import api as views

app_name = "products"

web: list[URLPattern] = []
api: list[URLPattern] = [path("products", views.ProductsView.as_view(), name="products")]
