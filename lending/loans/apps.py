from django.apps import AppConfig

from core.subscriptions import subscribe


class LoansConfig(AppConfig):
    name = "lending.loans"

    def ready(self) -> None:
        subscribe(event="decision.made", handler="lending.loans.tasks.on_decision_made")
        subscribe(event="decision.referred", handler="lending.loans.tasks.on_decision_referred")
        subscribe(event="payment.settled", handler="lending.loans.tasks.on_payment_settled")
        subscribe(event="payment.failed", handler="lending.loans.tasks.on_payment_failed")
