"""Simulated plans for people: an aligned table, or one page with charts that needs no network."""

from lending.loans.management.plans.page import as_html
from lending.loans.management.plans.table import as_table

__all__ = ["as_html", "as_table"]
