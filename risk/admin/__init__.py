"""Reviews, decisions and policies in the console."""

from risk.admin.records import DecisionAdmin, RiskPolicyAdmin
from risk.admin.reviews import ReviewAdmin

__all__ = ["DecisionAdmin", "ReviewAdmin", "RiskPolicyAdmin"]
