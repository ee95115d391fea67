"""The SMS gateway: the one party outside that accounts talk to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import requests
from django.conf import settings

from core.errors import Unavailable

#: Seconds to connect and to wait for an answer; a person is waiting.
TIMEOUT: Final = (3.0, 5.0)
_ACCEPTED: Final = 202


class SmsGateway(Protocol):
    """Whoever carries text messages."""

    def send(self, *, to: str, text: str, reference: str) -> None:
        """Hand over one message; the same reference is delivered once. Raises Unavailable."""


@dataclass(frozen=True)
class HttpSmsGateway:
    """POST {url}/messages with a bearer token; 202 means taken."""

    url: str
    token: str

    def send(self, *, to: str, text: str, reference: str) -> None:
        """Hand over one message. Raises Unavailable for anything but 202, no answer included."""
        try:
            answer = requests.post(
                f"{self.url}/messages",
                json={"to": to, "text": text, "reference": reference},
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unavailable(code="sms-unavailable") from error
        if answer.status_code != _ACCEPTED:
            raise Unavailable(code="sms-unavailable")


def sms_gateway() -> SmsGateway:
    """The gateway of this installation."""
    return HttpSmsGateway(url=settings.SMS_GATEWAY_URL, token=settings.SMS_GATEWAY_TOKEN)
