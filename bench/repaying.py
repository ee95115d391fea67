"""(b) One repayment through the full operation against TPC-B."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from bench.book import answer_payment, noon
from bench.lender import Borrower
from bench.report import Row, median_rate, per_second
from core.businessday import get_business_date
from core.money import Money
from lending.loans.domain import PaymentKind
from lending.loans.models import Loan
from lending.repayments.models import Repayment
from lending.repayments.operations import record_collection, repay

_CALLS: Final = 50
_AMOUNT: Final = Money(10_000, "CNY")


def measure_repayments(borrower: Borrower, *, rounds: int, tpcb: float) -> list[Row]:
    """Asking for the money and counting it, a transaction each; then the second alone.

    The bank's part between the two (HTTP) is not counted: its answer is written directly.
    """
    today = get_business_date()
    now = noon(today)
    loans = list(
        Loan.objects.order_by("-id").values_list("pk", flat=True)[: 2 * (_CALLS * rounds + 1)]
    )

    def ask(loan_id: UUID) -> UUID:
        return repay(
            borrower_id=borrower.user.pk,
            loan_id=loan_id,
            key="bench",
            kind=PaymentKind.MANUAL,
            amount=_AMOUNT,
            binding_id=None,
            now=now,
        )

    def answer(repayment_id: UUID) -> UUID:
        payment_id: UUID = Repayment.objects.values_list("payment_id", flat=True).get(
            pk=repayment_id
        )
        answer_payment(payment_id, now=now)
        return payment_id

    def whole(number: int) -> None:
        record_collection(payment_id=answer(ask(loans[number])), now=now)

    collected = [answer(ask(loan_id)) for loan_id in loans[_CALLS * rounds + 1 :]]

    def count(number: int) -> None:
        record_collection(payment_id=collected[number], now=now)

    rows = []
    for what, action in (
        ("one repayment, asked for and counted", whole),
        ("one repayment counted (record_collection)", count),
    ):
        rate = median_rate(action, calls=_CALLS, rounds=rounds)
        rows.append(
            Row(
                what=what,
                ours=f"{per_second(rate)} ({1000 / rate:.1f} ms)",
                reference=f"{per_second(tpcb)} TPC-B",
                ratio=rate / tpcb,
            )
        )
    return rows
