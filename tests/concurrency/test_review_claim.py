"""Two officers take one review in the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

import pytest
from django.db import connections, models

from core.errors import Conflict
from core.locks import lock_row
from risk.models import Review
from risk.operations import claim_review, reviews
from tests.fixtures.risk import NOW, make_user, refer

M = TypeVar("M", bound=models.Model)

pytestmark = pytest.mark.django_db(transaction=True)


def _plain_get(model: type[M], *, pk: UUID) -> M:
    return model._default_manager.get(pk=pk)


def _race(monkeypatch: pytest.MonkeyPatch, read: Callable[..., models.Model]) -> list[str]:
    """Both threads enter, read through `read`, and neither writes before both could have read."""
    review_id = refer().pk
    meeting = threading.Barrier(2)

    def read_and_meet(model: type[M], *, pk: UUID) -> models.Model:
        row = read(model, pk=pk)
        with suppress(threading.BrokenBarrierError):  # under the lock the other cannot come here
            meeting.wait(timeout=1.5)
        return row

    monkeypatch.setattr(reviews, "lock_row", read_and_meet)
    results: list[str] = []

    def take(officer_id: UUID) -> None:
        try:
            claim_review(review_id=review_id, officer_id=officer_id, now=NOW)
            results.append("won")
        except Conflict as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(make_user(kind="STAFF"),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert Review.objects.get(pk=review_id).claimed_by_id is not None
    return sorted(results)


def test_without_the_lock_both_would_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """The race is real: this is what the lock is for."""
    assert _race(monkeypatch, _plain_get) == ["won", "won"]


def test_with_the_lock_exactly_one_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _race(monkeypatch, lock_row) == ["review-taken", "won"]
