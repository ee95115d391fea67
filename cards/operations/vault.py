"""The vault: the one module that writes a card number or reads it back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cards.domain.pans import InvalidPan, normalise_pan
from cards.models import CardBin, VaultedCard
from core.crypto import blind_index
from core.errors import InvalidInput


def identify_issuer(*, pan: str) -> CardBin:
    """The issuer by the longest matching prefix. Raises InvalidInput on `card_number`."""
    prefixes = [pan[:length] for length in range(4, 11)]
    found = CardBin.objects.filter(prefix__in=prefixes, length=len(pan))
    best = max(found, key=lambda row: len(row.prefix), default=None)
    if best is None:
        raise InvalidInput.field(
            "card_number", _("Cards of this bank cannot be bound yet."), code="unsupported-card"
        )
    return best


def store_card(*, pan_text: str, now: datetime) -> VaultedCard:
    """Check a typed card number and keep it once. Raises InvalidInput on `card_number`."""
    try:
        pan = normalise_pan(text=pan_text)
    except InvalidPan:
        raise InvalidInput.field(
            "card_number", _("This is not a valid card number."), code="invalid-card-number"
        ) from None
    issuer = identify_issuer(pan=pan)
    card, _created = VaultedCard.objects.get_or_create(
        pan_index=blind_index(text=pan, purpose="pan"),
        defaults={"pan": pan, "last4": pan[-4:], "bin": issuer, "created_at": now},
    )
    return card


def read_pan(*, card: VaultedCard) -> str:
    """The number, for one message to the bank. Never log, store or return it to a person."""
    return card.pan or ""
