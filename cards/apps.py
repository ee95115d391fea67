from django.apps import AppConfig

from core.subscriptions import subscribe


class CardsConfig(AppConfig):
    name = "cards"

    def ready(self) -> None:
        subscribe(event="payment.created", handler="cards.tasks.submit_payment")
        subscribe(event="payment.query_due", handler="cards.tasks.query_payment")
        subscribe(event="card.unbound", handler="cards.tasks.end_agreement")
