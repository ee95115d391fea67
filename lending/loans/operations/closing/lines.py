"""Credit lines whose time is over."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core.locks import lock_row
from lending.loans.domain.states import LINE, LineEvent, LineState
from lending.loans.models import CreditLine


def expire_lines(*, today: date) -> int:
    """End every line whose validity has passed. Loans drawn from it run on. Returns how many."""
    ended = 0
    rows = CreditLine.objects.filter(
        state__in=[LineState.ACTIVE, LineState.FROZEN], valid_until__lt=today
    )
    for pk in rows.order_by("id").values_list("pk", flat=True):
        with transaction.atomic():
            line = lock_row(CreditLine, pk=pk)
            if LINE.allows(LineState(line.state), LineEvent.EXPIRE):
                line.state = LINE.next(LineState(line.state), LineEvent.EXPIRE)
                line.save(update_fields=["state"])
                ended += 1
    return ended
