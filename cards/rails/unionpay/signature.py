"""Who signed a message: signMethod 01 of the public gateway (RSA over SHA-256)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

SIGNATURE: Final = "signature"
_NAME_PARTS: Final = 4
_MAX_CERTIFICATE: Final = 16_384


class BadSignature(Exception):
    """The message does not prove that the bank wrote it."""


def digest(*, fields: Mapping[str, str]) -> bytes:
    """What is signed: the hex SHA-256 of the non-empty fields, sorted by name, as `k=v&k=v`."""
    pairs = sorted((name, value) for name, value in fields.items() if name != SIGNATURE and value)
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return hashlib.sha256(text.encode()).hexdigest().encode()


def sign(*, fields: Mapping[str, str], key: rsa.RSAPrivateKey) -> str:
    """Sign a message with the merchant's key: base64 of RSA PKCS#1 v1.5 SHA-256 over the digest."""
    raw = key.sign(digest(fields=fields), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(raw).decode()


def verify(
    *,
    fields: Mapping[str, str],
    roots: Sequence[x509.Certificate],
    signers: Sequence[str],
    now: datetime,
) -> None:
    """Check that the message carries the signature of a certificate we trust to speak for the bank.

    The certificate travels in the message (`signPubKeyCert`). It counts only if a pinned root issued
    it, it is valid now, and its name is the bank's: the same root also issues merchants' certificates.

    Raises:
        BadSignature: always without a hint to the sender.
    """
    key = _signer_key(fields.get("signPubKeyCert", ""), roots, signers, now)
    try:
        raw = base64.b64decode(fields.get(SIGNATURE, ""), validate=True)
        key.verify(raw, digest(fields=fields), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError) as error:
        raise BadSignature("signature does not hold") from error


def _signer_key(
    pem: str, roots: Sequence[x509.Certificate], signers: Sequence[str], now: datetime
) -> rsa.RSAPublicKey:
    if len(pem) > _MAX_CERTIFICATE:
        raise BadSignature("certificate too long")
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except ValueError as error:
        raise BadSignature("no certificate") from error
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise BadSignature("certificate not valid now")
    if not any(_issued(certificate, root) for root in roots):
        raise BadSignature("certificate not from a pinned root")
    # Common names have four parts, "041@number@who@serial"; the third says who it is.
    parts = str(names[0].value).split("@") if len(names) == 1 else []
    if len(parts) != _NAME_PARTS or parts[2] not in signers:
        raise BadSignature("certificate is not the bank's")
    # Only now: what strangers send is not even asked for its key.
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadSignature("certificate has no RSA key")
    return key


def _issued(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
