"""Simulating loans from JSON cases: no database, no clock."""

from lending.loans.domain.simulation.case import simulate
from lending.loans.domain.simulation.reading import CaseError

__all__ = ["CaseError", "simulate"]
