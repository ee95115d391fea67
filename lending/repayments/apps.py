from django.apps import AppConfig

from core.subscriptions import subscribe
from lending.loans.queries.underway import register_collector


class RepaymentsConfig(AppConfig):
    name = "lending.repayments"

    def ready(self) -> None:
        from lending.repayments.queries import is_collecting  # noqa: PLC0415 - models are ready now

        register_collector(is_collecting)
        subscribe(event="payment.settled", handler="lending.repayments.tasks.on_payment_settled")
        subscribe(event="payment.failed", handler="lending.repayments.tasks.on_payment_failed")
        subscribe(event="loan.settled", handler="lending.repayments.tasks.on_loan_settled")
        subscribe(event="day.closing", handler="lending.repayments.tasks.on_day_closing")
