"""What can be done with accounts: one function per use case."""

from accounts.operations.codes import request_sms_code, verify_console_code
from accounts.operations.consents import (
    ShownDocument,
    grant_consents,
    require_consents,
    withdraw_consent,
)
from accounts.operations.identity import (
    declare_identity,
    record_four_factor_rejected,
    record_four_factor_verified,
)
from accounts.operations.login import login_with_code, login_with_password
from accounts.operations.messages import (
    Message,
    mark_message_read,
    send_message,
    send_messages,
    send_sms_notice,
)
from accounts.operations.registration import register
from accounts.operations.reveal import Revealed, reveal_borrower
from accounts.operations.staff import change_staff, create_staff
from accounts.operations.tokens import TokenHolder, issue_token, revoke_token, use_token

__all__ = [
    "Message",
    "Revealed",
    "ShownDocument",
    "TokenHolder",
    "change_staff",
    "create_staff",
    "declare_identity",
    "grant_consents",
    "issue_token",
    "login_with_code",
    "login_with_password",
    "mark_message_read",
    "record_four_factor_rejected",
    "record_four_factor_verified",
    "register",
    "request_sms_code",
    "require_consents",
    "reveal_borrower",
    "revoke_token",
    "send_message",
    "send_messages",
    "send_sms_notice",
    "use_token",
    "verify_console_code",
    "withdraw_consent",
]
