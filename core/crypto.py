"""Field encryption (AES-256-GCM) and blind indexes (HMAC-SHA-256).

A sealed value names its key, so keys rotate: version byte, key id, 12-byte nonce, ciphertext.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION: Final = 1
_NONCE: Final = 12


class SealedValueError(Exception):
    """The ciphertext was altered, moved to another row, or its key is gone."""


class Keyring(NamedTuple):
    """`current` seals; every key in `keys` opens. Ids are 1 to 255."""

    current: int
    keys: Mapping[int, bytes]


def _keyring() -> Keyring:
    return Keyring(settings.FIELD_KEY_ID, settings.FIELD_KEYS)


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def seal(*, text: str, context: str) -> bytes:
    """Encrypt `text` so that it opens only with the same `context`."""
    ring = _keyring()
    nonce = os.urandom(_NONCE)
    body = _cipher(ring.keys[ring.current]).encrypt(nonce, text.encode(), context.encode())
    return bytes((_VERSION, ring.current)) + nonce + body


def unseal(*, sealed: bytes, context: str) -> str:
    """Decrypt. Raises SealedValueError if the value, its row or its key is not the one it was."""
    try:
        if sealed[0] != _VERSION:
            raise SealedValueError("unknown version")
        cipher = _cipher(_keyring().keys[sealed[1]])
        nonce, body = sealed[2 : 2 + _NONCE], sealed[2 + _NONCE :]
        return cipher.decrypt(nonce, body, context.encode()).decode()
    except (IndexError, KeyError, InvalidTag, ValueError) as error:
        raise SealedValueError("this value cannot be opened here") from error


def blind_index(*, text: str, purpose: str) -> str:
    """A keyed hash for equality look-ups; `purpose` separates columns from each other."""
    message = f"{purpose}\x00{text}".encode()
    return hmac.new(settings.INDEX_KEY, message, hashlib.sha256).hexdigest()


def token_hash(*, token: str) -> str:
    """How a random high-entropy token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()
