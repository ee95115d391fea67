from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from cards.rails import registry
from cards.rails.base import FourFactors, Payee, PaymentOrder, Rail
from cards.rails.unionpay.rail import UnionPayRail
from core.money import Money
from sandbox import keys

PERSON = FourFactors(
    name="张伟", id_number="110101199003074514", pan="6222020001000000016", phone="13800010001"
)


def make_foreign_rail(settings: Mapping[str, str]) -> Rail:
    """The factory of a pretended package."""
    return UnionPayRail.from_settings(settings)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    keys.make_keys(directory=tmp_path)
    return {"gateway_url": "http://127.0.0.1:9", "keys_dir": str(tmp_path)}


def test_the_built_in_rail_speaks_the_protocol(settings: dict[str, str]) -> None:
    rail = registry.get_rail(name="unionpay", options=settings)
    assert isinstance(rail, Rail)
    assert rail.name == "unionpay"
    assert registry.get_rail(name="unionpay", options=dict(settings)) is rail


def test_an_installed_package_can_bring_a_rail_but_not_replace_ours(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def entry_points(*, group: str, name: str = "") -> EntryPoints:
        value = f"{__name__}:make_foreign_rail"
        found = [EntryPoint(each, value, group) for each in ("foreign", "unionpay")]
        return EntryPoints(entry for entry in found if name in ("", entry.name))

    monkeypatch.setattr(registry, "entry_points", entry_points)
    assert registry.list_rails() == ["foreign", "unionpay"]
    registry.get_rail(name="foreign", options=settings)
    monkeypatch.setattr(EntryPoint, "load", lambda entry: pytest.fail("ours was replaced"))
    registry.get_rail(name="unionpay", options={**settings, "read_timeout": "9"})


def test_a_rail_nobody_has_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="carrier-pigeon"):
        registry.get_rail(name="carrier-pigeon", options={})


def test_nothing_of_a_person_shows_in_a_repr() -> None:
    order = PaymentOrder(
        reference="12345678",
        agreement_no="6235212345",
        amount=Money(1, "CNY"),
        sent_at=datetime(2026, 1, 1, tzinfo=UTC),
        notify_url="http://127.0.0.1:9",
    )
    shown = repr([PERSON, Payee(name=PERSON.name, pan=PERSON.pan), order])
    for secret in (PERSON.name, PERSON.id_number, PERSON.pan, PERSON.phone, "6235212345"):
        assert secret not in shown
