"""Hard rules: named pure predicates. Which apply, with what figures and effect, is the policy's.

A predicate is true when the rule is BROKEN. A missing fact breaks the rule that asks for it and
no other: a policy that needs a fact lists the `…-missing` rule too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from risk.domain.facts import BorrowerKind, DecisionSubject, Occupation, Purpose, RiskFacts
from risk.domain.reading import MalformedBody, choice, flag, integer, items, members, text
from risk.domain.reasons import ReasonCode
from risk.domain.states import Outcome


@dataclass(frozen=True, slots=True)
class Params:
    """A rule's figures as its policy sets them."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    purposes: frozenset[Purpose] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A rule as the code knows it: its reason, its parameters, its predicate."""

    reason: ReasonCode
    is_broken: Callable[[RiskFacts, Params], bool]
    numbers: tuple[str, ...] = ()
    has_purposes: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as a policy applies it. `citation` names the law or the house rule behind it."""

    name: str
    effect: Outcome
    params: Params
    citation: str

    @property
    def reason(self) -> ReasonCode:
        return RULES[self.name].reason


@dataclass(frozen=True, slots=True)
class RuleResult:
    rule: Rule
    broken: bool


def exposure_minor(*, facts: RiskFacts) -> int:
    """What the borrower would owe at most.

    A borrower has one line, so what is owed now is owed under the line that is asked for; a
    drawdown adds to what is owed.
    """
    if facts.subject is DecisionSubject.CREDIT_LINE:
        return max(facts.requested.minor, facts.outstanding.minor)
    return facts.outstanding.minor + facts.requested.minor


def _is_over_line(facts: RiskFacts, _params: Params) -> bool:
    """Without a line nothing can be drawn."""
    return facts.line_limit is None or exposure_minor(facts=facts) > facts.line_limit.minor


RULES: Final[Mapping[str, RuleSpec]] = {
    "identity-not-verified": RuleSpec(
        ReasonCode.IDENTITY_NOT_VERIFIED, lambda f, p: not f.identity_verified
    ),
    "age-missing": RuleSpec(ReasonCode.AGE_UNKNOWN, lambda f, p: f.age is None),
    "under-age": RuleSpec(
        ReasonCode.UNDER_AGE,
        lambda f, p: f.age is not None and f.age < p.numbers["minimum"],
        numbers=("minimum",),
    ),
    "over-age-limit": RuleSpec(
        ReasonCode.OVER_AGE_LIMIT,
        lambda f, p: f.age is not None and f.age > p.numbers["maximum"],
        numbers=("maximum",),
    ),
    "student": RuleSpec(
        ReasonCode.STUDENT,
        lambda f, p: f.borrower_kind is BorrowerKind.PERSON and f.occupation is Occupation.STUDENT,
    ),
    "occupation-missing": RuleSpec(
        ReasonCode.OCCUPATION_UNKNOWN, lambda f, p: f.occupation is None
    ),
    "income-missing": RuleSpec(ReasonCode.INCOME_UNKNOWN, lambda f, p: not f.monthly_income),
    "purpose-forbidden": RuleSpec(
        ReasonCode.PURPOSE_FORBIDDEN, lambda f, p: f.purpose in p.purposes, has_purposes=True
    ),
    "purpose-not-offered": RuleSpec(
        ReasonCode.PURPOSE_NOT_OFFERED, lambda f, p: f.purpose in p.purposes, has_purposes=True
    ),
    "purpose-missing": RuleSpec(ReasonCode.PURPOSE_MISSING, lambda f, p: f.purpose is None),
    "overdue-now": RuleSpec(
        ReasonCode.OVERDUE_NOW,
        lambda f, p: f.overdue_days_now > p.numbers["maximum_days"],
        numbers=("maximum_days",),
    ),
    "serious-arrears": RuleSpec(
        ReasonCode.SERIOUS_ARREARS,
        lambda f, p: f.worst_overdue_days > p.numbers["maximum_days"],
        numbers=("maximum_days",),
    ),
    "exposure-over-cap": RuleSpec(
        ReasonCode.EXPOSURE_OVER_CAP,
        lambda f, p: exposure_minor(facts=f) > p.numbers["cap_minor"],
        numbers=("cap_minor",),
    ),
    "over-line-limit": RuleSpec(ReasonCode.OVER_LINE_LIMIT, _is_over_line),
    "too-many-applications": RuleSpec(
        ReasonCode.TOO_MANY_APPLICATIONS,
        lambda f, p: f.applications_30d > p.numbers["maximum"],
        numbers=("maximum",),
    ),
    "no-verified-card": RuleSpec(ReasonCode.NO_VERIFIED_CARD, lambda f, p: not f.verified_cards),
    "business-too-young": RuleSpec(
        ReasonCode.BUSINESS_TOO_YOUNG,
        lambda f, p: (
            f.years_in_business is not None and f.years_in_business < p.numbers["minimum_years"]
        ),
        numbers=("minimum_years",),
    ),
    "business-age-missing": RuleSpec(
        ReasonCode.BUSINESS_AGE_UNKNOWN, lambda f, p: f.years_in_business is None
    ),
    "revenue-missing": RuleSpec(ReasonCode.REVENUE_UNKNOWN, lambda f, p: not f.annual_revenue),
    "amount-needs-officer": RuleSpec(
        ReasonCode.AMOUNT_NEEDS_OFFICER,
        lambda f, p: f.requested.minor > p.numbers["above_minor"],
        numbers=("above_minor",),
    ),
}

#: Law or prudence allows no policy without these, and no other effect than DECLINE.
MANDATORY: Final[Mapping[DecisionSubject, frozenset[str]]] = {
    DecisionSubject.CREDIT_LINE: frozenset(
        {
            "identity-not-verified",
            "under-age",
            "purpose-forbidden",
            "overdue-now",
            "exposure-over-cap",
        }
    ),
    DecisionSubject.DRAWDOWN: frozenset(
        {
            "identity-not-verified",
            "under-age",
            "purpose-forbidden",
            "overdue-now",
            "exposure-over-cap",
            "over-line-limit",
        }
    ),
}


def parse_rules(*, body: object, subject: DecisionSubject) -> tuple[Rule, ...]:
    """The policy's rules in its order, which is the order of their reasons. Raises MalformedBody."""
    rules = tuple(_parse(entry, f"rules.{n}") for n, entry in enumerate(items(body, "rules")))
    by_name = {rule.name: rule for rule in rules}
    if len(by_name) != len(rules):
        raise MalformedBody("rules", "a rule is listed twice")
    for name in sorted(MANDATORY[subject]):
        if name not in by_name or by_name[name].effect is not Outcome.DECLINE:
            raise MalformedBody("rules", f"{name} must be there with DECLINE")
    return rules


