"""Who may do what in the console: the whole table. What is not named is not allowed.

A right is "app.model:verb". Being a superuser adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from accounts.domain.states import Role

#: What somebody who judges credit has to see.
_CREDIT_FILE: Final = frozenset(
    {
        "accounts.user:view_borrowers",
        "loans.creditapplication:view",
        "loans.creditline:view",
        "loans.drawdown:view",
        "loans.loan:view",
        "loans.loanchange:view",
        "risk.decision:view",
        "risk.review:view",
    }
)
_MONEY: Final = frozenset(
    {
        "cards.payment:view",
        "ledger.account:view",
        "ledger.entry:view",
        "loans.loan:view",
        "loans.loanchange:view",
        "repayments.repayment:view",
    }
)
_TERMS: Final = frozenset(
    {
        "core.holiday:view",
        "products.product:view",
        "products.productversion:view",
        "products.regulationfigure:view",
        "risk.riskpolicy:view",
    }
)
_OFFICER: Final = _CREDIT_FILE | {
    "risk.review:claim",
    "risk.review:decide",
    "loans.loanchange:propose_terms",
}

RIGHTS: Final[Mapping[Role, frozenset[str]]] = {
    Role.OFFICER: _OFFICER,
    # What a senior officer may approve beyond an officer's cap is risk's rule, not a right.
    Role.SENIOR_OFFICER: _OFFICER
    | {
        "risk.review:release_any",
        "accounts.user:reveal",
        "loans.loanchange:decide_terms",
        "loans.loanchange:decide_money",
    },
    # Nobody decides on what they proposed themselves: that is the operation's rule, not a right.
    Role.FINANCE: _MONEY | {"loans.loanchange:propose_money", "loans.loanchange:decide_money"},
    Role.AUDITOR: _CREDIT_FILE
    | _MONEY
    | _TERMS
    | {
        "accounts.user:view_staff",
        "accounts.user:reveal",
        "cards.cardbinding:view",
        "core.auditrecord:view",
    },
    Role.ADMINISTRATOR: _TERMS
    | {
        "accounts.user:view_staff",
        "accounts.user:manage_staff",
        "core.holiday:manage",
        "products.regulationfigure:verify",
    },
}


def rights_of(*, roles: Iterable[str]) -> frozenset[str]:
    """The union over the roles; an unknown group has no rights."""
    known = [RIGHTS[Role(name)] for name in roles if name in set(Role)]
    return frozenset().union(*known)
