"""The UnionPay rail: our verbs as the gateway's messages, its answers as our outcomes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final, Self

import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cards.domain.responses import ResponseClass, classify_response, is_certain_failure
from cards.rails.base import (
    ForgedNotification,
    FourFactors,
    Notification,
    Payee,
    PaymentOrder,
    RailOutcome,
    RailStatus,
    RefundOrder,
    SignOrder,
    SignOutcome,
    SignStatus,
)
from cards.rails.unionpay import messages, signature

_log = logging.getLogger(__name__)

Fields = Mapping[str, str]

_BACK: Final = "/gateway/api/backTransReq.do"
_QUERY: Final = "/gateway/api/queryTrans.do"
_AGREEMENTS: Final = "000902"
_PAYOUTS: Final = "000401"
_ANY: Final = "000000"
_NO_AGREEMENT: Final = "40"
_MAX_ANSWER: Final = 256 * 1024
_CHUNK: Final = 16 * 1024
_MAX_DESCRIPTION: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class UnionPayConfig:
    """What a merchant is given when it joins, and how long we wait (seconds)."""

    gateway_url: str
    merchant_id: str
    token_requestor_id: str
    merchant_key: rsa.RSAPrivateKey
    merchant_certificate: x509.Certificate
    encryption_certificate: x509.Certificate
    roots: Sequence[x509.Certificate]
    signers: Sequence[str] = ("中国银联股份有限公司", "00040000:SIGN")
    connect_timeout: float = 3.0
    read_timeout: float = 10.0

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Self:
        """Read a mapping of strings.

        `gateway_url` and `keys_dir` are required. The directory holds merchant.key, merchant.pem,
        bank_encrypt.pem and kadai_root.pem (one or more pinned issuers). `merchant_id` and
        `token_requestor_id` default to UnionPay's public test merchant.

        Raises:
            KeyError, OSError, ValueError: a setting or a file is missing or is not what it should be.
        """
        directory = Path(settings["keys_dir"])
        key = serialization.load_pem_private_key(
            (directory / "merchant.key").read_bytes(), password=None
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("merchant.key is not an RSA key")
        return cls(
            gateway_url=settings["gateway_url"].rstrip("/"),
            merchant_id=settings.get("merchant_id", "777290058110048"),
            token_requestor_id=settings.get("token_requestor_id", "62000000001"),
            merchant_key=key,
            merchant_certificate=_certificate(directory / "merchant.pem"),
            encryption_certificate=_certificate(directory / "bank_encrypt.pem"),
            roots=x509.load_pem_x509_certificates((directory / "kadai_root.pem").read_bytes()),
            connect_timeout=float(settings.get("connect_timeout", "3")),
            read_timeout=float(settings.get("read_timeout", "10")),
        )


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _utc_now() -> datetime:
    return datetime.now(UTC)


class UnionPayRail:
    """`cards.rails.base.Rail` over UnionPay's gateway. Holds configuration only; safe to share."""

    name = "unionpay"

    def __init__(self, *, config: UnionPayConfig, clock: Callable[[], datetime] = _utc_now) -> None:
        """`clock` judges whether the bank's certificate is valid now; nothing else."""
        self._config = config
        self._clock = clock

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Self:
        """Build the rail from a mapping of strings (see `UnionPayConfig.from_settings`)."""
        return cls(config=UnionPayConfig.from_settings(settings))

    # --- agreements -----------------------------------------------------------------------------

    def sign(self, *, order: SignOrder) -> SignOutcome:
        """77/00: the bank checks the four factors and sends its code."""
        reply = self._agreement("77", "00", order.reference, order.sent_at, self._opening(order))
        return _sign_outcome(reply, success=SignStatus.SMS_SENT)

    def confirm_sign(self, *, order: SignOrder, sms_code: str) -> SignOutcome:
        """79/00: open the agreement; the answer carries the token."""
        more = self._opening(order, sms_code=sms_code)
        reply = self._agreement("79", "00", order.reference, order.sent_at, more)
        return _sign_outcome(reply, success=SignStatus.SIGNED)

    def query_sign(self, *, reference: str, sent_at: datetime) -> SignOutcome:
        """78/02: the token of an earlier opening. That there is none proves nothing: UNKNOWN."""
        reply = self._agreement("78", "02", reference, sent_at, {})
        return _sign_outcome(reply, success=SignStatus.SIGNED)

    def unsign(self, *, reference: str, agreement_no: str, sent_at: datetime) -> SignOutcome:
        """74/01: delete the token; one that is gone already is as good as deleted."""
        more = {"tokenPayData": self._token(agreement_no)}
        reply = self._agreement("74", "01", reference, sent_at, more)
        if reply is not None and reply.get("respCode") == _NO_AGREEMENT:
            reply = {**reply, "respCode": "00"}
        return _sign_outcome(reply, success=SignStatus.UNSIGNED)

    # --- money ----------------------------------------------------------------------------------

    def debit(self, *, order: PaymentOrder) -> RailOutcome:
        """01/01: collect under the token, without a code."""
        more = {
            "tokenPayData": self._token(order.agreement_no),
            "orderDesc": order.purpose[:_MAX_DESCRIPTION],
        }
        return self._pay("01", "01", _AGREEMENTS, order, more)

    def payout(self, *, order: PaymentOrder, payee: Payee) -> RailOutcome:
        """12/00: pay to the card of this number if it belongs to a holder of this name."""
        more = {
            "accNo": self._encrypt(payee.pan),
            "customerInfo": self._customer({"customerNm": payee.name}, {}),
            "encryptCertId": self._encrypt_id,
            "orderDesc": order.purpose[:_MAX_DESCRIPTION],
        }
        return self._pay("12", "00", _PAYOUTS, order, more)

    def refund(self, *, order: RefundOrder) -> RailOutcome:
        """04/00: give a debit back in part or in full."""
        more = {"origQryId": order.original_bank_reference}
        return self._pay("04", "00", _AGREEMENTS, order, more)

    def query(self, *, reference: str, sent_at: datetime) -> RailOutcome:
        """00/00: both the query (respCode) and the order (origRespCode) must have succeeded."""
        head = self._head("00", "00", _ANY, reference, sent_at)
        reply = self._exchange(_QUERY, head)
        if reply is None:
            return _no_answer()
        code = reply.get("respCode", "")
        if classify_response(code=code) is not ResponseClass.OK:
            # The query failed, which says nothing of the order; "not found" (34) included.
            return _outcome(reply, code, RailStatus.UNKNOWN)
        original = {**reply, "respMsg": reply.get("origRespMsg", "")}
        return _settled(original, reply.get("origRespCode", ""))

    def parse_notification(self, *, body: bytes, headers: Mapping[str, str]) -> Notification:
        """Verify and read a notification. Only verified fields are looked at."""
        del headers  # the signature is in the body
        try:
            fields = messages.parse_message(text=body.decode())
        except ValueError as error:
            raise ForgedNotification("not a message") from error
        try:
            self._verify(fields)
        except signature.BadSignature as error:
            raise ForgedNotification(str(error)) from error
        reference = fields.get("orderId", "")
        if fields.get("merId") != self._config.merchant_id or not reference:
            raise ForgedNotification("not addressed to us")
        return Notification(
            reference=reference,
            outcome=_settled(fields, fields.get("respCode", "")),
            fields=messages.mask(fields=fields),
            sent_at=messages.parse_time(text=fields.get("txnTime", "")),
        )

    # --- messages -------------------------------------------------------------------------------

    def _head(
        self, kind: str, sub_kind: str, business: str, reference: str, sent_at: datetime
    ) -> dict[str, str]:
        return {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": "01",
            "txnType": kind,
            "txnSubType": sub_kind,
            "bizType": business,
            "accessType": "0",
            "channelType": "08",
            "merId": self._config.merchant_id,
            "certId": str(self._config.merchant_certificate.serial_number),
            "orderId": messages.check_reference(reference=reference),
            "txnTime": messages.print_time(moment=sent_at),
        }

    def _agreement(
        self, kind: str, sub_kind: str, reference: str, sent_at: datetime, more: Fields
    ) -> dict[str, str] | None:
        head = self._head(kind, sub_kind, _AGREEMENTS, reference, sent_at)
        return self._exchange(_BACK, {**head, **more})

    def _pay(
        self,
        kind: str,
        sub_kind: str,
        business: str,
        order: PaymentOrder | RefundOrder,
        more: Fields,
    ) -> RailOutcome:
        head = self._head(kind, sub_kind, business, order.reference, order.sent_at)
        amount = messages.amount_fields(amount=order.amount)
        fields = {**head, **amount, "accType": "01", "backUrl": order.notify_url, **more}
        return _accepted(self._exchange(_BACK, fields))

    def _opening(self, order: SignOrder, *, sms_code: str = "") -> dict[str, str]:
        factors: FourFactors = order.factors
        open_parts = {
            "certifTp": "01",
            "certifId": factors.id_number,
            "customerNm": factors.name,
        }
        if sms_code:
            open_parts["smsCode"] = sms_code
        return {
            "tokenPayData": messages.print_group(
                fields={"trId": self._config.token_requestor_id, "tokenType": "01"}
            ),
            "accType": "01",
            "accNo": self._encrypt(factors.pan),
            "customerInfo": self._customer(open_parts, {"phoneNo": factors.phone}),
            "encryptCertId": self._encrypt_id,
        }

    def _token(self, agreement_no: str) -> str:
        fields = {"token": agreement_no, "trId": self._config.token_requestor_id}
        return messages.print_group(fields=fields)

    def _customer(self, open_parts: Fields, sealed: Fields) -> str:
        certificate = self._config.encryption_certificate
        return messages.customer_info(open_parts=open_parts, sealed=sealed, certificate=certificate)

    def _encrypt(self, text: str) -> str:
        return messages.encrypt(text=text, certificate=self._config.encryption_certificate)

    @property
    def _encrypt_id(self) -> str:
        return str(self._config.encryption_certificate.serial_number)

    # --- transport ------------------------------------------------------------------------------

    def _verify(self, fields: Fields) -> None:
        signature.verify(
            fields=fields,
            roots=self._config.roots,
            signers=self._config.signers,
            now=self._clock(),
        )

    def _exchange(self, path: str, fields: dict[str, str]) -> dict[str, str] | None:
        """Send a message; the bank's verified answer to it, or None: then nobody knows anything."""
        fields = {name: value for name, value in fields.items() if value}
        fields[signature.SIGNATURE] = signature.sign(fields=fields, key=self._config.merchant_key)
        try:
            text = self._post(self._config.gateway_url + path, fields)
            reply = messages.parse_message(text=text)
            self._verify(reply)
        except (requests.RequestException, ValueError, signature.BadSignature) as error:
            # The type only: the text of a network error may repeat what was sent.
            _log.warning("no usable answer to %s: %s", fields["orderId"], type(error).__name__)
            return None
        asked = ("merId", "orderId", "txnTime", "txnType", "txnSubType")
        if any(reply.get(name) != fields[name] for name in asked):
            _log.warning("the answer to %s is about something else", fields["orderId"])
            return None
        return reply

    def _post(self, url: str, fields: Fields) -> str:
        """POST a form; the text of a 200. Raises requests.RequestException or ValueError."""
        with requests.post(
            url,
            data=fields,
            timeout=(self._config.connect_timeout, self._config.read_timeout),
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != HTTPStatus.OK:
                raise messages.BadMessage(f"status {answer.status_code}")
            body = bytearray()
            for chunk in answer.iter_content(_CHUNK):
                body += chunk
                if len(body) > _MAX_ANSWER:
                    raise messages.BadMessage("answer too long")
        return body.decode()


def _no_answer() -> RailOutcome:
    return RailOutcome(status=RailStatus.UNKNOWN, code="", response_class=ResponseClass.UNKNOWN)


def _outcome(fields: Fields, code: str, status: RailStatus) -> RailOutcome:
    return RailOutcome(
        status=status,
        code=code,
        response_class=classify_response(code=code),
        bank_reference=fields.get("queryId", ""),
        amount=messages.parse_amount(fields=fields),
        message=fields.get("respMsg", ""),
    )


def _failed_or_unknown(code: str) -> RailStatus:
    return RailStatus.FAILED if is_certain_failure(code=code) else RailStatus.UNKNOWN


def _accepted(reply: Fields | None) -> RailOutcome:
    """Read the answer to an order: at best it was taken."""
    if reply is None:
        return _no_answer()
    code = reply.get("respCode", "")
    taken = classify_response(code=code) is ResponseClass.OK
    return _outcome(reply, code, RailStatus.ACCEPTED if taken else _failed_or_unknown(code))


def _settled(fields: Fields, code: str) -> RailOutcome:
    """Read the fate of an order. A success that names no amount of money proves nothing."""
    if classify_response(code=code) is not ResponseClass.OK:
        return _outcome(fields, code, _failed_or_unknown(code))
    paid = messages.parse_amount(fields=fields) is not None
    return _outcome(fields, code, RailStatus.SUCCEEDED if paid else RailStatus.UNKNOWN)


def _sign_outcome(reply: Fields | None, *, success: SignStatus) -> SignOutcome:
    if reply is None:
        return SignOutcome(status=SignStatus.UNKNOWN, code="", response_class=ResponseClass.UNKNOWN)
    code = reply.get("respCode", "")
    response_class = classify_response(code=code)
    token = messages.parse_group(text=reply.get("tokenPayData", ""))
    status = success
    if response_class is not ResponseClass.OK:
        certain = is_certain_failure(code=code)
        status = SignStatus.REJECTED if certain else SignStatus.UNKNOWN
    elif success is SignStatus.SIGNED and not token.get("token"):
        status = SignStatus.UNKNOWN
    signed = status is SignStatus.SIGNED
    return SignOutcome(
        status=status,
        code=code,
        response_class=response_class,
        message=reply.get("respMsg", ""),
        agreement_no=token["token"] if signed else "",
        valid_until=messages.parse_time(text=token.get("tokenEnd", "")) if signed else None,
    )
