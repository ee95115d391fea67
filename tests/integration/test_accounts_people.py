"""Registering, logging in, identity, consents and messages, below the API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts import queries
from accounts.domain.consents import ConsentKind
from accounts.domain.messages import MessageKind, MessageParamsError
from accounts.domain.states import BorrowerKind, CodePurpose, IdentityState, Role
from accounts.models import (
    AccessToken,
    Business,
    Consent,
    ConsentDocument,
    Identity,
    InboxMessage,
    LoginThrottle,
    User,
)
from accounts.operations import (
    ShownDocument,
    create_staff,
    declare_identity,
    grant_consents,
    issue_token,
    login_with_code,
    login_with_password,
    mark_message_read,
    record_four_factor_rejected,
    record_four_factor_verified,
    register,
    require_consents,
    revoke_token,
    send_message,
    send_sms_notice,
    use_token,
    withdraw_consent,
)
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused, TooManyRequests
from core.models import OutboxEvent
from tests.fixtures.accounts import (
    NOW,
    PASSWORD,
    PHONE,
    FakeCarrier,
    id_number,
    register_person,
    send_code,
    uscc,
)
from tests.outbox import run_outbox

pytestmark = pytest.mark.django_db

OTHER_PHONE = "13900139000"


def _register_business(carrier: FakeCarrier, *, phone: str = PHONE, **changes: Any) -> UUID:
    facts = {"legal_name": "北京小铺商贸有限公司", "uscc": uscc(), **changes}
    code = send_code(carrier, phone=phone)
    return register(
        phone=phone, code=code, password=PASSWORD, kind=BorrowerKind.BUSINESS, now=NOW, **facts
    )


def _fingerprint(user_id: UUID) -> str:
    return queries.get_four_factors(user_id=user_id).fingerprint


# Registering


def test_a_business_registers_with_its_licence(carrier: FakeCarrier) -> None:
    user_id = _register_business(carrier, uscc=uscc().lower())
    borrower = queries.get_borrower(user_id=user_id)
    assert borrower.kind is BorrowerKind.BUSINESS
    assert borrower.legal_name == "北京小铺商贸有限公司"
    assert Business.objects.get().uscc == uscc()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uscc": "91350100M000100Y44"}, "uscc"),
        ({"uscc": ""}, "uscc"),
        ({"legal_name": " "}, "legal_name"),
    ],
)
def test_a_bad_licence_registers_nothing(
    carrier: FakeCarrier, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _register_business(carrier, **changes)
    assert list(refusal.value.fields) == [field]
    assert User.objects.get().registered_at is None
    assert not Business.objects.exists()


def test_a_licence_registers_once_and_the_code_stays_good(carrier: FakeCarrier) -> None:
    _register_business(carrier)
    with pytest.raises(InvalidInput) as refusal:
        _register_business(carrier, phone=OTHER_PHONE)
    assert refusal.value.code == "uscc-registered"
    assert User.objects.filter(registered_at__isnull=False).count() == 1
    code = carrier.code(to=OTHER_PHONE)
    kind = BorrowerKind.PERSON
    assert register(phone=OTHER_PHONE, code=code, password=PASSWORD, kind=kind, now=NOW)


@pytest.mark.parametrize("password", ["short1!", "12345678901", "password", "x" * 129])
def test_a_weak_password_is_refused_and_the_code_stays_good(
    carrier: FakeCarrier, password: str
) -> None:
    code = send_code(carrier)
    kind = BorrowerKind.PERSON
    with pytest.raises(InvalidInput) as refusal:
        register(phone=PHONE, code=code, password=password, kind=kind, now=NOW)
    assert list(refusal.value.fields) == ["password"]
    assert User.objects.get().registered_at is None
    assert register(phone=PHONE, code=code, password=PASSWORD, kind=kind, now=NOW)


def test_the_phone_is_encrypted_at_rest(carrier: FakeCarrier) -> None:
    register_person(carrier)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, accounts_user::text FROM accounts_user")
        ((sealed, row),) = cursor.fetchall()
    assert PHONE.encode() not in bytes(sealed)
    assert PHONE not in row


# Logging in


def test_the_right_pair_logs_in_whatever_the_spelling(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    assert login_with_password(phone="+86 138-0013-8000", password=PASSWORD, now=NOW) == user_id


def test_wrong_password_and_unknown_phone_sound_alike(carrier: FakeCarrier) -> None:
    register_person(carrier)
    heard = set()
    for phone in (PHONE, OTHER_PHONE):
        with pytest.raises(InvalidInput) as refusal:
            login_with_password(phone=phone, password="not this one", now=NOW)
        heard.add((refusal.value.code, str(refusal.value.fields)))
    assert len(heard) == 1


@pytest.mark.parametrize("known", [True, False])
def test_guessing_waits_longer_and_longer(carrier: FakeCarrier, known: bool) -> None:
    if known:
        register_person(carrier)
    now = NOW
    for _ in range(5):
        with pytest.raises(InvalidInput):
            login_with_password(phone=PHONE, password="a guess", now=now)
    for wait in (30, 60, 120):
        with pytest.raises(TooManyRequests) as refusal:
            login_with_password(phone=PHONE, password=PASSWORD, now=now)
        assert refusal.value.retry_after == wait
        now += timedelta(seconds=wait)
        with pytest.raises(InvalidInput):
            login_with_password(phone=PHONE, password="a guess", now=now)


def test_the_right_password_ends_the_counting(carrier: FakeCarrier) -> None:
    register_person(carrier)
    for _ in range(4):
        with pytest.raises(InvalidInput):
            login_with_password(phone=PHONE, password="a guess", now=NOW)
    login_with_password(phone=PHONE, password=PASSWORD, now=NOW)
    assert not LoginThrottle.objects.exists()


def test_an_unknown_phone_costs_a_hash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr("accounts.operations.login.make_password", hashed.append)
    with pytest.raises(InvalidInput):
        login_with_password(phone=PHONE, password="anything", now=NOW)
    assert hashed == ["anything"]


def test_a_closed_account_does_not_log_in(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    token = issue_token(user_id=user_id, now=NOW)
    User.objects.filter(pk=user_id).update(is_active=False)
    with pytest.raises(InvalidInput):
        login_with_password(phone=PHONE, password=PASSWORD, now=NOW)
    with pytest.raises(Forbidden):
        issue_token(user_id=user_id, now=NOW)
    assert use_token(token=token, now=NOW) is None


def test_a_code_logs_in_registered_phones_only(carrier: FakeCarrier) -> None:
    later = NOW + timedelta(minutes=2)
    purpose = CodePurpose.LOGIN
    code = send_code(carrier, purpose=purpose)
    with pytest.raises(Conflict) as refusal:
        login_with_code(phone=PHONE, code=code, now=NOW)
    assert refusal.value.code == "phone-not-registered"
    user_id = register_person(carrier, now=later)
    code = send_code(carrier, purpose=purpose, now=later)
    assert login_with_code(phone=PHONE, code=code, now=later) == user_id
    with pytest.raises(InvalidInput):
        login_with_code(phone=PHONE, code=code, now=later)


def test_djangos_authenticate_knows_phone_and_password(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    user = authenticate(None, phone=PHONE, password=PASSWORD)
    assert user is not None
    assert user.pk == user_id
    assert authenticate(None, username=PHONE, password=PASSWORD) == user
    assert authenticate(None, phone=PHONE, password="wrong") is None
    assert authenticate(None, phone="nonsense", password="wrong") is None
    assert authenticate(None, phone=PHONE) is None


# Tokens


def test_a_token_works_until_revoked(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    token = issue_token(user_id=user_id, now=NOW)
    holder = use_token(token=token, now=NOW)
    assert holder is not None
    assert holder.user.pk == user_id
    assert token not in str(AccessToken.objects.values().get())
    for _ in range(2):
        revoke_token(user_id=user_id, token_id=holder.token_id, now=NOW)
    assert use_token(token=token, now=NOW) is None


def test_a_token_ends_after_thirty_days(carrier: FakeCarrier) -> None:
    token = issue_token(user_id=register_person(carrier), now=NOW)
    assert use_token(token=token, now=NOW + timedelta(days=30, seconds=-1)) is not None
    assert use_token(token=token, now=NOW + timedelta(days=30)) is None


def test_the_last_use_is_noted_once_an_hour(carrier: FakeCarrier) -> None:
    token = issue_token(user_id=register_person(carrier), now=NOW)
    use_token(token=token, now=NOW)
    with CaptureQueriesContext(connection) as caught:
        use_token(token=token, now=NOW + timedelta(minutes=59))
    assert len(caught) == 1
    use_token(token=token, now=NOW + timedelta(hours=1))
    assert AccessToken.objects.get().last_used_at == NOW + timedelta(hours=1)


def test_the_oldest_of_many_tokens_gives_way(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    tokens = [issue_token(user_id=user_id, now=NOW) for _ in range(21)]
    assert use_token(token=tokens[0], now=NOW) is None
    assert all(use_token(token=token, now=NOW) for token in tokens[1:])


def test_nobody_revokes_anothers_token(carrier: FakeCarrier) -> None:
    mine, theirs = register_person(carrier), register_person(carrier, phone=OTHER_PHONE)
    token = issue_token(user_id=theirs, now=NOW)
    with pytest.raises(NotFound):
        revoke_token(user_id=mine, token_id=AccessToken.objects.get().pk, now=NOW)
    assert use_token(token=token, now=NOW) is not None


@pytest.mark.parametrize("token", ["", "kadai_", "kadai_x", "Bearer", "kadai_" + "x" * 10_000])
def test_made_up_tokens_are_nobodys(token: str) -> None:
    assert use_token(token=token, now=NOW) is None


# Identity


def test_an_identity_is_declared_sealed_and_masked(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    declare_identity(user_id=user_id, name="欧阳修", id_number=id_number(), now=NOW)
    borrower = queries.get_borrower(user_id=user_id)
    assert borrower.name_masked == "欧阳*"
    assert borrower.identity_state is IdentityState.DECLARED
    assert borrower.birth_date == date(1990, 3, 7)
    assert borrower.age_on(date(2026, 3, 6)) == 35
    factors = queries.get_four_factors(user_id=user_id)
    assert (factors.name, factors.id_number, factors.phone) == ("欧阳修", id_number(), PHONE)
    assert id_number() not in repr(factors)
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_identity::text FROM accounts_identity")
        (row,) = cursor.fetchone() or ("",)
    assert "欧阳" not in row
    assert id_number() not in row


@pytest.mark.parametrize(
    ("name", "number", "field"),
    [
        ("张三", "11010519491231002" + "1", "id_number"),
        ("张三", "", "id_number"),
        ("", id_number(), "name"),
        ("<script>", id_number(), "name"),
    ],
)
def test_bad_identities_change_nothing(
    carrier: FakeCarrier, name: str, number: str, field: str
) -> None:
    user_id = register_person(carrier)
    with pytest.raises(InvalidInput) as refusal:
        declare_identity(user_id=user_id, name=name, id_number=number, now=NOW)
    assert list(refusal.value.fields) == [field]
    assert not Identity.objects.exists()


def test_minors_are_refused_until_their_birthday_in_china(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    number = id_number(birth="20081124")
    eve = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    with pytest.raises(Refused) as refusal:
        declare_identity(user_id=user_id, name="张三", id_number=number, now=eve)
    assert refusal.value.code == "under-age"
    assert not Identity.objects.exists()
    declare_identity(user_id=user_id, name="张三", id_number=number, now=eve + timedelta(minutes=1))


def test_a_verified_identity_is_not_exchanged(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    declare_identity(user_id=user_id, name="张三", id_number=id_number(), now=NOW)
    declare_identity(user_id=user_id, name="张四", id_number=id_number(), now=NOW)
    for _ in range(2):
        record_four_factor_verified(
            user_id=user_id, fingerprint=_fingerprint(user_id), evidence="card:1", now=NOW
        )
    assert queries.get_borrower(user_id=user_id).identity_state is IdentityState.VERIFIED
    declare_identity(user_id=user_id, name="张四", id_number=id_number(), now=NOW)
    with pytest.raises(Conflict) as refusal:
        declare_identity(user_id=user_id, name="王五", id_number=id_number(), now=NOW)
    assert refusal.value.code == "identity-verified"
    assert queries.get_four_factors(user_id=user_id).name == "张四"


def test_the_bank_confirms_what_it_was_asked_and_nothing_else(carrier: FakeCarrier) -> None:
    """Somebody else's name must not slip in between the question and the answer."""
    user_id = register_person(carrier)
    declare_identity(user_id=user_id, name="张三", id_number=id_number(), now=NOW)
    asked = _fingerprint(user_id)
    other = id_number(sequence="456")
    declare_identity(user_id=user_id, name="王五", id_number=other, now=NOW)
    with pytest.raises(Conflict) as refusal:
        record_four_factor_verified(user_id=user_id, fingerprint=asked, evidence="card:1", now=NOW)
    assert refusal.value.code == "identity-changed"
    assert Identity.objects.get().state == IdentityState.DECLARED


