"""The one family of errors that cross a boundary. Each has a stable code, which is its API type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
FieldErrors = Mapping[str, Sequence[Text]]


class KadaiError(Exception):
    """Base of every refusal that a person or client can act on.

    `code` is stable and part of the API; `message` is for people; `fields` puts a sentence beside
    each input that caused it.
    """

    status = 400
    code = "error"
    message: Text = _("The request could not be carried out.")

    def __init__(
        self,
        *,
        code: str | None = None,
        message: Text | None = None,
        fields: FieldErrors | None = None,
    ) -> None:
        self.code = code or self.code
        self.message = message or self.message
        self.fields: FieldErrors = fields or {}
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(KadaiError):
    """The input itself is wrong; `fields` says where."""

    status = 400
    code = "invalid-input"
    message = _("Please check the marked fields.")

    @classmethod
    def field(cls, name: str, message: Text, *, code: str | None = None) -> InvalidInput:
        """One wrong field with its sentence."""
        return cls(code=code, message=message, fields={name: [message]})


class NotAuthenticated(KadaiError):
    status = 401
    code = "not-authenticated"
    message = _("Please log in.")


class Forbidden(KadaiError):
    status = 403
    code = "forbidden"
    message = _("You may not do this.")


class NotFound(KadaiError):
    """Also what somebody else's record answers: its existence is not disclosed."""

    status = 404
    code = "not-found"
    message = _("There is no such record.")


class Conflict(KadaiError):
    """The input is fine but the record is not in a state that allows it."""

    status = 409
    code = "conflict"
    message = _("This is not possible in the present state.")


class TooLarge(KadaiError):
    status = 413
    code = "too-large"
    message = _("The request is too large.")


class Refused(KadaiError):
    """A business rule says no (limit, consent, regulation)."""

    status = 422
    code = "refused"
    message = _("This is not allowed.")


class TooManyRequests(KadaiError):
    status = 429
    code = "too-many-requests"
    message = _("Too many attempts. Please wait a while and try again.")

    def __init__(
        self,
        *,
        retry_after: int = 0,
        code: str | None = None,
        message: Text | None = None,
        fields: FieldErrors | None = None,
    ) -> None:
        self.retry_after = retry_after  # seconds; 0 where nobody knows
        super().__init__(code=code, message=message, fields=fields)


class Failed(KadaiError):
    """A defect of ours."""

    status = 500
    code = "failed"
    message = _("Something went wrong on our side. Please try again later.")


class Unavailable(KadaiError):
    """A party outside did not answer; the same request may be sent again."""

    status = 503
    code = "unavailable"
    message = _("The service is busy. Please try again in a moment.")
