"""Steps out of order, limits, codes and keys: each refusal by name, and nothing changed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts.domain.consents import ConsentKind
from accounts.domain.states import CodePurpose
from accounts.operations import request_sms_code, withdraw_consent
from accounts.queries import get_four_factors, list_consents
from cards.operations import start_binding
from core.models import IdempotencyRecord
from core.money import Money
from lending.loans.operations import make_quote
from lending.loans.operations.quotes import QuoteRequest
from tests.api import Caller, rows
from tests.fixtures.house import PASSWORD, House, Person
from tests.fixtures.town import Town
from tests.outbox import run_outbox
from tests.refusals import Bad, check_problem, refuse

pytestmark = pytest.mark.django_db

LINE: Final = {
    "requested": "50000",
    "purpose": "CONSUMPTION",
    "occupation": "EMPLOYED",
    "monthly_income": "20000",
}
QUOTE: Final = {
    "product": "monthly",
    "amount": "6000",
    "instalments": 6,
    "purpose": "CONSUMPTION",
}
PAN: Final = "6222020001000000016"


def bad(what: str, path: str, body: Any, status: int, code: str, *fields: str, **rest: Any) -> Bad:
    return Bad(
        what=f"{path}: {what}",
        path=path,
        body=body,
        status=status,
        code=code,
        fields=frozenset(fields),
        **rest,
    )


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_newcomer_can_do_nothing_yet(town: Town, subtests: pytest.Subtests) -> None:
    caller, _phone = town.newcomer()
    needed = {kind.value for kind in ConsentKind}
    card = bad("no consents", "cards", {"card_number": PAN}, 422, "consent-missing")
    assert card.fields <= needed
    refuse(
        subtests,
        caller,
        [
            bad(
                "no consents",
                "cards",
                {"card_number": PAN},
                422,
                "consent-missing",
                "IDENTITY_VERIFICATION",
                "CARD_DEBIT_AUTHORISATION",
            ),
            bad("no consents", "credit-applications", LINE, 422, "consent-missing", "BUREAU_QUERY"),
            bad("no line", "quotes", QUOTE, 422, "no-line"),
            bad("no line", "credit-line", None, 404, "not-found", method="GET"),
        ],
    )


def test_with_consents_and_no_identity(house: House, town: Town, subtests: pytest.Subtests) -> None:
    caller, _phone = town.newcomer()
    documents = caller.get("consent-documents")
    shown = [{"id": row["id"], "body_hash": row["body_hash"]} for row in documents]
    caller.ask("POST", "me/consents", {"documents": shown}, status=201)
    refuse(
        subtests,
        caller,
        [
            bad("no identity", "cards", {"card_number": PAN}, 422, "identity-missing"),
            bad("no identity", "credit-applications", LINE, 422, "identity-not-verified"),
        ],
    )


def test_declaring_who_one_is_not(house: House, town: Town, subtests: pytest.Subtests) -> None:
    caller, _phone = town.newcomer()

    def identity(what: str, name: str, number: str, code: str, *fields: str, status: int) -> Bad:
        body = {"name": name, "id_number": number}
        return bad(what, "me/identity", body, status, code, *fields, method="PUT")

    good = "11010119900307109X"
    born_this_year = with_check_digit(f"110101{house.now.year}0101123")
    invalid = "invalid-input"
    refuse(
        subtests,
        caller,
        [
            identity("check digit", "张三", "110101199003071090", invalid, "id_number", status=400),
            identity(
                "30 February",
                "张三",
                with_check_digit("11010119900230123"),
                invalid,
                "id_number",
                status=400,
            ),
            identity(
                "no province",
                "张三",
                with_check_digit("99010119900307123"),
                invalid,
                "id_number",
                status=400,
            ),
            identity(
                "tomorrow's child",
                "张三",
                with_check_digit("11010129900307123"),
                invalid,
                "id_number",
                status=400,
            ),
            identity(
                "full-width",
                "张三",
                "１１０１０１１９９００３０７１０９Ｘ",
                invalid,
                "id_number",
                status=400,
            ),
            identity("under age", "张三", born_this_year, "under-age", "id_number", status=422),
            identity("one letter", "张", good, invalid, "name", status=400),
            identity("digits", "张3", good, invalid, "name", status=400),
            identity("markup", "<b>张三</b>", good, invalid, "name", status=400),
            identity("both", "7", "8", invalid, "name", "id_number", status=400),
        ],
    )


def with_check_digit(body: str) -> str:
    weights = [2 ** (17 - i) % 11 for i in range(17)]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def test_cards_that_cannot_be_bound(house: House, town: Town, subtests: pytest.Subtests) -> None:
    person, other = house.person(), house.person()
    caller = town.caller(person.id)

    def card(what: str, number: str, status: int, code: str, *fields: str, **rest: Any) -> Bad:
        return bad(what, "cards", {"card_number": number}, status, code, *fields, **rest)

    wrong_digit = person.pan[:-1] + str((int(person.pan[-1]) + 1) % 10)
    asked = frozenset({"cards_vaultedcard", "cards_cardbinding"})
    invalid = "invalid-card-number"
    refuse(
        subtests,
        caller,
        [
            card("check digit", wrong_digit, 400, invalid, "card_number"),
            card("letters", "6222 0200 abcd 0016", 400, invalid, "card_number"),
            card("too short", "622202", 400, invalid, "card_number"),
            card("too long", "6" * 24, 400, invalid, "card_number"),
            card("full-width", "６２２２０２０００１００００００１６", 400, invalid, "card_number"),
            card("no bank of ours", "4111111111111111", 400, "unsupported-card", "card_number"),
            # The try itself is kept: it was sent to a bank, and tries are counted.
            card("somebody else's", other.pan, 422, "card-refused", counted=asked),
        ],
    )
    house.bind(person)
    refuse(subtests, caller, [card("bound", person.pan, 409, "card-already-bound", "card_number")])


def second_card(house: House, person: Person) -> tuple[UUID, str]:
    """A binding that waits for its code, and the code."""
    known = get_four_factors(user_id=person.id)
    account = house.bank.create_account(
        name=known.name, id_number=known.id_number, phone=known.phone
    )
    binding = start_binding(
        user_id=person.id, card_number=account["pan"], phone=None, now=house.now
    )
    return binding.pk, house.bank.sms_code(to=person.phone)


def test_codes_of_the_bank(house: House, town: Town, subtests: pytest.Subtests) -> None:
    person, other = house.person(), house.person()
    caller = town.caller(person.id)
    house.bind(person)
    used = house.bank.sms_code(to=person.phone)
    _foreign_card, foreign = second_card(house, other)
    card, code = second_card(house, person)
    counted = frozenset({"cards_cardbinding"})
    path = f"cards/{card}/confirm"
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    cases = [
        bad(what, path, {"code": text}, 400, "code-wrong", "code", counted=counted)
        for what, text in {
            "wrong": wrong,
            "reused": used,
            "foreign": foreign,
            "short": code[:5],
            "long": f"{code}0",
            "full-width": "".join(chr(ord(digit) + 0xFEE0) for digit in code),
            "letters": "abcdef",
        }.items()
        if text != code
    ]
    refuse(subtests, caller, cases)
    sql(
        "UPDATE cards_cardbinding SET sent_at = sent_at - interval '11 minutes' WHERE id = %s", card
    )
    refuse(subtests, caller, [bad("old", path, {"code": code}, 400, "code-expired", "code")])


def test_five_wrong_codes_end_a_binding(house: House, town: Town) -> None:
    person = house.person()
    caller = town.caller(person.id)
    card, code = second_card(house, person)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _try in range(5):
        answer = caller.call("POST", f"cards/{card}/confirm", {"code": wrong})
        check_problem(answer, status=400, code="code-wrong", fields=["code"])
    answer = caller.call("POST", f"cards/{card}/confirm", {"code": code})
    check_problem(answer, status=409, code="binding-ended")
    assert caller.get("me")["identity_state"] == "DECLARED"


def test_codes_by_sms(house: House, town: Town, subtests: pytest.Subtests) -> None:
    _caller, phone = town.newcomer()
    stranger = house.bank.create_account()["phone"]
    request_sms_code(phone=phone, purpose=CodePurpose.LOGIN, now=house.now)
    good = house.bank.sms_code(to=phone)
    request_sms_code(phone=stranger, purpose=CodePurpose.REGISTER, now=house.now)
    foreign = house.bank.sms_code(to=stranger)
    counted = frozenset({"accounts_smsdevice"})
    wrong = f"{(int(good) + 1) % 10**6:06d}"

    def login(what: str, number: str, text: str, code: str) -> Bad:
        body = {"phone": number, "code": text}
        return bad(what, "auth/tokens", body, 400, code, "code", counted=counted)

    cases = [
        login("wrong", phone, wrong, "code-wrong"),
        login("of another phone", phone, foreign, "code-wrong"),
        login("of another purpose", stranger, foreign, "code-dead"),
        login("of nobody", "13700000000", good, "code-dead"),
        bad(
            "both",
            "auth/tokens",
            {"phone": phone, "code": good, "password": PASSWORD},
            400,
            "invalid-input",
        ),
        bad("neither", "auth/tokens", {"phone": phone}, 400, "invalid-input"),
        bad(
            "too soon",
            "auth/sms-codes",
            {"phone": phone, "purpose": "LOGIN"},
            429,
            "too-many-requests",
        ),
        bad(
            "password",
            "auth/tokens",
            {"phone": phone, "password": "not it at all"},
            400,
            "wrong-credentials",
            "password",
            counted=frozenset({"accounts_loginthrottle"}),
        ),
    ]
    refuse(subtests, Caller(), cases)
    Caller().ask("POST", "auth/tokens", {"phone": phone, "code": good}, status=201)
    refuse(subtests, Caller(), [login("used", phone, good, "code-dead")])


def test_an_old_code_by_sms(house: House, town: Town, subtests: pytest.Subtests) -> None:
    _caller, phone = town.newcomer()
    request_sms_code(phone=phone, purpose=CodePurpose.LOGIN, now=house.now - timedelta(minutes=6))
    code = house.bank.sms_code(to=phone)
    body = {"phone": phone, "code": code}
    refuse(subtests, Caller(), [bad("old", "auth/tokens", body, 400, "code-dead", "code")])


def test_registering_badly(house: House, town: Town, subtests: pytest.Subtests) -> None:
    _caller, taken = town.newcomer()
    phone = house.bank.create_account()["phone"]
    request_sms_code(phone=phone, purpose=CodePurpose.REGISTER, now=house.now)
    code = house.bank.sms_code(to=phone)
    later = house.now + timedelta(minutes=-2)
    sql("UPDATE accounts_smsdevice SET last_generated_timestamp = %s", later)
    request_sms_code(phone=taken, purpose=CodePurpose.REGISTER, now=house.now)
    known = house.bank.sms_code(to=taken)
    body = {"phone": phone, "code": code, "password": PASSWORD, "kind": "PERSON"}

    def register(what: str, status: int, problem: str, *fields: str, **changes: Any) -> Bad:
        return bad(what, "auth/register", {**body, **changes}, status, problem, *fields)

    invalid = "invalid-input"
    business = {"kind": "BUSINESS", "legal_name": "小店", "uscc": "91350100M000100Y43"}
    refuse(
        subtests,
        Caller(),
        [
            register("registered", 409, "phone-registered", "phone", phone=taken, code=known),
            register("landline", 400, invalid, "phone", phone="02012345678"),
            register("foreign phone", 400, invalid, "phone", phone="+44 7911 123456"),
            register("digits", 400, invalid, "password", password="1357924680135"),
            register("common", 400, invalid, "password", password="password1"),
            register("blanks", 400, invalid, "password", password="   "),
            register("no licence", 400, invalid, "legal_name", "uscc", kind="BUSINESS"),
            register(
                "check digit", 400, invalid, "uscc", **{**business, "uscc": "91350100M000100Y44"}
            ),
            register("a person's licence", 400, invalid, "kind", legal_name="小店"),
        ],
    )
    Caller().ask("POST", "auth/register", body, status=201)


def quote_of(house: House, person: Person, amount: int = 600_000) -> str:
    """A quote nobody has looked at."""
    request = QuoteRequest(
        product_code="monthly", amount=Money(amount, "CNY"), instalments=6, purpose="CONSUMPTION"
    )
    return str(make_quote(borrower_id=person.id, request=request, now=house.now))


def test_quotes_and_draws_out_of_order(house: House, town: Town, subtests: pytest.Subtests) -> None:
    person = house.borrower()
    caller = town.caller(person.id)

    def quote(what: str, status: int, code: str, *fields: str, **changes: Any) -> Bad:
        return bad(what, "quotes", {**QUOTE, **changes}, status, code, *fields)

    limit = caller.get("credit-line")["available"]
    over = f"{float(limit) + 1:.2f}"
    invalid = "invalid-input"
    refuse(
        subtests,
        caller,
        [
            quote("over the limit", 422, "over-limit", "amount", amount=over),
            quote("below the least", 400, invalid, "amount", amount="0.01"),
            quote("above the most", 400, invalid, "amount", amount="900000"),
            quote("no such term", 400, invalid, "instalments", instalments=7),
            quote("no such product", 400, invalid, "product", product="nothing"),
            quote("a business's product", 400, invalid, "product", product=business_product()),
            quote("forbidden purpose", 400, invalid, "purpose", purpose="SECURITIES"),
            bad("twice", "credit-applications", LINE, 409, "line-open"),
        ],
    )
    unread = quote_of(house, person)

    def draw(what: str, quote_id: str, status: int, code: str, *fields: str, **more: Any) -> Bad:
        body = {"quote_id": quote_id, "confirmed": True, **more}
        return bad(what, "drawdowns", body, status, code, *fields)

    refuse(subtests, caller, [draw("unread", unread, 422, "disclosure-not-read")])
    caller.ask("POST", f"quotes/{unread}/disclosure")
    read = str(house.quote(person))
    expired = quote_of(house, person)
    sql("UPDATE loans_quote SET expires_at = now() - interval '1 second' WHERE id = %s", expired)
    refuse(
        subtests,
        caller,
        [
            draw("not long enough", unread, 422, "disclosure-not-read"),
            draw("not confirmed", read, 400, "invalid-input", "confirmed", confirmed=False),
            draw("expired", expired, 409, "quote-expired"),
            bad("expired", f"quotes/{expired}/disclosure", None, 409, "quote-expired"),
        ],
    )
    house.sign(person, UUID(read))
    refuse(subtests, caller, [draw("used", read, 409, "quote-used")])


def business_product() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM products_product WHERE borrower_kind = 'BUSINESS' ORDER BY code"
        )
        found: str = cursor.fetchone()[0]
    return found


def test_a_draw_over_what_is_left(house: House, town: Town, subtests: pytest.Subtests) -> None:
    """Both quotes were within the limit when they were made."""
    person = house.borrower()
    caller = town.caller(person.id)
    limit = int(float(caller.get("credit-line")["limit"]) * 100)
    first = house.quote(person, amount=limit)
    second = house.quote(person, amount=100_000)
    house.sign(person, first)
    bank = house.bank.books()
    body = {"quote_id": str(second), "confirmed": True}
    refuse(subtests, caller, [bad("over", "drawdowns", body, 422, "over-limit")])
    assert house.bank.books() == bank
    house.settle()
    assert house.bank.balance(pan=person.pan) == 1_000_000 + limit


def test_a_draw_onto_a_card_that_is_gone(
    house: House, town: Town, subtests: pytest.Subtests
) -> None:
    person = house.borrower()
    caller = town.caller(person.id)
    quote_id = str(house.quote(person))
    card, code = second_card(house, person)
    caller.ask("POST", f"cards/{card}/confirm", {"code": code})
    caller.ask("DELETE", f"cards/{person.binding_id}", status=204)
    body = {"quote_id": quote_id, "confirmed": True}
    refuse(subtests, caller, [bad("unbound", "drawdowns", body, 422, "card-missing")])
    gone = {**QUOTE, "card_id": str(person.binding_id)}
    refuse(
        subtests,
        caller,
        [
            bad("unbound", "quotes", gone, 422, "card-missing"),
            bad("unbound", f"cards/{person.binding_id}/default", None, 409, "card-not-active"),
            bad(
                "unbound",
                f"cards/{person.binding_id}/confirm",
                {"code": code},
                409,
                "binding-ended",
            ),
        ],
    )


def test_a_card_stays_bound_while_money_is_on_its_way_to_it(
    house: House, town: Town, subtests: pytest.Subtests
) -> None:
    person = house.borrower()
    caller = town.caller(person.id)
    house.sign(person, house.quote(person))
    path = f"cards/{person.binding_id}"
    refuse(subtests, caller, [bad("drawing", path, None, 409, "card-needed", method="DELETE")])
    house.settle()
    refuse(subtests, caller, [bad("owing", path, None, 409, "card-needed", method="DELETE")])


def test_repaying_badly(house: House, town: Town, subtests: pytest.Subtests) -> None:
    person = house.borrower()
    caller = town.caller(person.id)
    loan_id = house.loan(person)
    path = f"loans/{loan_id}/repayments"
    owed = caller.get(f"loans/{loan_id}")["payoff"]["total"]
    more = f"{float(owed) + 0.01:.2f}"

    def repay(what: str, body: Any, status: int, code: str, *fields: str) -> Bad:
        return bad(what, path, body, status, code, *fields)

    bank = house.bank.books()
    refuse(
        subtests,
        caller,
        [
            repay(
                "more than owed",
                {"kind": "MANUAL", "amount": more},
                400,
                "more-than-owed",
                "amount",
            ),
            repay("no amount", {"kind": "MANUAL"}, 400, "invalid-input", "amount"),
            repay("nothing due", {"kind": "DUE"}, 400, "nothing-due", "amount"),
            repay(
                "an amount nobody asks",
                {"kind": "PAYOFF", "amount": "1.00"},
                400,
                "invalid-input",
                "amount",
            ),
            bad(
                "not settled", f"loans/{loan_id}/certificate", None, 404, "not-found", method="GET"
            ),
            bad("unknown", f"loans/{uuid4()}/repayments", {"kind": "PAYOFF"}, 404, "not-found"),
        ],
    )
    assert house.bank.books() == bank
    caller.ask("POST", path, {"kind": "MANUAL", "amount": "1.00"}, status=202)
    open_one = repay("one is open", {"kind": "MANUAL", "amount": "1.00"}, 409, "repayment-open")
    refuse(subtests, caller, [open_one])
    house.settle()
    town.pay_off(person, loan_id)
    refuse(subtests, caller, [repay("settled", {"kind": "PAYOFF"}, 409, "loan-closed")])


def test_withdrawn_consents_stop_the_next_step(
    house: House, town: Town, subtests: pytest.Subtests
) -> None:
    person = house.person()
    house.bind(person)
    for consent in list_consents(user_id=person.id):
        if consent.kind is ConsentKind.BUREAU_QUERY:
            withdraw_consent(user_id=person.id, consent_id=consent.id, now=house.now)
    refuse(
        subtests,
        town.caller(person.id),
        [bad("withdrawn", "credit-applications", LINE, 422, "consent-missing", "BUREAU_QUERY")],
    )


def test_a_second_application_while_one_is_open(
    house: House, town: Town, subtests: pytest.Subtests
) -> None:
    person = house.person()
    house.bind(person)
    house.apply(person)
    caller = town.caller(person.id)
    refuse(subtests, caller, [bad("open", "credit-applications", LINE, 409, "application-open")])
    run_outbox()
    refuse(subtests, caller, [bad("line", "credit-applications", LINE, 409, "line-open")])


MONEY_VERBS: Final = ("cards", "credit-applications", "drawdowns", "loans/{}/repayments")


def test_money_needs_a_key(house: House, town: Town, subtests: pytest.Subtests) -> None:
    caller = town.caller(house.person().id)
    keys = {
        "": "idempotency-key-missing",
        "short": "idempotency-key-malformed",
        "k" * 65: "idempotency-key-malformed",
        "with blanks": "idempotency-key-malformed",
        "\u4e00\u4e8c\u4e09\u56db".encode().decode("latin-1") * 2: "idempotency-key-malformed",
        "12345678\n": "idempotency-key-malformed",
    }
    cases = [
        bad(f"key {key!r}", path.format(uuid4()), {}, 400, code, headers={"Idempotency_Key": key})
        for path in MONEY_VERBS
        for key, code in keys.items()
    ]
    refuse(subtests, caller, cases)
    assert not IdempotencyRecord.objects.exists()


def test_a_key_is_for_one_request(house: House, town: Town, subtests: pytest.Subtests) -> None:
    person = house.borrower()
    loan_id = house.loan(person)
    caller = town.caller(person.id)
    path = f"loans/{loan_id}/repayments"
    key = {"Idempotency_Key": "the-key-of-today"}
    body = {"kind": "MANUAL", "amount": "1.00"}
    first = caller.call("POST", path, body, **key)
    assert first.status_code == 202
    reused = "idempotency-key-reused"
    refuse(
        subtests,
        caller,
        [
            bad("another body", path, {**body, "amount": "2.00"}, 422, reused, headers=key),
            bad(
                "another order",
                path,
                b'{"amount":"1.00","kind":"MANUAL"}',
                422,
                reused,
                headers=key,
            ),
            bad("another loan", f"loans/{uuid4()}/repayments", body, 422, reused, headers=key),
            bad("another verb", "drawdowns", body, 422, reused, headers=key),
        ],
    )
    again = caller.call("POST", path, body, **key)
    assert (again.status_code, again["Idempotent-Replayed"]) == (202, "true")
    assert json.loads(again.content) == json.loads(first.content)
    house.settle()
    late = caller.call("POST", path, body, **key)
    assert json.loads(late.content) == json.loads(first.content)
    assert len(caller.get(path)["results"]) == 1


def test_a_key_belongs_to_its_owner(house: House, town: Town) -> None:
    """The same key and body from two people are two requests."""
    callers = [town.caller(house.person().id) for _someone in range(2)]
    for caller in callers:
        answer = caller.call("POST", "quotes", QUOTE, Idempotency_Key="the-key-of-today")
        check_problem(answer, status=422, code="no-line")
        answer = caller.call(
            "POST", "credit-applications", LINE, Idempotency_Key="the-key-of-today"
        )
        assert "Idempotent-Replayed" not in answer


def test_while_the_first_request_runs(house: House, town: Town, subtests: pytest.Subtests) -> None:
    caller = town.caller(house.person().id)
    key = {"Idempotency_Key": "the-key-of-today"}
    caller.call("POST", "credit-applications", LINE, **key)
    IdempotencyRecord.objects.update(status=None, body="")
    running = "idempotency-in-flight"
    refuse(
        subtests,
        caller,
        [
            bad("running", "credit-applications", LINE, 409, running, headers=key),
            bad("running", "credit-applications", {}, 422, "idempotency-key-reused", headers=key),
        ],
    )
    IdempotencyRecord.objects.update(locked_until=house.now - timedelta(seconds=1))
    answer = caller.call("POST", "credit-applications", LINE, **key)
    check_problem(answer, status=422, code="identity-not-verified")


def test_a_refusal_is_replayed_too(house: House, town: Town) -> None:
    """With every kind of body a refusal can repeat: Postgres stores what it is given."""
    caller = town.caller(house.person().id)
    nasty = {**LINE, "requested": "1\u0000", "purpose": "\ud800\u0000" * 9}
    for index, body in enumerate((LINE, {}, [], nasty, {"requested": "-1"}, b"{")):
        key = {"Idempotency_Key": f"the-key-of-{index}"}
        first = caller.call("POST", "credit-applications", body, **key)
        assert 400 <= first.status_code < 500, first.content
        before = rows()
        again = caller.call("POST", "credit-applications", body, **key)
        assert again["Idempotent-Replayed"] == "true"
        assert again.status_code == first.status_code
        assert again["Content-Type"] == first["Content-Type"] == "application/problem+json"
        assert json.loads(again.content) == json.loads(first.content)
        assert rows() == before


def test_too_many_cards_a_day(house: House, town: Town) -> None:
    person, other = house.person(), house.person()
    caller = town.caller(person.id)
    for _try in range(10):
        answer = caller.call("POST", "cards", {"card_number": other.pan})
        check_problem(answer, status=422, code="card-refused")
    answer = caller.call(
        "POST", "cards", {"card_number": person.pan}, Idempotency_Key="again-and-again"
    )
    check_problem(answer, status=429, code="too-many-requests")
    # Waiting helps, so the key is not spent.
    assert not IdempotencyRecord.objects.filter(key="again-and-again").exists()
