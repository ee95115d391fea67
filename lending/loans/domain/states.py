"""State machines from the application for a line to the end of a loan."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.statemachine import TransitionTable


class ApplicationState(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    DECIDING = "DECIDING"
    UNDER_REVIEW = "UNDER_REVIEW"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class ApplicationEvent(StrEnum):
    SUBMIT = "SUBMIT"
    DECIDE = "DECIDE"
    REFER = "REFER"
    APPROVE = "APPROVE"
    DECLINE = "DECLINE"
    WITHDRAW = "WITHDRAW"
    EXPIRE = "EXPIRE"


_A, _AE = ApplicationState, ApplicationEvent
APPLICATION: Final = TransitionTable(
    name="credit application",
    initial=_A.DRAFT,
    rows={
        (_A.DRAFT, _AE.SUBMIT): _A.SUBMITTED,
        (_A.SUBMITTED, _AE.DECIDE): _A.DECIDING,
        (_A.DECIDING, _AE.REFER): _A.UNDER_REVIEW,
        (_A.DECIDING, _AE.APPROVE): _A.APPROVED,
        (_A.DECIDING, _AE.DECLINE): _A.DECLINED,
        (_A.UNDER_REVIEW, _AE.APPROVE): _A.APPROVED,
        (_A.UNDER_REVIEW, _AE.DECLINE): _A.DECLINED,
        (_A.UNDER_REVIEW, _AE.WITHDRAW): _A.WITHDRAWN,
        (_A.UNDER_REVIEW, _AE.EXPIRE): _A.EXPIRED,
    },
)
OPEN_APPLICATIONS: Final = (_A.DRAFT, _A.SUBMITTED, _A.DECIDING, _A.UNDER_REVIEW)


class LineState(StrEnum):
    ACTIVE = "ACTIVE"
    FROZEN = "FROZEN"
    CLOSED = "CLOSED"
    EXPIRED = "EXPIRED"


class LineEvent(StrEnum):
    FREEZE = "FREEZE"
    UNFREEZE = "UNFREEZE"
    CLOSE = "CLOSE"
    EXPIRE = "EXPIRE"


_L, _LE = LineState, LineEvent
LINE: Final = TransitionTable(
    name="credit line",
    initial=_L.ACTIVE,
    rows={
        (_L.ACTIVE, _LE.FREEZE): _L.FROZEN,
        (_L.FROZEN, _LE.UNFREEZE): _L.ACTIVE,
        (_L.ACTIVE, _LE.CLOSE): _L.CLOSED,
        (_L.FROZEN, _LE.CLOSE): _L.CLOSED,
        (_L.ACTIVE, _LE.EXPIRE): _L.EXPIRED,
        (_L.FROZEN, _LE.EXPIRE): _L.EXPIRED,
    },
)


class DrawdownState(StrEnum):
    SIGNED = "SIGNED"
    CHECKING = "CHECKING"
    UNDER_REVIEW = "UNDER_REVIEW"
    DISBURSING = "DISBURSING"
    DISBURSED = "DISBURSED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class DrawdownEvent(StrEnum):
    CHECK = "CHECK"
    REFER = "REFER"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    CANCEL = "CANCEL"
    PAID_OUT = "PAID_OUT"
    PAYOUT_FAILED = "PAYOUT_FAILED"


_D, _DE = DrawdownState, DrawdownEvent
DRAWDOWN: Final = TransitionTable(
    name="drawdown",
    initial=_D.SIGNED,
    rows={
        (_D.SIGNED, _DE.CHECK): _D.CHECKING,
        (_D.CHECKING, _DE.REFER): _D.UNDER_REVIEW,
        (_D.CHECKING, _DE.APPROVE): _D.DISBURSING,
        (_D.CHECKING, _DE.REJECT): _D.REJECTED,
        (_D.UNDER_REVIEW, _DE.APPROVE): _D.DISBURSING,
        (_D.UNDER_REVIEW, _DE.REJECT): _D.REJECTED,
        (_D.UNDER_REVIEW, _DE.CANCEL): _D.CANCELLED,
        (_D.DISBURSING, _DE.PAID_OUT): _D.DISBURSED,
        (_D.DISBURSING, _DE.PAYOUT_FAILED): _D.FAILED,
    },
)
#: These hold a part of the line although no loan stands yet.
OPEN_DRAWDOWNS: Final = (_D.SIGNED, _D.CHECKING, _D.UNDER_REVIEW, _D.DISBURSING)


class LoanStatus(StrEnum):
    ACTIVE = "ACTIVE"
    CLOSED_REPAID = "CLOSED_REPAID"
    CLOSED_WRITTEN_OFF = "CLOSED_WRITTEN_OFF"
    CLOSED_REFINANCED = "CLOSED_REFINANCED"


class LoanStatusEvent(StrEnum):
    REPAY = "REPAY"
    WRITE_OFF = "WRITE_OFF"
    REFINANCE = "REFINANCE"
    REOPEN = "REOPEN"


_S, _SE = LoanStatus, LoanStatusEvent
LOAN: Final = TransitionTable(
    name="loan",
    initial=_S.ACTIVE,
    rows={
        (_S.ACTIVE, _SE.REPAY): _S.CLOSED_REPAID,
        (_S.ACTIVE, _SE.WRITE_OFF): _S.CLOSED_WRITTEN_OFF,
        (_S.ACTIVE, _SE.REFINANCE): _S.CLOSED_REFINANCED,
        # What closed it was undone: a payment taken back, a write-off recorded by mistake.
        (_S.CLOSED_REPAID, _SE.REOPEN): _S.ACTIVE,
        (_S.CLOSED_WRITTEN_OFF, _SE.REOPEN): _S.ACTIVE,
        (_S.CLOSED_REFINANCED, _SE.REOPEN): _S.ACTIVE,
    },
)


class AssetClass(StrEnum):
    """五级分类 (商业银行金融资产风险分类办法, 2023)."""

    PASS = "PASS"  # noqa: S105 - a class of assets
    SPECIAL_MENTION = "SPECIAL_MENTION"
    SUBSTANDARD = "SUBSTANDARD"
    DOUBTFUL = "DOUBTFUL"
    LOSS = "LOSS"
