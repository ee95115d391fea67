"""The settlement certificate (结清证明)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from uuid import UUID

from accounts.queries import get_borrower
from core.businessday import get_business_date
from lending.loans.domain.states import LoanStatus
from lending.loans.queries.loans import get_any_loan
from lending.repayments.models import SettlementCertificate


def issue_certificate(*, loan_id: UUID, now: datetime) -> None:
    """Issue the certificate of a repaid loan, once. Does nothing for a loan still running."""
    loan = get_any_loan(loan_id=loan_id, as_of=get_business_date())
    if loan.status != LoanStatus.CLOSED_REPAID or loan.settled_on is None:
        return
    borrower = get_borrower(user_id=loan.borrower_id)
    number = f"S{loan.number[1:]}"
    content = {
        "number": number,
        "loan_number": loan.number,
        "borrower": borrower.name_masked,
        "amount": loan.principal.text,
        "currency": loan.principal.currency,
        "disbursed_on": loan.disbursed_on.isoformat(),
        "settled_on": loan.settled_on.isoformat(),
        "outstanding": loan.outstanding.text,
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    SettlementCertificate.objects.get_or_create(
        loan_id=loan_id,
        defaults={
            "number": number,
            "content": content,
            "sha256": hashlib.sha256(canonical.encode()).hexdigest(),
            "issued_at": now,
        },
    )