def _parse(entry: object, path: str) -> Rule:
    read = members(
        entry, path, required=["rule", "effect"], optional=["params", "citation", "verified"]
    )
    name = text(read["rule"], f"{path}.rule")
    spec = RULES.get(name)
    if spec is None:
        raise MalformedBody(f"{path}.rule", f"there is no rule {name!r}")
    effect = choice(read["effect"], f"{path}.effect", Outcome)
    if effect is Outcome.APPROVE:
        raise MalformedBody(f"{path}.effect", "a rule refers or declines")
    lists = ["purposes"] if spec.has_purposes else []
    params = members(read.get("params", {}), f"{path}.params", required=[*spec.numbers, *lists])
    numbers = {n: integer(params[n], f"{path}.params.{n}") for n in spec.numbers}
    purposes = frozenset(
        choice(purpose, f"{path}.params.purposes", Purpose)
        for key in lists
        for purpose in items(params[key], f"{path}.params.purposes")
    )
    flag(read.get("verified", False), f"{path}.verified")
    citation = text(read["citation"], f"{path}.citation") if "citation" in read else ""
    return Rule(name=name, effect=effect, params=Params(numbers, purposes), citation=citation)


def check_rules(*, facts: RiskFacts, rules: tuple[Rule, ...]) -> tuple[RuleResult, ...]:
    """Every rule, broken or not, in the policy's order."""
    return tuple(RuleResult(rule, RULES[rule.name].is_broken(facts, rule.params)) for rule in rules)
