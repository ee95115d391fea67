from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Only for the commands that touch every app: demo data."""

    name = "config"
