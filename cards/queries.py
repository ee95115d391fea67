"""Reads: cards as their owner sees them, payments as everybody above does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language

from cards.domain.pans import mask_pan
from cards.domain.states import OPEN_PAYMENTS, BindingState, Direction, PaymentState
from cards.models import CardBin, CardBinding, Payment, VaultedCard
from core.errors import NotFound
from core.money import Money


@dataclass(frozen=True, kw_only=True)
class CardView:
    """A bound card, masked."""

    id: UUID
    issuer: str
    words: Mapping[str, str]
    kind: str
    last4: str
    masked: str
    state: str
    is_default: bool
    sent_at: datetime
    bound_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PaymentView:
    """A movement of money and how far it has come."""

    id: UUID
    user_id: UUID
    direction: Direction
    source_type: str
    source_id: UUID
    binding_id: UUID
    amount: Money
    state: PaymentState
    reference: str
    bank_reference: str
    response_class: str
    created_at: datetime
    settled_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_PAYMENTS


def issuer_name(row: CardBin) -> str:
    """The bank, in the language of the reader."""
    return row.issuer_en if (get_language() or "").startswith("en") else row.issuer_zh


def card_words(card: VaultedCard) -> dict[str, str]:
    """How a message names a card: the bank in both languages, and the last four digits."""
    return {"bank": card.bin.issuer_zh, "bank_en": card.bin.issuer_en, "last4": card.last4}


def _card_view(row: CardBinding) -> CardView:
    issuer = row.card.bin
    return CardView(
        id=row.pk,
        issuer=issuer_name(issuer),
        words=card_words(row.card),
        kind=issuer.kind,
        last4=row.card.last4,
        masked=mask_pan(last4=row.card.last4),
        state=row.state,
        is_default=row.is_default,
        sent_at=row.sent_at,
        bound_at=row.bound_at,
    )


def list_cards(*, user_id: UUID) -> tuple[CardView, ...]:
    """Active and suspended cards, the default first."""
    rows = CardBinding.objects.filter(
        user_id=user_id, state__in=[BindingState.ACTIVE, BindingState.SUSPENDED]
    ).select_related("card__bin")
    return tuple(_card_view(row) for row in rows.order_by("-is_default", "-bound_at")[:50])


def get_card(*, user_id: UUID, binding_id: UUID) -> CardView:
    """One of the user's own bindings in any state. Raises NotFound."""
    row = (
        CardBinding.objects.filter(pk=binding_id, user_id=user_id)
        .select_related("card__bin")
        .first()
    )
    if row is None:
        raise NotFound
    return _card_view(row)


def list_cards_by_id(*, binding_ids: Collection[UUID]) -> dict[UUID, CardView]:
    """Bindings by id, whoever they are of: for the lender's own letters to their owners."""
    rows = CardBinding.objects.filter(pk__in=binding_ids).select_related("card__bin")
    return {row.pk: _card_view(row) for row in rows}


def get_default_card(*, user_id: UUID) -> CardView | None:
    """Where money goes unless the borrower says otherwise."""
    row = (
        CardBinding.objects.filter(user_id=user_id, is_default=True)
        .select_related("card__bin")
        .first()
    )
    return None if row is None else _card_view(row)


def list_card_bins() -> tuple[CardBin, ...]:
    """The banks whose cards can be bound."""
    return tuple(CardBin.objects.order_by("issuer", "prefix")[:500])


def _payment_view(row: Payment) -> PaymentView:
    return PaymentView(
        id=row.pk,
        user_id=row.user_id,
        direction=Direction(row.direction),
        source_type=row.source_type,
        source_id=row.source_id,
        binding_id=row.binding_id,
        amount=Money(row.amount, row.currency),
        state=PaymentState(row.state),
        reference=row.reference,
        bank_reference=row.bank_reference,
        response_class=row.response_class,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )


def get_payment(*, payment_id: UUID) -> PaymentView:
    """One payment. Raises NotFound."""
    row = Payment.objects.filter(pk=payment_id).first()
    if row is None:
        raise NotFound
    return _payment_view(row)
