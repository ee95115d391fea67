"""What a new password must be; Django's own sentence on its length lacks the Chinese in 5.2."""

from __future__ import annotations

from django.contrib.auth import password_validation
from django.utils.translation import ngettext


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Django's check with a sentence in both languages."""

    def get_error_message(self) -> str:
        """The sentence beside the field."""
        return ngettext(
            "The password is too short: it needs at least %(count)d character.",
            "The password is too short: it needs at least %(count)d characters.",
            self.min_length,
        ) % {"count": self.min_length}
