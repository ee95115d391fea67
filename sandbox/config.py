"""What the environment says. Read once, when the process starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of the sandbox; durations are in seconds."""

    database_url: str
    keys_directory: Path
    settle_seconds: float
    notify_gap_seconds: float
    sms_token: str


def read_config(*, environ: Mapping[str, str] = os.environ) -> Config:
    """Read the environment.

    Raises:
        RuntimeError: SANDBOX_DATABASE_URL is missing.
    """
    database_url = environ.get("SANDBOX_DATABASE_URL", "")
    if not database_url:
        raise RuntimeError("SANDBOX_DATABASE_URL is not set")
    data = environ.get("KADAI_DATA_DIR", ".kadai")
    return Config(
        database_url=database_url,
        keys_directory=Path(environ.get("KADAI_KEYS_DIR") or Path(data) / "keys"),
        settle_seconds=float(environ.get("SANDBOX_SETTLE_SECONDS", "0.2")),
        notify_gap_seconds=float(environ.get("SANDBOX_NOTIFY_GAP_SECONDS", "2")),
        sms_token=environ.get("SMS_GATEWAY_TOKEN", "sandbox"),
    )
