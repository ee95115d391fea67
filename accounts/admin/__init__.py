"""Borrowers and staff in the console."""

from accounts.admin.users import UserAdmin

__all__ = ["UserAdmin"]
