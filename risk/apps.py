from django.apps import AppConfig

from core.subscriptions import subscribe


class RiskConfig(AppConfig):
    name = "risk"

    def ready(self) -> None:
        subscribe(event="decision.requested", handler="risk.tasks.decide_requested")
