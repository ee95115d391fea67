"""Which policy is in force."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.errors import Refused
from risk.domain.facts import RiskFacts
from risk.domain.policy import POLICY_CODES, Policy, parse_policy
from risk.models import RiskPolicy


class ActivePolicy(NamedTuple):
    """A policy with the id of its row."""

    id: UUID
    policy: Policy


def get_active_policy(*, facts: RiskFacts, now: datetime) -> ActivePolicy:
    """The latest policy in force for these facts.

    Raises Refused "no-risk-policy" if none is, or none in the facts' currency.
    """
    code = POLICY_CODES[facts.subject, facts.borrower_kind]
    row = (
        RiskPolicy.objects.filter(code=code, active_from__lte=now)
        .order_by("-active_from", "-version")
        .first()
    )
    policy = None if row is None else parse_policy(body=row.body)
    if row is None or policy is None or not policy.serves(facts=facts):
        raise Refused(
            code="no-risk-policy",
            message=_("Lending of this kind or in this currency is not offered."),
        )
    return ActivePolicy(row.pk, policy)
