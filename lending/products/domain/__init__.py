"""What is offered and what the law allows: pure rules, no Django, no I/O, no clock."""

from lending.products.domain.cost import least_annual_cost, shown_cost
from lending.products.domain.figures import (
    REGIME_NAMES,
    CostCeiling,
    Figure,
    FigureCode,
    Regime,
    Unit,
    regimes_of,
)
from lending.products.domain.methods import (
    DAY_COUNT_NAMES,
    METHOD_EXPLANATIONS,
    METHOD_NAMES,
    NONWORKING_RULE_NAMES,
    DayCount,
    Method,
    NonworkingRule,
)
from lending.products.domain.purposes import PURPOSE_NAMES, PURPOSES, Purpose
from lending.products.domain.rules import Problem, RegulationLimits, check_terms
from lending.products.domain.terms import ProductTerms, VersionTerms, body_hash

__all__ = [
    "DAY_COUNT_NAMES",
    "METHOD_EXPLANATIONS",
    "METHOD_NAMES",
    "NONWORKING_RULE_NAMES",
    "PURPOSES",
    "PURPOSE_NAMES",
    "REGIME_NAMES",
    "CostCeiling",
    "DayCount",
    "Figure",
    "FigureCode",
    "Method",
    "NonworkingRule",
    "Problem",
    "ProductTerms",
    "Purpose",
    "Regime",
    "RegulationLimits",
    "Unit",
    "VersionTerms",
    "body_hash",
    "check_terms",
    "least_annual_cost",
    "regimes_of",
    "shown_cost",
]
