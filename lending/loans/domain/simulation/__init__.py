"""Simulating loans from JSON cases: no database, no clock."""

from lending.loans.domain.simulation.reading import CaseError
from lending.loans.domain.simulation.story import simulate

__all__ = ["CaseError", "simulate"]
