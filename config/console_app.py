"""The admin of Django with our console as its site."""

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    default_site = "config.admin.ConsoleSite"
