"""Make the keys and certificates the two sides of the UnionPay channel need: `python -m sandbox.keys DIR`.

Idempotent: what is there stays. Keys are unencrypted PKCS#8 PEM, mode 0600; certificates are PEM.

=====================  ======================================  ===================
file                   what it is                              read by
=====================  ======================================  ===================
kadai_root.key         root CA's private key                   nobody at run time
kadai_root.pem         root CA certificate, the pinned root    product and sandbox
bank_sign.key          the bank's signing key                  sandbox
bank_sign.pem          its certificate (`signPubKeyCert`)      sandbox
bank_encrypt.key       the bank's decryption key               sandbox
bank_encrypt.pem       its certificate (`encryptCertId`)       product and sandbox
merchant.key           the merchant's signing key              product
merchant.pem           its certificate (`certId`)              product and sandbox
=====================  ======================================  ===================

The product reads only merchant.key, merchant.pem, kadai_root.pem and bank_encrypt.pem. Subject names
follow the public test certificates: the third part of the common name says who signs.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

MERCHANT_ID = "777290058110048"
ROOT, BANK_SIGN, BANK_ENCRYPT, MERCHANT = "kadai_root", "bank_sign", "bank_encrypt", "merchant"
COMMON_NAMES = {
    ROOT: "Kadai Sandbox Root CA",
    BANK_SIGN: "041@Z2026@00040000:SIGN@00000001",
    BANK_ENCRYPT: "041@Z2026@00040000:ENC@00000001",
    MERCHANT: f"041@Z2026@{MERCHANT_ID}@00000001",
}
_DAYS = 3650


def load_key(path: Path) -> rsa.RSAPrivateKey:
    """Read an RSA private key from a PEM file."""
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path.name} is not an RSA key")
    return key


def load_certificate(path: Path) -> x509.Certificate:
    """Read a certificate from a PEM file."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def _write(path: Path, data: bytes, mode: int) -> None:
    # Written aside and renamed: a reader or a kill never meets half a key.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    aside.replace(path)


def _key(directory: Path, name: str) -> rsa.RSAPrivateKey:
    path = directory / f"{name}.key"
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write(path, pem, 0o600)
    return load_key(path)


def _usage(name: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=name in (BANK_SIGN, MERCHANT),
        key_encipherment=name == BANK_ENCRYPT,
        key_cert_sign=name == ROOT,
        crl_sign=name == ROOT,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _certificate(directory: Path, name: str) -> None:
    path = directory / f"{name}.pem"
    root_key = _key(directory, ROOT)
    key = _key(directory, name)
    if path.exists():
        return
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAMES[name])])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAMES[ROOT])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A day back, so that a slow clock on the other side does not refuse a new certificate.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=name == ROOT, path_length=None), critical=True)
        .add_extension(_usage(name), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    _write(path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def make_keys(*, directory: Path) -> None:
    """Make whatever is missing in the directory; the root comes first, it signs the others."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (ROOT, BANK_SIGN, BANK_ENCRYPT, MERCHANT):
        _certificate(directory, name)


def main() -> None:
    """Command line: one argument, the directory."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m sandbox.keys DIR")
    make_keys(directory=Path(sys.argv[1]))


if __name__ == "__main__":
    main()
