"""What can be done with cards and payments."""

from cards.operations.bindings import (
    confirm_binding,
    end_agreement,
    hold_binding,
    release_binding,
    resend_code,
    set_default_binding,
    start_binding,
    unbind_card,
)
from cards.operations.payments import (
    create_payment,
    query_payment,
    receive_notification,
    submit_payment,
)

__all__ = [
    "confirm_binding",
    "create_payment",
    "end_agreement",
    "hold_binding",
    "query_payment",
    "receive_notification",
    "release_binding",
    "resend_code",
    "set_default_binding",
    "start_binding",
    "submit_payment",
    "unbind_card",
]
