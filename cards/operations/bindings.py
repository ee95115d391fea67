"""Binding a card: four-factor verification and an agreement signed by SMS (快捷支付)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain.consents import REQUIRED, Step
from accounts.domain.messages import MessageKind
from accounts.operations import (
    record_four_factor_verified,
    require_consents,
    send_message,
)
from accounts.operations.phones import read_phone
from accounts.queries import FourFactors as FourFactorsOnFile
from accounts.queries import get_four_factors
from cards.domain.states import BINDING, BindingEvent, BindingState
from cards.models import BindingHold, CardBinding
from cards.operations.rails import rail_named
from cards.operations.vault import read_pan, store_card
from cards.queries import card_words
from cards.rails.base import FourFactors, SignOrder, SignOutcome, SignStatus
from core.errors import Conflict, InvalidInput, NotFound, Refused, TooManyRequests, Unavailable
from core.locks import lock_name, lock_row
from core.outbox import publish

DEFAULT_RAIL: Final = "unionpay"
CODE_VALID: Final = timedelta(minutes=10)
MAX_WRONG_CODES: Final = 5
MAX_STARTS_A_DAY: Final = 10

_OPEN = (BindingState.PENDING_SMS, BindingState.ACTIVE, BindingState.SUSPENDED)


def new_reference() -> str:
    """An order number for the rails: 24 capital letters and digits, random."""
    return "K" + secrets.token_hex(12).upper()[:23]


def _apply(binding: CardBinding, event: BindingEvent) -> None:
    binding.state = BINDING.next(BindingState(binding.state), event)


def _create(
    person: FourFactorsOnFile, *, user_id: UUID, pan_text: str, phone: str, now: datetime
) -> CardBinding:
    """The row under whose reference the bank will be asked."""
    lock_name(name=f"bindings:{user_id}")
    mine = CardBinding.objects.filter(user_id=user_id)
    if mine.filter(sent_at__gt=now - timedelta(days=1)).count() >= MAX_STARTS_A_DAY:
        raise TooManyRequests
    card = store_card(pan_text=pan_text, now=now)
    earlier = mine.filter(card=card, state__in=_OPEN).select_for_update().first()
    if earlier is not None:
        if earlier.state != BindingState.PENDING_SMS:
            raise Conflict(
                code="card-already-bound",
                message=_("This card is already bound."),
                fields={"card_number": [_("This card is already bound.")]},
            )
        _apply(earlier, BindingEvent.REJECT)
        earlier.ended_at = now
        earlier.save()
    return CardBinding.objects.create(
        user_id=user_id,
        card=card,
        rail=DEFAULT_RAIL,
        phone=phone,
        identity_fingerprint=person.fingerprint,
        state=BINDING.initial,
        reference=new_reference(),
        sent_at=now,
    )


def _order(binding: CardBinding) -> SignOrder:
    person = get_four_factors(user_id=binding.user_id)
    if person.fingerprint != binding.identity_fingerprint:
        raise Conflict(code="binding-ended", message=_("This binding has ended. Start again."))
    factors = FourFactors(
        name=person.name,
        id_number=person.id_number,
        pan=read_pan(card=binding.card),
        phone=binding.phone or "",
    )
    return SignOrder(reference=binding.reference, factors=factors, sent_at=binding.sent_at)


def start_binding(
    *, user_id: UUID, card_number: str, phone: str | None, now: datetime
) -> CardBinding:
    """Ask the bank to verify the four factors and to send its SMS code.

    `phone` is the number the bank knows; None means the login phone. Raises InvalidInput
    (`card_number`), Refused (consents or identity missing, the bank's no), Conflict (bound
    already), TooManyRequests, Unavailable (the bank did not answer).
    """
    require_consents(user_id=user_id, kinds=REQUIRED[Step.BIND_CARD])
    person = get_four_factors(user_id=user_id)
    reserved = read_phone(phone) if phone else person.phone
    with transaction.atomic():
        binding = _create(person, user_id=user_id, pan_text=card_number, phone=reserved, now=now)
    outcome = rail_named(binding.rail).sign(order=_order(binding))
    if outcome.status is SignStatus.SMS_SENT:
        return binding
    _close(binding_id=binding.pk, outcome=outcome, now=now)
    if outcome.status is SignStatus.UNKNOWN:
        raise Unavailable
    raise Refused(
        code="card-refused",
        message=_(
            "The bank did not accept these details. Check the card number and the phone number "
            "you left with the bank; the card must be your own."
        ),
    )


def resend_code(*, user_id: UUID, binding_id: UUID, now: datetime) -> CardBinding:
    """Start the same card's binding anew, so that the bank sends another code.

    The old attempt ends. Raises NotFound, Conflict (`binding-ended`), and what `start_binding` raises.
    """
    earlier = (
        CardBinding.objects.select_related("card").filter(pk=binding_id, user_id=user_id).first()
    )
    if earlier is None:
        raise NotFound
    if earlier.state != BindingState.PENDING_SMS:
        raise Conflict(code="binding-ended", message=_("This binding has ended. Start again."))
    return start_binding(
        user_id=user_id, card_number=read_pan(card=earlier.card), phone=earlier.phone, now=now
    )


def _close(*, binding_id: UUID, outcome: SignOutcome, now: datetime) -> None:
    with transaction.atomic():
        binding = lock_row(CardBinding, pk=binding_id)
        if binding.state == BindingState.PENDING_SMS:
            _apply(binding, BindingEvent.REJECT)
            binding.code, binding.ended_at = outcome.code, now
            binding.save()


def _check_confirmable(*, user_id: UUID, binding_id: UUID, now: datetime) -> CardBinding:
    """The binding, if a code may be tried on it. Raises NotFound, Conflict or InvalidInput."""
    binding = CardBinding.objects.select_related("card").filter(pk=binding_id, user=user_id).first()
    if binding is None:
        raise NotFound
    if binding.state == BindingState.PENDING_SMS:
        if now > binding.sent_at + CODE_VALID:
            raise InvalidInput.field(
                "code", _("This code has expired. Ask for a new one."), code="code-expired"
            )
    elif binding.state != BindingState.ACTIVE:
        raise Conflict(code="binding-ended", message=_("This binding has ended. Start again."))
    return binding


def confirm_binding(*, user_id: UUID, binding_id: UUID, code: str, now: datetime) -> CardBinding:
    """Open the agreement with the bank's SMS code; repeating a confirmed one returns it.

    Raises NotFound, InvalidInput (`code`), Conflict (ended), Unavailable (the bank did not
    answer: the same call may be repeated).
    """
    binding = _check_confirmable(user_id=user_id, binding_id=binding_id, now=now)
    if binding.state == BindingState.ACTIVE:
        return binding
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        raise InvalidInput.field("code", _("The code has six digits."), code="code-wrong")
    rail = rail_named(binding.rail)
    outcome = rail.confirm_sign(order=_order(binding), sms_code=code)
    if outcome.status is not SignStatus.SIGNED:
        # No answer, or a good code that the same request, sent twice, has just used up.
        opened = rail.query_sign(reference=binding.reference, sent_at=binding.sent_at)
        if outcome.status is SignStatus.UNKNOWN or opened.status is SignStatus.SIGNED:
            outcome = opened
    if outcome.status is SignStatus.UNKNOWN:
        raise Unavailable
    if outcome.status is not SignStatus.SIGNED:
        _count_wrong_code(binding_id=binding.pk, outcome=outcome, now=now)
        raise InvalidInput.field(
            "code", _("The code is wrong or no longer valid."), code="code-wrong"
        )
    try:
        return _activate(binding_id=binding.pk, outcome=outcome, now=now)
    except Conflict:
        # Another account is this person, or the declaration was changed meanwhile.
        _give_back(binding_id=binding.pk, outcome=outcome, now=now)
        raise


def _count_wrong_code(*, binding_id: UUID, outcome: SignOutcome, now: datetime) -> None:
    with transaction.atomic():
        binding = lock_row(CardBinding, pk=binding_id)
        if binding.state != BindingState.PENDING_SMS:
            return
        binding.wrong_codes += 1
        binding.code = outcome.code
        if binding.wrong_codes >= MAX_WRONG_CODES:
            _apply(binding, BindingEvent.REJECT)
            binding.ended_at = now
        binding.save()


def _activate(*, binding_id: UUID, outcome: SignOutcome, now: datetime) -> CardBinding:
    with transaction.atomic():
        owner = CardBinding.objects.values_list("user_id", flat=True).get(pk=binding_id)
        lock_name(name=f"bindings:{owner}")
        binding = lock_row(CardBinding, pk=binding_id)
        if binding.state == BindingState.ACTIVE:
            return binding
        _apply(binding, BindingEvent.SIGN)
        binding.agreement_no = outcome.agreement_no
        binding.valid_until, binding.bound_at, binding.code = outcome.valid_until, now, ""
        binding.is_default = not CardBinding.objects.filter(
            user_id=binding.user_id, is_default=True
        ).exists()
        binding.save()
        record_four_factor_verified(
            user_id=binding.user_id,
            fingerprint=binding.identity_fingerprint,
            evidence=f"card:{binding.pk}",
            now=now,
        )
        send_message(
            user_id=binding.user_id,
            kind=MessageKind.CARD_BOUND,
            params=card_words(binding.card),
            key=f"card_bound:{binding.pk}",
            now=now,
        )
        return binding


def _give_back(*, binding_id: UUID, outcome: SignOutcome, now: datetime) -> None:
    """End an agreement that the bank has signed and we cannot use."""
    with transaction.atomic():
        binding = lock_row(CardBinding, pk=binding_id)
        if binding.state == BindingState.PENDING_SMS:
            _apply(binding, BindingEvent.REJECT)
            binding.agreement_no, binding.ended_at = outcome.agreement_no, now
            binding.save()
            _tell_bank(binding, now=now)


def _tell_bank(binding: CardBinding, *, now: datetime) -> None:
    publish(
        name="card.unbound",
        key=str(binding.pk),
        payload={"binding_id": str(binding.pk)},
        now=now,
    )


def _own_active(*, user_id: UUID, binding_id: UUID) -> CardBinding:
    lock_name(name=f"bindings:{user_id}")
    binding = lock_row(CardBinding, pk=binding_id)
    if binding.user_id != user_id:
        raise NotFound
    return binding


def set_default_binding(*, user_id: UUID, binding_id: UUID) -> None:
    """Make a card the one money goes to. Raises NotFound, Conflict (not active)."""
    with transaction.atomic():
        binding = _own_active(user_id=user_id, binding_id=binding_id)
        if binding.state != BindingState.ACTIVE:
            raise Conflict(code="card-not-active", message=_("This card is not active."))
        CardBinding.objects.filter(user_id=user_id, is_default=True).update(is_default=False)
        binding.is_default = True
        binding.save(update_fields=["is_default"])


def unbind_card(*, user_id: UUID, binding_id: UUID, now: datetime) -> None:
    """End the agreement here at once and at the bank through the outbox; repeating is harmless.

    Raises NotFound, Conflict (`card-needed`: a loan still relies on it).
    """
    with transaction.atomic():
        binding = _own_active(user_id=user_id, binding_id=binding_id)
        if binding.state == BindingState.UNBOUND:
            return
        if binding.holds.filter(released_at__isnull=True).exists():
            raise Conflict(
                code="card-needed",
                message=_("A loan is repaid from this card. Repay the loan first."),
            )
        was_default = binding.is_default
        _apply(binding, BindingEvent.UNBIND)
        binding.is_default, binding.ended_at = False, now
        binding.save()
        if was_default:
            _promote_another(user_id=user_id)
        _tell_bank(binding, now=now)


def _promote_another(*, user_id: UUID) -> None:
    other = (
        CardBinding.objects.filter(user_id=user_id, state=BindingState.ACTIVE)
        .order_by("-bound_at")
        .first()
    )
    if other is not None:
        other.is_default = True
        other.save(update_fields=["is_default"])


def end_agreement(*, binding_id: UUID, now: datetime) -> None:
    """Tell the bank that an unbound card's agreement ended. Raises Unavailable: try again."""
    binding = CardBinding.objects.get(pk=binding_id)
    outcome = rail_named(binding.rail).unsign(
        reference=new_reference(), agreement_no=binding.agreement_no or "", sent_at=now
    )
    if outcome.status is not SignStatus.UNSIGNED:
        raise Unavailable


def hold_binding(*, binding_id: UUID, source_type: str, source_id: UUID, now: datetime) -> None:
    """Keep a card from being unbound while `source` needs it; repeating is harmless.

    Its row is locked, so that what the caller then reads of it stays true. Raises NotFound.
    """
    lock_row(CardBinding, pk=binding_id)
    BindingHold.objects.get_or_create(
        binding_id=binding_id,
        source_type=source_type,
        source_id=source_id,
        released_at=None,
        defaults={"placed_at": now},
    )


def release_binding(*, source_type: str, source_id: UUID, now: datetime) -> None:
    """Let go of every card that `source` held."""
    BindingHold.objects.filter(
        source_type=source_type, source_id=source_id, released_at__isnull=True
    ).update(released_at=now)
