"""Binding cards and moving money, against the real sandbox bank."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import translation
from pytest_django import Settings

from accounts.domain.states import IdentityState
from accounts.operations import declare_identity
from accounts.queries import get_borrower, list_messages
from cards.domain.states import BindingState, Direction, PaymentState
from cards.models import CardBinding, Payment, VaultedCard
from cards.operations import (
    confirm_binding,
    create_payment,
    hold_binding,
    query_payment,
    receive_notification,
    release_binding,
    resend_code,
    set_default_binding,
    start_binding,
    submit_payment,
    unbind_card,
)
from cards.operations.bindings import CODE_VALID, MAX_STARTS_A_DAY, MAX_WRONG_CODES
from cards.operations.payments import RESEND_AFTER
from cards.queries import get_default_card, list_cards
from cards.rails.base import ForgedNotification
from core.errors import Conflict, InvalidInput, NotFound, Refused, TooManyRequests, Unavailable
from core.models import OutboxDelivery
from core.money import Money
from tests.fixtures.house import House, Person
from tests.outbox import run_outbox

pytestmark = pytest.mark.django_db


def start(house: House, person: Person, pan: str | None = None) -> UUID:
    return start_binding(
        user_id=person.id, card_number=pan or person.pan, phone=None, now=house.now
    ).pk


def confirm(house: House, person: Person, binding_id: UUID, code: str) -> CardBinding:
    return confirm_binding(user_id=person.id, binding_id=binding_id, code=code, now=house.now)


def second_card(house: House, person: Person) -> str:
    """Another card of the same person at the bank."""
    account = house.bank.create_account(
        name=person.name, id_number=person.id_number, phone=person.phone
    )
    pan: str = account["pan"]
    return pan


# --- binding -----------------------------------------------------------------------------------


def test_binding_verifies_the_person_and_keeps_no_plain_number(house: House) -> None:
    person = house.person()
    assert get_borrower(user_id=person.id).identity_state == IdentityState.DECLARED
    house.bind(person)
    assert get_borrower(user_id=person.id).identity_state == IdentityState.VERIFIED
    card = get_default_card(user_id=person.id)
    assert card is not None
    assert card.last4 == person.pan[-4:]
    assert [m.kind for m in list_messages(user_id=person.id).items] == ["card_bound"]
    with connection.cursor() as cursor:
        for table in ("cards_vaultedcard", "cards_cardbinding", "core_outboxevent"):
            cursor.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{person.pan}%"]
            )
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("pan", "code"),
    [
        ("6222020001000000017", "invalid-card-number"),
        ("4111111111111111", "unsupported-card"),
        ("", "invalid-card-number"),
        ("6222 0200", "invalid-card-number"),
        ("六二二二", "invalid-card-number"),
        ("9" * 40, "invalid-card-number"),
    ],
)
def test_numbers_that_are_no_card_of_ours(house: House, pan: str, code: str) -> None:
    person = house.person()
    with pytest.raises(InvalidInput) as refused:
        start(house, person, pan or " ")
    assert refused.value.code == code
    assert "card_number" in refused.value.fields
    assert not CardBinding.objects.exists()
    assert not VaultedCard.objects.exists()


def test_somebody_elses_card_is_refused_by_the_bank(house: House) -> None:
    person, other = house.person(), house.person()
    with pytest.raises(Refused) as refused:
        start(house, person, other.pan)
    assert refused.value.code == "card-refused"
    assert list_cards(user_id=person.id) == ()
    assert get_borrower(user_id=person.id).identity_state == IdentityState.DECLARED


def test_codes_that_do_not_open_an_agreement(house: House) -> None:
    person, other = house.person(), house.person()
    old = start(house, person)
    old_code = house.bank.sms_code(to=person.phone)
    binding_id = start(house, person)
    code = house.bank.sms_code(to=person.phone)
    start(house, other)
    foreign = house.bank.sms_code(to=other.phone)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for bad in (wrong, "12345", "abcdef", "１２３４５６", "", *({foreign} - {code})):
        with pytest.raises(InvalidInput) as refused:
            confirm(house, person, binding_id, bad)
        assert "code" in refused.value.fields
    with pytest.raises(Conflict):
        confirm(house, person, old, old_code)
    with pytest.raises(NotFound):
        confirm(house, other, binding_id, code)
    assert list_cards(user_id=person.id) == ()
    assert confirm(house, person, binding_id, code).state == BindingState.ACTIVE
    assert confirm(house, person, binding_id, code).state == BindingState.ACTIVE


def test_a_code_grows_old(house: House) -> None:
    person = house.person()
    binding_id = start(house, person)
    code = house.bank.sms_code(to=person.phone)
    late = house.now + CODE_VALID + timedelta(seconds=1)
    with pytest.raises(InvalidInput) as refused:
        confirm_binding(user_id=person.id, binding_id=binding_id, code=code, now=late)
    assert refused.value.code == "code-expired"


def test_guessing_ends_the_attempt(house: House) -> None:
    person = house.person()
    binding_id = start(house, person)
    code = house.bank.sms_code(to=person.phone)
    for number in range(MAX_WRONG_CODES):
        with pytest.raises(InvalidInput):
            confirm(house, person, binding_id, f"{(int(code) + 1 + number) % 10**6:06d}")
    with pytest.raises(Conflict):
        confirm(house, person, binding_id, code)
    assert CardBinding.objects.get().state == BindingState.FAILED


def test_attempts_a_day_are_limited(house: House) -> None:
    person, other = house.person(), house.person()
    for _ in range(MAX_STARTS_A_DAY):
        with pytest.raises(Refused):
            start(house, person, other.pan)
    with pytest.raises(TooManyRequests):
        start(house, person)


def test_when_the_bank_does_not_know_the_code_may_be_tried_again(house: House) -> None:
    person = house.person()
    binding_id = start(house, person)
    code = house.bank.sms_code(to=person.phone)
    house.bank.fault(name="respond_code", argument={"code": "05"}, txn_type="79")
    with pytest.raises(Unavailable):
        confirm(house, person, binding_id, code)
    assert CardBinding.objects.get().state == BindingState.PENDING_SMS
    assert confirm(house, person, binding_id, code).state == BindingState.ACTIVE


def test_two_cards_and_one_default(house: House) -> None:
    person = house.person()
    first = house.bind(person)
    pan = second_card(house, person)
    second = start(house, person, pan)
    confirm(house, person, second, house.bank.sms_code(to=person.phone))
    default = get_default_card(user_id=person.id)
    assert default is not None
    assert default.id == first
    set_default_binding(user_id=person.id, binding_id=second)
    assert [card.id for card in list_cards(user_id=person.id)] == [second, first]
    with pytest.raises(Conflict) as refused:
        start(house, person, pan)
    assert refused.value.code == "card-already-bound"
    unbind_card(user_id=person.id, binding_id=second, now=house.now)
    default = get_default_card(user_id=person.id)
    assert default is not None
    assert default.id == first


def test_a_card_a_loan_needs_stays(house: House) -> None:
    person, source = house.person(), uuid4()
    binding_id = house.bind(person)
    hold_binding(binding_id=binding_id, source_type="loan", source_id=source, now=house.now)
    with pytest.raises(Conflict) as refused:
        unbind_card(user_id=person.id, binding_id=binding_id, now=house.now)
    assert refused.value.code == "card-needed"
    assert len(list_cards(user_id=person.id)) == 1
    release_binding(source_type="loan", source_id=source, now=house.now)
    unbind_card(user_id=person.id, binding_id=binding_id, now=house.now)
    unbind_card(user_id=person.id, binding_id=binding_id, now=house.now)
    run_outbox()
    assert list_cards(user_id=person.id) == ()
    house.bind(person)


def test_only_ones_own_cards(house: House) -> None:
    person, stranger = house.person(), house.person()
    binding_id = house.bind(person)
    with pytest.raises(NotFound):
        unbind_card(user_id=stranger.id, binding_id=binding_id, now=house.now)
    with pytest.raises(NotFound):
        set_default_binding(user_id=stranger.id, binding_id=binding_id)
    assert len(list_cards(user_id=person.id)) == 1


# --- payments ----------------------------------------------------------------------------------


def pay(house: House, person: Person, *, direction: Direction, amount: int = 10_000) -> UUID:
    assert person.binding_id is not None
    return create_payment(
        key=str(uuid4()),
        direction=direction,
        source_type="test",
        source_id=uuid4(),
        binding_id=person.binding_id,
        amount=Money(amount, "CNY"),
        purpose="test",
        now=house.now,
    )


@pytest.fixture
def person(house: House) -> Person:
    somebody = house.person(balance=50_000)
    house.bind(somebody)
    return somebody


@pytest.mark.parametrize(
    ("direction", "change"), [(Direction.OUT, 10_000), (Direction.IN, -10_000)]
)
def test_money_moves_once_and_a_query_says_so(
    house: House, person: Person, direction: Direction, change: int
) -> None:
    payment_id = pay(house, person, direction=direction)
    submit_payment(payment_id=payment_id, now=house.now)
    submit_payment(payment_id=payment_id, now=house.now)
    assert Payment.objects.get().state == PaymentState.SUBMITTED
    house.settle()
    payment = Payment.objects.get()
    assert payment.state == PaymentState.SUCCEEDED
    assert payment.settled_at is not None
    assert house.bank.balance(pan=person.pan) == 50_000 + change
    assert len(house.bank.trades(order_id=payment.reference)) == 1


def test_too_little_money_fails_for_certain(house: House, person: Person) -> None:
    pay(house, person, direction=Direction.IN, amount=50_001)
    house.settle()
    payment = Payment.objects.get()
    assert (payment.state, payment.code) == (PaymentState.FAILED, "64")
    assert house.bank.balance(pan=person.pan) == 50_000


def quick_rail(settings: Settings) -> None:
    """A rail that gives up on an answer after a second."""
    options = {**settings.RAILS["unionpay"], "read_timeout": "1"}
    settings.RAILS = {"unionpay": options}


def test_a_time_out_after_effect_is_found_out(
    house: House, person: Person, settings: Settings
) -> None:
    quick_rail(settings)
    house.bank.fault(name="timeout_after_effect", txn_type="12")
    payment_id = pay(house, person, direction=Direction.OUT)
    submit_payment(payment_id=payment_id, now=house.now)
    assert Payment.objects.get().state == PaymentState.UNKNOWN
    house.bank.wait_settled(order_id=Payment.objects.get().reference)
    query_payment(payment_id=payment_id, asked=0, now=house.now)
    payment = Payment.objects.get()
    assert payment.state == PaymentState.SUCCEEDED
    assert house.bank.balance(pan=person.pan) == 60_000
    assert len(house.bank.trades(order_id=payment.reference)) == 1


def test_a_time_out_before_effect_is_sent_again_under_the_same_reference(
    house: House, person: Person, settings: Settings
) -> None:
    quick_rail(settings)
    house.bank.fault(name="timeout_before_effect", txn_type="12")
    payment_id = pay(house, person, direction=Direction.OUT)
    submit_payment(payment_id=payment_id, now=house.now)
    reference = Payment.objects.get().reference
    assert Payment.objects.get().state == PaymentState.UNKNOWN
    query_payment(payment_id=payment_id, asked=0, now=house.now)
    assert house.bank.trades(order_id=reference) == []
    assert Payment.objects.get().state == PaymentState.UNKNOWN
    later = house.now + RESEND_AFTER
    query_payment(payment_id=payment_id, asked=1, now=later)
    house.bank.wait_settled(order_id=reference)
    query_payment(payment_id=payment_id, asked=2, now=later)
    payment = Payment.objects.get()
    assert (payment.state, payment.reference) == (PaymentState.SUCCEEDED, reference)
    assert house.bank.balance(pan=person.pan) == 60_000


def test_a_question_that_was_overtaken_is_not_asked(house: House, person: Person) -> None:
    payment_id = pay(house, person, direction=Direction.OUT)
    submit_payment(payment_id=payment_id, now=house.now)
    query_payment(payment_id=payment_id, asked=0, now=house.now)
    query_payment(payment_id=payment_id, asked=0, now=house.now)
    assert Payment.objects.get().queries == 1


def test_a_payment_needs_an_active_card(house: House, person: Person) -> None:
    assert person.binding_id is not None
    unbind_card(user_id=person.id, binding_id=person.binding_id, now=house.now)
    with pytest.raises(Conflict) as refused:
        pay(house, person, direction=Direction.OUT)
    assert refused.value.code == "card-not-active"
    assert not Payment.objects.exists()


def test_one_key_is_one_payment(house: House, person: Person) -> None:
    assert person.binding_id is not None
    ids = {
        create_payment(
            key="the same",
            direction=Direction.OUT,
            source_type="test",
            source_id=uuid4(),
            binding_id=person.binding_id,
            amount=Money(1, "CNY"),
            purpose="test",
            now=house.now,
        )
        for _ in range(3)
    }
    assert len(ids) == Payment.objects.count() == 1


def test_forged_news_changes_nothing(house: House, person: Person) -> None:
    payment_id = pay(house, person, direction=Direction.OUT)
    submit_payment(payment_id=payment_id, now=house.now)
    reference = Payment.objects.get().reference
    body = f"orderId={reference}&respCode=00&signature=x&signPubKeyCert=x".encode()
    with pytest.raises(ForgedNotification):
        receive_notification(rail_name="unionpay", body=body, headers={}, now=house.now)
    assert Payment.objects.get().state == PaymentState.SUBMITTED
    with pytest.raises(LookupError):
        receive_notification(rail_name="nobody", body=body, headers={}, now=house.now)


def test_a_second_account_of_the_same_person_gets_no_agreement(house: House) -> None:
    person = house.person()
    house.bind(person)
    pan = second_card(house, person)
    other = house.register(phone=f"136{person.phone[3:]}")
    declare_identity(user_id=other.id, name=person.name, id_number=person.id_number, now=house.now)
    binding = start_binding(user_id=other.id, card_number=pan, phone=person.phone, now=house.now)
    code = house.bank.sms_code(to=person.phone)
    with pytest.raises(Conflict) as refused:
        confirm(house, other, binding.pk, code)
    assert refused.value.code == "identity-taken"
    run_outbox()
    binding.refresh_from_db()
    assert binding.state == BindingState.FAILED
    assert list_cards(user_id=other.id) == ()
    assert not OutboxDelivery.objects.filter(done_at__isnull=True).exists()


def test_another_code_is_another_attempt_with_the_same_card(house: House) -> None:
    person, stranger = house.person(), house.person()
    first = start(house, person)
    old = house.bank.sms_code(to=person.phone)
    with pytest.raises(NotFound):
        resend_code(user_id=stranger.id, binding_id=first, now=house.now)
    second = resend_code(user_id=person.id, binding_id=first, now=house.now)
    assert second.pk != first
    with pytest.raises(Conflict):
        confirm(house, person, first, old)
    code = house.bank.sms_code(to=person.phone)
    assert confirm(house, person, second.pk, code).state == BindingState.ACTIVE
    with pytest.raises(Conflict):
        resend_code(user_id=person.id, binding_id=second.pk, now=house.now)
    with translation.override("en"):
        assert "ICBC" in list_messages(user_id=person.id).items[0].body
