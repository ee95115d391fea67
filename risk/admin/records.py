"""Decisions with their facts and trace, and the policies: to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.people import by_phone, joins, person
from core.console import columns as c
from core.console.filters import choice_filter
from core.console.model_admin import ConsoleModelAdmin
from core.console.sections import Cell, Fact, Facts, Section, Table, facts, register_about, table
from core.money import Money
from risk.admin.words import DECISION_STATES, EFFECTS, OUTCOMES, POLICIES, SUBJECTS
from risk.domain.policy import Policy, parse_policy
from risk.models import Decision, RiskPolicy
from risk.queries import (
    Explanation,
    Reader,
    ReviewDetail,
    explain_decision,
    list_reason_choices,
    reason_texts,
)

#: Decisions about one borrower shown on another page.
_RECENT: Final = 10


def policy_title(row: Decision) -> str:
    """Which version decided."""
    return f"{POLICIES.get(row.policy.code, row.policy.code)} · {row.policy.version}"


def reasons(row: Decision) -> str:
    """The officer's words for the reasons."""
    return "; ".join(
        reason.text for reason in reason_texts(codes=row.reasons, reader=Reader.OFFICER)
    )


def requested(row: Decision) -> object:
    """What was asked for."""
    return c.as_money(Money(row.facts["requested"], row.currency))


def decision_target(row: Decision) -> c.Target:
    """The page of a decision."""
    return c.Target(reverse("admin:risk_decision_change", args=[row.pk]), "risk.decision:view")


def _result(row: Decision) -> c.State:
    """The outcome once there is one, else how far it is."""
    return OUTCOMES[row.outcome] if row.outcome else DECISION_STATES[row.state]


_BRIEF: Final = (
    c.choice("subject", _("Request for"), SUBJECTS, "subject_type"),
    c.Column("requested", _("Amount requested"), requested, kind="money"),
    c.Column("score", _("Score"), lambda row: row.score, kind="money"),
    c.Column("result", _("Outcome"), lambda row: c.chip(_result(row))),
)
_ASKED: Final = c.moment("requested_at", _("Requested at"))


def explain(detail: Explanation | ReviewDetail) -> list[Section]:
    """Facts, rules, points and offer in readable rows."""
    sections: list[Section] = []
    if detail.rules:
        sections.append(_rules(detail))
    if detail.proposal is not None:
        proposal = detail.proposal
        sections.append(
            Facts(
                _("What the policy would offer"),
                (
                    Fact(_("Limit"), c.as_money(proposal.limit)),
                    Fact(_("Annual rate"), c.as_rate(proposal.annual_rate)),
                    Fact(_("Score band"), proposal.band),
                    *(Fact(step.label, step.value) for step in proposal.steps),
                ),
            )
        )
    if detail.points:
        sections.append(_points(detail))
    sections.append(Facts(_("Facts"), tuple(Fact(row.label, row.value) for row in detail.facts)))
    return sections


def _points(detail: Explanation | ReviewDetail) -> Table:
    rows = [
        (
            Cell(row.label),
            Cell(row.value),
            Cell(f"{row.points:+d}", "money"),
            Cell(f"−{row.lost}" if row.lost else "—", "money"),
        )
        for row in detail.points
    ]
    start = (
        Cell(_("Every application starts with")),
        Cell(""),
        Cell(f"{detail.base_points:+d}", "money"),
        Cell("—", "money"),
    )
    total = detail.base_points + sum(row.points for row in detail.points)
    return Table(
        _("Score"),
        (
            Cell(_("Characteristic")),
            Cell(_("Value")),
            Cell(_("Points"), "money"),
            Cell(_("Below the best"), "money"),
        ),
        (start, *rows, (Cell(_("Total")), Cell(""), Cell(f"{total}", "money"), Cell("", "money"))),
    )


def _rules(detail: Explanation | ReviewDetail) -> Facts:
    """What applies, each with its consequence, and in one line what was checked besides."""
    applies = [
        Fact(row.label, c.chip(EFFECTS[row.effect.value])) for row in detail.rules if row.broken
    ]
    others = "; ".join(row.label for row in detail.rules if not row.broken)
    return Facts(
        _("Rules of the policy"),
        (*applies, Fact(_("Checked, does not apply"), others or c.EMPTY)),
        kind="lines",
    )


