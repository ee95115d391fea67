"""What a person agrees to, each by itself, and which step needs which.

Separate consents: Personal Information Protection Law art. 14, 23, 29; purpose-bound consent before
a bureau query: Regulation on the Credit Reporting Industry (2013) art. 18.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from core.texts import gettext_noop as _


class ConsentKind(StrEnum):
    SERVICE_AGREEMENT = "SERVICE_AGREEMENT"
    PRIVACY_POLICY = "PRIVACY_POLICY"
    IDENTITY_VERIFICATION = "IDENTITY_VERIFICATION"
    BUREAU_QUERY = "BUREAU_QUERY"
    CARD_DEBIT_AUTHORISATION = "CARD_DEBIT_AUTHORISATION"


class Step(StrEnum):
    """Where the journey stops without a consent."""

    REGISTER = "REGISTER"
    BIND_CARD = "BIND_CARD"
    APPLY_FOR_CREDIT = "APPLY_FOR_CREDIT"


REQUIRED: Final[Mapping[Step, tuple[ConsentKind, ...]]] = {
    Step.REGISTER: (ConsentKind.SERVICE_AGREEMENT, ConsentKind.PRIVACY_POLICY),
    Step.BIND_CARD: (ConsentKind.IDENTITY_VERIFICATION, ConsentKind.CARD_DEBIT_AUTHORISATION),
    Step.APPLY_FOR_CREDIT: (
        ConsentKind.SERVICE_AGREEMENT,
        ConsentKind.PRIVACY_POLICY,
        ConsentKind.BUREAU_QUERY,
    ),
}

LABELS: Final[Mapping[ConsentKind, str]] = {
    ConsentKind.SERVICE_AGREEMENT: _("Service agreement"),
    ConsentKind.PRIVACY_POLICY: _("Privacy policy"),
    ConsentKind.IDENTITY_VERIFICATION: _("Identity verification"),
    ConsentKind.BUREAU_QUERY: _("Credit bureau query"),
    ConsentKind.CARD_DEBIT_AUTHORISATION: _("Debits from your card"),
}
