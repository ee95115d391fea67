from django.apps import AppConfig

from core.subscriptions import subscribe


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        subscribe(event="message.sent", handler="accounts.tasks.send_sms_notice")