def test_one_person_is_verified_in_one_account(carrier: FakeCarrier) -> None:
    users = [register_person(carrier), register_person(carrier, phone=OTHER_PHONE)]
    for user_id in users:
        declare_identity(user_id=user_id, name="张三", id_number=id_number(), now=NOW)
    first, second = users
    record_four_factor_verified(
        user_id=first, fingerprint=_fingerprint(first), evidence="card:1", now=NOW
    )
    with pytest.raises(Conflict) as refusal:
        record_four_factor_verified(
            user_id=second, fingerprint=_fingerprint(second), evidence="card:2", now=NOW
        )
    assert refusal.value.code == "identity-taken"
    assert Identity.objects.get(user_id=second).state == IdentityState.DECLARED
    with pytest.raises(IntegrityError), transaction.atomic():
        Identity.objects.filter(user_id=second).update(
            state=IdentityState.VERIFIED, verified_at=NOW
        )


def test_a_rejected_identity_is_declared_anew(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    declare_identity(user_id=user_id, name="张三", id_number=id_number(), now=NOW)
    record_four_factor_rejected(
        user_id=user_id, fingerprint=_fingerprint(user_id), evidence="card:1", now=NOW
    )
    with pytest.raises(Refused):
        queries.get_four_factors(user_id=user_id)
    declare_identity(user_id=user_id, name="张三", id_number=id_number(), now=NOW)
    assert queries.get_four_factors(user_id=user_id).name == "张三"


def test_staff_and_unregistered_phones_are_no_borrowers(carrier: FakeCarrier) -> None:
    staff = create_staff(phone=PHONE, password=PASSWORD, roles=[Role.AUDITOR], now=NOW)
    send_code(carrier, phone=OTHER_PHONE)
    shell = User.objects.get(registered_at__isnull=True).pk
    for user_id in (staff, shell):
        with pytest.raises(NotFound):
            queries.get_borrower(user_id=user_id)
    with pytest.raises(NotFound):
        declare_identity(user_id=shell, name="张三", id_number=id_number(), now=NOW)
    with pytest.raises(Forbidden):
        issue_token(user_id=staff, now=NOW)


# Consents


def _shown(*kinds: ConsentKind) -> list[ShownDocument]:
    documents = queries.list_documents(language="zh-hans", now=NOW)
    return [ShownDocument(d.id, d.body_hash) for d in documents if d.kind in kinds]


def test_consents_are_given_to_what_was_shown(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    kinds = (ConsentKind.BUREAU_QUERY, ConsentKind.PRIVACY_POLICY)
    with pytest.raises(Refused) as refusal:
        require_consents(user_id=user_id, kinds=kinds)
    assert refusal.value.code == "consent-missing"
    assert set(refusal.value.fields) == {"BUREAU_QUERY", "PRIVACY_POLICY"}
    given = grant_consents(user_id=user_id, shown=_shown(*kinds), now=NOW)
    assert set(grant_consents(user_id=user_id, shown=_shown(*kinds), now=NOW)) == set(given)
    assert Consent.objects.count() == 2
    require_consents(user_id=user_id, kinds=kinds)


def test_a_text_that_was_not_shown_is_not_agreed_to(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    (shown,) = _shown(ConsentKind.BUREAU_QUERY)
    good = ShownDocument(shown.document_id, shown.body_hash)
    for wrong in (
        ShownDocument(shown.document_id, "0" * 64),
        ShownDocument(user_id, shown.body_hash),
    ):
        with pytest.raises(Conflict) as refusal:
            grant_consents(user_id=user_id, shown=[good, wrong], now=NOW)
        assert refusal.value.code == "document-changed"
    for nothing in ([], [good] * 6):
        with pytest.raises(InvalidInput):
            grant_consents(user_id=user_id, shown=nothing, now=NOW)
    assert not Consent.objects.exists()


def test_a_new_version_replaces_the_one_before(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    (old,) = _shown(ConsentKind.BUREAU_QUERY)
    new = ConsentDocument.objects.create(
        kind=ConsentKind.BUREAU_QUERY,
        version=2,
        title_zh="征信",
        title_en="Bureau",
        body_zh="新",
        body_en="new",
        body_hash="f" * 64,
        effective_from=NOW,
    )
    with pytest.raises(Conflict):
        grant_consents(user_id=user_id, shown=[old], now=NOW)
    assert grant_consents(user_id=user_id, shown=[old], now=NOW - timedelta(seconds=1))
    assert grant_consents(user_id=user_id, shown=[ShownDocument(new.pk, "f" * 64)], now=NOW)


def test_a_withdrawn_consent_is_missing_and_can_be_given_again(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    stranger = register_person(carrier, phone=OTHER_PHONE)
    kinds = (ConsentKind.BUREAU_QUERY,)
    (consent_id,) = grant_consents(user_id=user_id, shown=_shown(*kinds), now=NOW)
    with pytest.raises(NotFound):
        withdraw_consent(user_id=stranger, consent_id=consent_id, now=NOW)
    require_consents(user_id=user_id, kinds=kinds)
    withdraw_consent(user_id=user_id, consent_id=consent_id, now=NOW)
    withdraw_consent(user_id=user_id, consent_id=consent_id, now=NOW + timedelta(days=1))
    assert Consent.objects.get().withdrawn_at == NOW
    with pytest.raises(Refused):
        require_consents(user_id=user_id, kinds=kinds)
    grant_consents(user_id=user_id, shown=_shown(*kinds), now=NOW)
    require_consents(user_id=user_id, kinds=kinds)
    assert len(queries.list_consents(user_id=user_id)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_consent SET granted_at = now()",
        "UPDATE accounts_consent SET withdrawn_at = NULL",
        "UPDATE accounts_consent SET withdrawn_at = now()",
        "DELETE FROM accounts_consent",
        "UPDATE accounts_consentdocument SET body_zh = ''",
        "DELETE FROM accounts_consentdocument WHERE kind = 'BUREAU_QUERY'",
    ],
)
def test_postgres_guards_the_evidence(carrier: FakeCarrier, statement: str) -> None:
    user_id = register_person(carrier)
    (consent_id,) = grant_consents(
        user_id=user_id, shown=_shown(ConsentKind.PRIVACY_POLICY), now=NOW
    )
    withdraw_consent(user_id=user_id, consent_id=consent_id, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_postgres_knows_the_kinds_and_states(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    declare_identity(user_id=user_id, name="张三", id_number=id_number(), now=NOW)
    for statement in (
        "UPDATE accounts_user SET kind = 'ROBOT'",
        "UPDATE accounts_user SET is_staff = true",
        "UPDATE accounts_user SET is_superuser = true",
        "UPDATE accounts_identity SET state = 'PERHAPS'",
        "UPDATE accounts_identity SET state = 'VERIFIED'",
        "UPDATE accounts_smsdevice SET purpose = 'PARTY'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_documents_come_in_both_languages_under_one_hash() -> None:
    chinese = queries.list_documents(language="zh-hans", now=NOW)
    english = queries.list_documents(language="en", now=NOW)
    assert [d.kind for d in chinese] == [d.kind for d in english] == list(ConsentKind)
    for zh, en in zip(chinese, english, strict=True):
        assert zh.id == en.id
        assert zh.body_hash == en.body_hash
        assert zh.body != en.body


# Messages


def _tell(user_id: UUID, *, key: str = "loan:1", kind: str = "money_arrived") -> UUID:
    params = {"amount": "¥1,200.00", "bank": "招商银行", "last4": "1234"}
    return send_message(user_id=user_id, kind=kind, params=params, key=key, now=NOW)


def test_a_message_is_told_once_in_the_readers_language(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    assert _tell(user_id) == _tell(user_id)
    with translation.override("en"):
        (message,) = queries.list_messages(user_id=user_id).items
    assert message.kind is MessageKind.MONEY_ARRIVED
    assert message.title == "Your money has arrived"
    assert message.body == "¥1,200.00 is on your 招商银行 card ending in 1234."


def test_an_urgent_message_goes_to_the_phone_once(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    before = len(carrier.requests)
    message_id = _tell(user_id)
    carrier.status = 500
    run_outbox(now=NOW)
    assert InboxMessage.objects.get().sms_sent_at is None
    carrier.status = 202
    run_outbox(now=NOW + timedelta(minutes=1))
    send_sms_notice(message_id=message_id, now=NOW)
    sent = carrier.requests[before:]
    assert len(sent) == 2
    assert {r["body"]["reference"] for r in sent} == {f"message-{message_id}"}
    assert "¥1,200.00" in sent[-1]["body"]["text"]
    payload = OutboxEvent.objects.get(name="message.sent").payload
    assert payload == {"message_id": str(message_id)}


def test_a_quiet_message_stays_in_the_inbox(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    _tell(user_id, kind="money_on_its_way")
    assert not OutboxEvent.objects.filter(name="message.sent").exists()


def test_unknown_kinds_and_missing_parameters_are_our_mistake(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    for kind, error in (("nonsense", ValueError), ("overdue", MessageParamsError)):
        with pytest.raises(error):
            _tell(user_id, kind=kind)
    assert not InboxMessage.objects.exists()


def test_dates_are_written_as_the_reader_writes_them(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    params = {"amount": "¥1.00", "due_date": "2026-12-01"}
    send_message(user_id=user_id, kind="overdue", params=params, key="o", now=NOW)
    bodies = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            bodies[language] = queries.list_messages(user_id=user_id).items[0].body
    assert "Dec. 1, 2026" in bodies["en"]
    assert "2026年12月1日" in bodies["zh-hans"]


def test_the_inbox_is_paged_and_counts_the_unread(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    ids = [_tell(user_id, key=str(i)) for i in range(5)]
    assert queries.unread_count(user_id=user_id) == 5
    mark_message_read(user_id=user_id, message_id=ids[0], now=NOW)
    mark_message_read(user_id=user_id, message_id=ids[0], now=NOW + timedelta(days=1))
    assert InboxMessage.objects.get(pk=ids[0]).read_at == NOW
    assert queries.unread_count(user_id=user_id) == 4
    seen: list[UUID] = []
    before = None
    while True:
        page = queries.list_messages(user_id=user_id, before=before, limit=2)
        seen += [message.id for message in page.items]
        before = page.before
        if before is None:
            break
    assert seen == ids[::-1]


def test_nobody_reads_anothers_message(carrier: FakeCarrier) -> None:
    mine, theirs = register_person(carrier), register_person(carrier, phone=OTHER_PHONE)
    message_id = _tell(theirs)
    with pytest.raises(NotFound):
        mark_message_read(user_id=mine, message_id=message_id, now=NOW)
    assert InboxMessage.objects.get().read_at is None
    assert queries.list_messages(user_id=mine).items == ()
