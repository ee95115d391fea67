"""The terms of a product: what one version of it offers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from uuid import UUID

from core.money import Money
from lending.products.domain.methods import DayCount, Method, NonworkingRule
from lending.products.domain.purposes import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTerms:
    """What a version fixes. Rates are fractions a year: Decimal("0.12") is 12 %.

    `instalment_options` are months. With `due_days` the borrower picks one of these days of the
    month; without, instalments fall due on the disbursement's day. `penalty_uplift` 0.5 is
    contract rate + 50 % on what is overdue. `late_fee` (minor units, 违约金) is asked once of an
    instalment not paid within its days of grace; where `interest_compounds`, unpaid interest bears
    the penalty rate too (复利). `nonworking_rule` moves due dates off weekends and
    holidays when a loan is agreed.
    """

    method: Method
    min_amount: Money
    max_amount: Money
    instalment_options: tuple[int, ...]
    annual_rate_floor: Decimal
    annual_rate_ceiling: Decimal
    penalty_uplift: Decimal
    grace_days: int
    day_count: DayCount
    due_days: tuple[int, ...]
    first_period_min_days: int
    purposes: tuple[Purpose, ...]
    cooling_off_days: int
    max_line: Money
    line_validity_months: int
    regime: str
    nonworking_rule: NonworkingRule = NonworkingRule.NONE
    late_fee: int = 0
    interest_compounds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTerms(VersionTerms):
    """A published version together with the product it is of."""

    version_id: UUID
    version: int
    effective_from: date
    body_hash: str
    code: str
    borrower_kind: str
    currency: str
    name_zh: str
    name_en: str
    tagline_zh: str
    tagline_en: str

    def name(self, *, language: str) -> str:
        """The product's name for a language code such as "zh-hans" or "en"."""
        return self.name_zh if language.startswith("zh") else self.name_en

    def tagline(self, *, language: str) -> str:
        """The line under the name."""
        return self.tagline_zh if language.startswith("zh") else self.tagline_en


def body_hash(*, code: str, borrower_kind: str, version: int, terms: VersionTerms) -> str:
    """SHA-256 of a version's terms in one canonical form: what a contract refers to.

    A term that came later and is left at its default is not in it: older hashes stay true.
    """
    body: dict[str, object] = {"code": code, "borrower_kind": borrower_kind, "version": version}
    for field in fields(VersionTerms):
        value = getattr(terms, field.name)
        if field.default is MISSING or value != field.default:
            body[field.name] = _plain(value)
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    match value:
        case Money():
            return str(value)
        case Decimal():
            return format(value.normalize(), "f")
        case tuple():
            return [_plain(part) for part in value]
        case _:
            return value
