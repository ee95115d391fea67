"""The form of the gateway's messages: fields, groups, encrypted parts, times."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from core.money import Money, MoneyError

BEIJING: Final = ZoneInfo("Asia/Shanghai")
CNY: Final = "156"
_MAX_FIELDS: Final = 100
_REFERENCE: Final = re.compile(r"[0-9A-Za-z]{8,40}")
_STRUCTURE: Final = re.compile(r"[&={}]")
_TIME: Final = "%Y%m%d%H%M%S"
_HIDDEN: Final = ("tokenPayData", "customerInfo", "signature", "signPubKeyCert", "encryptedInfo")


class BadMessage(ValueError):
    """Text that is no message of the gateway."""


def parse_message(*, text: str) -> dict[str, str]:
    """Read a message: urlencoded, as notifications are, or plain `k=v&k={a=b&c=d}`, as answers may be.

    The signature tells the two apart: base64 has no "%", and 2048 bits of it end in "==", which is
    "%3D%3D" in a urlencoded form.

    Raises:
        BadMessage: also for a repeated field, which two readers could read differently.
    """
    raw = dict(_split(text))
    if "%" in raw.get("signature", ""):
        try:
            pairs = parse_qsl(
                text,
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=_MAX_FIELDS,
            )
        except ValueError as error:
            raise BadMessage("not a form") from error
    else:
        pairs = list(_split(text))
    fields = dict(pairs)
    if not fields or len(fields) != len(pairs) or len(pairs) > _MAX_FIELDS:
        raise BadMessage("repeated, too many or no fields")
    return fields


def _split(text: str) -> Iterator[tuple[str, str]]:
    """Split at "&" outside of braces."""
    depth = start = 0
    for place, character in enumerate(text + "&"):
        depth += (character == "{") - (character == "}")
        if character == "&" and depth <= 0:
            name, found, value = text[start:place].partition("=")
            if found:
                yield name, value
            start = place + 1


def print_group(*, fields: Mapping[str, str]) -> str:
    """Write a group, `{k=v&k=v}`. Raises ValueError for a value that would change its structure."""
    for name, value in fields.items():
        if _STRUCTURE.search(value):
            raise ValueError(f"{name} has a character the format cannot carry")
    return "{" + "&".join(f"{name}={value}" for name, value in fields.items()) + "}"


def parse_group(*, text: str) -> dict[str, str]:
    """Read a group."""
    inner = text.strip().removeprefix("{").removesuffix("}")
    return dict(_split(inner))


def encrypt(*, text: str, certificate: x509.Certificate) -> str:
    """Encrypt a sensitive value for the bank: base64 of RSA PKCS#1 v1.5, as the public format has it."""
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("the bank's encryption certificate has no RSA key")
    return base64.b64encode(key.encrypt(text.encode(), padding.PKCS1v15())).decode()


def customer_info(
    *, open_parts: Mapping[str, str], sealed: Mapping[str, str], certificate: x509.Certificate
) -> str:
    """Write `customerInfo`: base64 of a group; the sensitive parts travel encrypted inside it."""
    group = print_group(fields=open_parts)
    if sealed:
        inner = print_group(fields=sealed)[1:-1]
        info = f"encryptedInfo={encrypt(text=inner, certificate=certificate)}"
        group = group[:-1] + ("&" if open_parts else "") + info + "}"
    return base64.b64encode(group.encode()).decode()


def print_time(*, moment: datetime) -> str:
    """Write a moment as `txnTime`: Beijing time, to the second. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(BEIJING).strftime(_TIME)


def parse_time(*, text: str) -> datetime | None:
    """Read a `txnTime`; None for what is none."""
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError:
        return None


def check_reference(*, reference: str) -> str:
    """Return the reference if the gateway takes it as an orderId. Raises ValueError."""
    if not _REFERENCE.fullmatch(reference):
        raise ValueError("a reference is 8 to 40 letters and digits")
    return reference


def amount_fields(*, amount: Money) -> dict[str, str]:
    """Write an amount: fen and the currency's number. Raises ValueError for another currency than CNY."""
    if amount.currency != "CNY" or amount.minor <= 0:
        raise ValueError("UnionPay carries positive amounts in CNY")
    return {"txnAmt": str(amount.minor), "currencyCode": CNY}


def parse_amount(*, fields: Mapping[str, str]) -> Money | None:
    """Read an amount in fen; None if there is no good one."""
    text = fields.get("txnAmt", "")
    if not (text.isascii() and text.isdigit()) or fields.get("currencyCode") != CNY:
        return None
    try:
        return Money(int(text), "CNY")
    except MoneyError:
        return None


def mask(*, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the message without anything sensitive, safe to keep."""
    masked = {name: value for name, value in fields.items() if name not in _HIDDEN}
    if "accNo" in masked:
        masked["accNo"] = "****" + masked["accNo"][-4:]
    return masked
