"""The form of the channel: signature, encryption and fields, as the bank's side does them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox import keys

Fields = dict[str, str]


class Unreadable(Exception):
    """An encrypted or structured field that does not open."""


def digest(*, fields: Mapping[str, str]) -> bytes:
    """What is signed: the hex SHA-256 of the non-empty fields, sorted, as `k=v&k=v`."""
    pairs = sorted((k, v) for k, v in fields.items() if k != "signature" and v != "")
    text = "&".join(f"{key}={value}" for key, value in pairs)
    return hashlib.sha256(text.encode()).hexdigest().encode()


def parse_form(*, body: bytes) -> Fields:
    """Read a urlencoded form; the last of a repeated name counts."""
    return dict(
        parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
    )


def parse_group(*, text: str) -> Fields:
    """Read a `{k=v&k=v}` field."""
    inner = text.strip().removeprefix("{").removesuffix("}")
    return dict(pair.split("=", 1) for pair in inner.split("&") if "=" in pair)


def print_group(*, fields: Mapping[str, str]) -> str:
    """Write a `{k=v&k=v}` field."""
    return "{" + "&".join(f"{key}={value}" for key, value in fields.items()) + "}"


class BankKeys:
    """The bank's keys and the certificate of the merchant it knows."""

    def __init__(self, *, directory: Path) -> None:
        self._sign_key = keys.load_key(directory / f"{keys.BANK_SIGN}.key")
        certificate = keys.load_certificate(directory / f"{keys.BANK_SIGN}.pem")
        self._sign_pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self._open_key = keys.load_key(directory / f"{keys.BANK_ENCRYPT}.key")
        encrypt = keys.load_certificate(directory / f"{keys.BANK_ENCRYPT}.pem")
        self._encrypt_id = str(encrypt.serial_number)
        self._merchants = [keys.load_certificate(directory / f"{keys.MERCHANT}.pem")]

    def sign(self, *, fields: Mapping[str, str]) -> Fields:
        """Return the message with the bank's certificate and signature, empty fields dropped."""
        signed = {key: value for key, value in fields.items() if value != ""}
        signed |= {"signMethod": "01", "signPubKeyCert": self._sign_pem}
        raw = self._sign_key.sign(digest(fields=signed), padding.PKCS1v15(), hashes.SHA256())
        signed["signature"] = base64.b64encode(raw).decode()
        return signed

    def encode(self, *, fields: Mapping[str, str]) -> str:
        """Sign a message and write it as a form."""
        return urlencode(self.sign(fields=fields))

    def _merchant(self, *, fields: Mapping[str, str]) -> x509.Certificate | None:
        for certificate in self._merchants:
            name = str(
                certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
            )
            if (str(certificate.serial_number), name.split("@")[2]) == (
                fields.get("certId"),
                fields.get("merId"),
            ):
                return certificate
        return None

    def is_from_merchant(self, *, fields: Mapping[str, str]) -> bool:
        """Tell whether the signature is that of the merchant the message names."""
        certificate = self._merchant(fields=fields)
        key = certificate.public_key() if certificate else None
        if fields.get("signMethod") != "01" or not isinstance(key, rsa.RSAPublicKey):
            return False
        try:
            raw = base64.b64decode(fields.get("signature", ""), validate=True)
            key.verify(raw, digest(fields=fields), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def _open(self, text: str) -> str:
        try:
            raw = base64.b64decode(text, validate=True)
            return self._open_key.decrypt(raw, padding.PKCS1v15()).decode()
        except ValueError as error:
            raise Unreadable from error

    def open_account_number(self, *, fields: Mapping[str, str]) -> str:
        """Decrypt `accNo`. Raises Unreadable."""
        if fields.get("encryptCertId") != self._encrypt_id:
            raise Unreadable
        return self._open(fields.get("accNo", ""))

    def open_customer(self, *, fields: Mapping[str, str]) -> Fields:
        """Decrypt `customerInfo`: base64 of a group whose `encryptedInfo` opens to more of it.

        Raises:
            Unreadable: it does not open, or the phone travelled in the clear.
        """
        text = fields.get("customerInfo", "")
        if not text:
            return {}
        try:
            customer = parse_group(text=base64.b64decode(text, validate=True).decode())
        except ValueError as error:
            raise Unreadable from error
        if "phoneNo" in customer:
            raise Unreadable
        sealed = customer.pop("encryptedInfo", "")
        return customer | (parse_group(text=self._open(sealed)) if sealed else {})
