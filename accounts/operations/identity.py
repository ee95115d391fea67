"""Who a person is: declared by the person, confirmed by the bank (four factors)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain.idnumbers import IdNumber, NumberError, age_on, parse_id_number
from accounts.domain.names import PersonNameError, parse_name
from accounts.domain.states import IDENTITY, IdentityEvent, IdentityState
from accounts.models import Identity, User
from accounts.queries import identity_fingerprint
from core.audit import record
from core.clock import local_date
from core.crypto import blind_index
from core.errors import Conflict, InvalidInput, NotFound, Refused, Text
from core.locks import lock_name, lock_row

ADULT: Final = 18  # full civil capacity: Civil Code art. 17, 18


def _read(*, name: str, id_number: str, now: datetime) -> tuple[str, IdNumber]:
    """Both in their one spelling. Raises InvalidInput, or Refused (`under-age`)."""
    faults: dict[str, list[Text]] = {}
    person, number = "", None
    try:
        person = parse_name(name)
    except PersonNameError:
        faults["name"] = [_("Enter your name as on your identity card.")]
    try:
        number = parse_id_number(id_number, today=local_date(now=now))
    except NumberError:
        faults["id_number"] = [_("Check the ID number: 18 characters, as on your identity card.")]
    if faults or number is None:
        raise InvalidInput(fields=faults)
    if age_on(birth_date=number.birth_date, as_of=local_date(now=now)) < ADULT:
        text = _("You must be at least 18 years old.")
        raise Refused(code="under-age", message=text, fields={"id_number": [text]})
    return person, number


def declare_identity(*, user_id: UUID, name: str, id_number: str, now: datetime) -> None:
    """Record who the borrower says to be; the same again changes nothing.

    Raises InvalidInput (`name`, `id_number`), Refused (`under-age`), Conflict
    (`identity-verified`: a confirmed identity is not exchanged), NotFound.
    """
    person, number = _read(name=name, id_number=id_number, now=now)
    with transaction.atomic():
        user = lock_row(User, pk=user_id)
        if user.registered_at is None:
            raise NotFound
        row = Identity.objects.select_for_update().filter(user=user).first()
        if row is None:
            row = Identity(user=user, state=IDENTITY.initial)
        elif (row.name, row.id_number) == (person, number.text) and (
            row.state != IdentityState.REJECTED
        ):
            return
        elif not IDENTITY.allows(IdentityState(row.state), IdentityEvent.DECLARE):
            raise Conflict(
                code="identity-verified",
                message=_("Your identity is confirmed already and cannot be changed."),
            )
        else:
            row.state = IDENTITY.next(IdentityState(row.state), IdentityEvent.DECLARE)
        row.name, row.id_number, row.birth_date = person, number.text, number.birth_date
        row.id_index = blind_index(text=number.text, purpose="id-number")
        row.declared_at, row.evidence = now, ""
        row.save()
        record(actor=str(user_id), action="identity.declared", subject=f"user:{user_id}", now=now)


def _lock_declared(*, user_id: UUID, fingerprint: str) -> Identity:
    """The identity the bank was asked about. Raises NotFound, Conflict (`identity-changed`)."""
    row = Identity.objects.select_for_update().filter(user_id=user_id).first()
    if row is None:
        raise NotFound
    now_declared = identity_fingerprint(name=row.name or "", id_number=row.id_number or "")
    if now_declared != fingerprint:
        raise Conflict(
            code="identity-changed",
            message=_("Your name or ID number was changed meanwhile. Please start again."),
        )
    return row


def record_four_factor_verified(
    *, user_id: UUID, fingerprint: str, evidence: str, now: datetime
) -> None:
    """The bank confirmed the declaration with this `FourFactors.fingerprint`; again is harmless.

    `evidence` names the proof ("card:<binding id>"). Raises NotFound, Conflict: `identity-changed`
    (declared anew while the bank was asked), `identity-taken` (another user is this person),
    `wrong-state`.
    """
    with transaction.atomic():
        row = _lock_declared(user_id=user_id, fingerprint=fingerprint)
        if row.state == IdentityState.VERIFIED:
            return
        lock_name(name=f"identity:{row.id_index}")
        verified = Identity.objects.filter(id_index=row.id_index, state=IdentityState.VERIFIED)
        if verified.exists():
            raise Conflict(
                code="identity-taken",
                message=_("You already have an account with another phone number. Log in there."),
            )
        row.state = IDENTITY.next(IdentityState(row.state), IdentityEvent.VERIFY)
        row.verified_at, row.evidence = now, evidence
        row.save()
        subject = f"user:{user_id}"
        data = {"evidence": evidence}
        record(actor="system", action="identity.verified", subject=subject, now=now, data=data)


def record_four_factor_rejected(
    *, user_id: UUID, fingerprint: str, evidence: str, now: datetime
) -> None:
    """The bank said name and number do not belong together; the person declares them anew.

    Raises NotFound, Conflict (`identity-changed`). A verified identity stays as it is.
    """
    with transaction.atomic():
        row = _lock_declared(user_id=user_id, fingerprint=fingerprint)
        if row.state != IdentityState.DECLARED:
            return
        row.state = IDENTITY.next(IdentityState(row.state), IdentityEvent.REJECT)
        row.evidence = evidence
        row.save()
        subject = f"user:{user_id}"
        data = {"evidence": evidence}
        record(actor="system", action="identity.rejected", subject=subject, now=now, data=data)
