"""A change worked out before anybody makes it. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, InvalidInput, NotFound
from lending.loans.domain import InvalidEventsError, LoanEvent, Paid, PaymentKind, replay
from lending.loans.domain.books import Earned, balances, difference
from lending.loans.domain.changes import OPEN_TO, Service, service_of
from lending.loans.domain.checks import Case, faults
from lending.loans.domain.preview import Preview, fingerprint, side
from lending.loans.domain.states import LoanStatus
from lending.loans.models import Loan
from lending.loans.queries.fold import loan_events, loan_terms


@dataclass(frozen=True, kw_only=True)
class WorkedOut:
    """What an event would do, and the fingerprint of the plan it leads to."""

    preview: Preview
    fingerprint: str


def services_for(*, loan: Loan) -> frozenset[Service]:
    """What can be done to the loan as it is."""
    return OPEN_TO[LoanStatus(loan.status)]


def loan_case(loan: Loan, *, today: date) -> Case:
    """The loan as a change of it is judged."""
    history = loan_events(loan)
    state = replay(terms=loan_terms(loan), events=history, as_of=today)
    return Case(disbursed_on=loan.disbursed_on, history=history, state=state)


def preview_change(*, loan_id: UUID, event: LoanEvent, today: date) -> Preview:
    """The loan today without and with an event. Writes nothing.

    Raises NotFound, Conflict (`loan-closed`), InvalidInput with a sentence per field.
    """
    loan = Loan.objects.filter(pk=loan_id).first()
    if loan is None:
        raise NotFound
    return work_out(loan, event=event, today=today, as_of=today).preview


def work_out(loan: Loan, *, event: LoanEvent, today: date, as_of: date) -> WorkedOut:
    """`preview_change` of a row at hand; the fingerprint is of the plan at the end of `as_of`."""
    if service_of(event=event) not in services_for(loan=loan):
        raise Conflict(code="loan-closed", message=_("The state of this loan does not allow it."))
    case, terms = loan_case(loan, today=today), loan_terms(loan)
    history, before = case.history, case.state
    _refuse(faults(event=event, case=case))
    with_it = [*history, replace(event, sequence=len(history) + 1)]
    try:
        after = replay(terms=terms, events=with_it, as_of=today)
        then = after if as_of == today else replay(terms=terms, events=with_it, as_of=as_of)
    except InvalidEventsError as error:
        raise InvalidInput(
            code="impossible-change",
            message=_("This cannot be done to this loan: %(why)s.") % {"why": error},
        ) from error
    preview = Preview(
        as_of=today,
        sequence=len(history),
        before=side(before),
        after=side(after),
        entry=difference(
            before=balances(state=before, earned=Earned.by(before)),
            after=balances(state=after, earned=Earned.by(after)),
        ),
    )
    return WorkedOut(preview=preview, fingerprint=fingerprint(state=then))


def _refuse(found: dict[str, tuple[str, dict[str, str]]]) -> None:
    if found:
        fields = {field: [_(text) % params] for field, (text, params) in found.items()}
        raise InvalidInput(fields=fields)


def only_expected(events: Sequence[LoanEvent]) -> bool:
    """Whether nothing happened but what a plan expects: debits of what fell due."""
    return all(isinstance(event, Paid) and event.kind is PaymentKind.DUE for event in events)
