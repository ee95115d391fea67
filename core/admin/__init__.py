"""The kernel's own tables in the console."""

from core.admin.audit import AuditRecordAdmin
from core.admin.holidays import HolidayAdmin

__all__ = ["AuditRecordAdmin", "HolidayAdmin"]