@admin.register(Decision)
class DecisionAdmin(ConsoleModelAdmin):
    """Every decision, by policy or by an officer."""

    plural, singular = _("Decisions"), _("Decision")
    search_help_text = _("Phone number, or the id of a decision, application or drawdown")
    finders = (by_phone("applicant"), lambda term: _by_subject(term))
    list_select_related = (*joins("applicant"), "policy")
    list_filter = (
        choice_filter(_("State"), "state", DECISION_STATES),
        choice_filter(_("Outcome"), "outcome", OUTCOMES),
        choice_filter(_("Request for"), "subject_type", SUBJECTS),
    )
    columns = (_ASKED, person("applicant", _("Borrower")), *_BRIEF)
    fact_groups = (
        (
            _("Decision"),
            (
                *columns,
                c.money("limit", _("Limit"), "limit_minor"),
                c.rate("annual_rate", _("Annual rate")),
                c.Column("reasons", _("Reasons"), reasons),
                c.Column("policy", _("Policy and version"), policy_title),
                c.moment("made_at", _("Made at")),
                person("made_by", _("Made by")),
                c.code("subject_id", _("Application or drawdown")),
                c.code("id", _("Id")),
            ),
        ),
    )

    def detail_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return self.get_queryset(request).select_related(*self.list_select_related, "made_by")

    def heading(self, row: Decision) -> str:
        return f"{SUBJECTS[row.subject_type]} · {c.as_moment(row.requested_at)}"

    def sections(self, request: HttpRequest, row: Decision) -> Sequence[Section]:
        explanation = explain_decision(decision_id=row.pk)
        return [*super().sections(request, row), *explain(explanation)]


def _by_subject(term: str) -> Q | None:
    try:
        return Q(subject_id=UUID(term))
    except ValueError:
        return None


def _of_borrower(borrower_id: UUID) -> Iterable[tuple[str, Section]]:
    rows = Decision.objects.filter(applicant_id=borrower_id).order_by("-requested_at")
    opening = c.Column(
        "requested_at",
        _("Requested at"),
        lambda row: c.as_moment(row.requested_at),
        target=decision_target,
    )
    yield "risk.decision:view", table(_("Decisions so far"), rows[:_RECENT], (opening, *_BRIEF))


register_about("borrower", _of_borrower)


@admin.register(RiskPolicy)
class RiskPolicyAdmin(ConsoleModelAdmin):
    """How requests are decided: versions that never change."""

    plural, singular = _("Risk policies"), _("Risk policy")
    search_fields = ()
    ordering = ("code", "-version")
    columns = (
        c.choice("code", _("Decides on"), POLICIES),
        c.text("version", _("Version")),
        c.moment("active_from", _("In force from")),
        person("created_by", _("Published by")),
    )
    fact_groups = ((_("Policy"), columns),)
    list_select_related = joins("created_by")

    def heading(self, row: RiskPolicy) -> str:
        return f"{POLICIES.get(row.code, row.code)} · {row.version}"

    def sections(self, request: HttpRequest, row: RiskPolicy) -> Sequence[Section]:
        policy = parse_policy(body=row.body)
        return [facts(_("Policy"), row, self.columns), *_policy_sections(policy)]


def _policy_sections(policy: Policy) -> Iterable[Section]:
    words = dict(list_reason_choices())
    yield Facts(
        _("Cut-offs and authority"),
        (
            Fact(_("Approved from a score of"), policy.cutoffs.approve),
            Fact(_("Referred from a score of"), policy.cutoffs.refer),
            Fact(_("An officer approves alone up to"), c.as_money(policy.officer_cap)),
            Fact(_("Regulation caps one borrower at"), c.as_money(policy.exposure_cap)),
        ),
    )
    yield Table(
        _("Rules of the policy"),
        (Cell(_("Rule")), Cell(_("Consequence")), Cell(_("Source"))),
        tuple(
            (
                Cell(words[rule.reason.value]),
                Cell(c.chip(EFFECTS[rule.effect.value])),
                Cell(rule.citation or _("House rule")),
            )
            for rule in policy.rules
        ),
    )
    if policy.offer is not None:
        yield Table(
            _("Limits and prices by score"),
            (
                Cell(_("Band")),
                Cell(_("From a score of"), "money"),
                Cell(_("Percent of a month's income"), "money"),
                Cell(_("At most"), "money"),
                Cell(_("Without a known income"), "money"),
                Cell(_("Annual rate"), "money"),
            ),
            tuple(
                (
                    Cell(band.name),
                    Cell(band.from_score, "money"),
                    Cell(f"{band.income_percent} %", "money"),
                    Cell(c.as_money(band.cap), "money"),
                    Cell(c.as_money(band.no_income_cap), "money"),
                    Cell(c.as_rate(band.annual_rate), "money"),
                )
                for band in policy.offer.bands
            ),
        )
