from django.apps import AppConfig


class RepaymentsConfig(AppConfig):
    name = "lending.repayments"
