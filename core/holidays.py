"""The table of holidays: reading it as a calendar, and keeping it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from importlib.metadata import version
from typing import Final
from uuid import UUID

from chinese_calendar import constants
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.errors import InvalidInput, NotFound, Text
from core.locks import lock_row
from core.models import Holiday
from core.texts import gettext_noop
from core.workcalendar import Outside, WorkCalendar

_PACKAGE: Final = "chinesecalendar"
MAX_NAME: Final = 60
MAX_SOURCE: Final = 200
#: What a loan can need.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
#: The names an installation starts with; a lender's own are shown as they were written.
NAMES: Final = (
    gettext_noop("New Year's Day"),
    gettext_noop("Spring Festival"),
    gettext_noop("Tomb-sweeping Day"),
    gettext_noop("Labour Day"),
    gettext_noop("Dragon Boat Festival"),
    gettext_noop("Mid-autumn Festival"),
    gettext_noop("National Day"),
)


def get_work_calendar(*, outside: Outside) -> WorkCalendar:
    """The whole table as a calendar; `outside` is what holds in years nobody has entered."""
    rows = list(Holiday.objects.values_list("day", "every_year", "is_working"))
    dated = [(day, is_working) for day, every_year, is_working in rows if not every_year]
    return WorkCalendar(
        days_off=frozenset(day for day, is_working in dated if not is_working),
        days_worked=frozenset(day for day, is_working in dated if is_working),
        yearly_off=frozenset((day.month, day.day) for day, every_year, _w in rows if every_year),
        years=frozenset(day.year for day, _is_working in dated),
        outside=outside,
    )


def has_holidays(*, year: int) -> bool:
    """Whether any day of this very year has been entered."""
    return Holiday.objects.filter(day__year=year, every_year=False).exists()


@transaction.atomic
def set_holiday(
    *,
    day: date,
    is_working: bool,
    every_year: bool,
    name: str,
    source: str,
    actor_id: UUID,
    now: datetime,
) -> UUID:
    """Enter a day off or a day worked to make up for one, or correct what was entered for it.

    Agreed plans keep their due dates. Raises InvalidInput (`day`, `is_working`, `name`, `source`).
    """
    words = {"name": " ".join(name.split()), "source": " ".join(source.split())}
    _check(day=day, is_every=every_year, is_working=is_working, words=words)
    row, is_new = Holiday.objects.update_or_create(
        day=day, every_year=every_year, defaults={"is_working": is_working, **words}
    )
    record(
        actor=str(actor_id),
        action="holiday.entered" if is_new else "holiday.corrected",
        subject=f"core_holiday:{row.pk}",
        now=now,
        data={"day": day.isoformat(), "is_working": is_working, "every_year": every_year, **words},
    )
    return row.pk


def _check(*, day: date, is_every: bool, is_working: bool, words: dict[str, str]) -> None:
    fields: dict[str, list[Text]] = {}
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        fields["day"] = [_("Choose a day from 2000 to 2100.")]
    if is_every and is_working:
        fields["is_working"] = [_("A day of every year can only be off.")]
    for field, most in (("name", MAX_NAME), ("source", MAX_SOURCE)):
        if not 1 <= len(words[field]) <= most:
            fields[field] = [_("Write 1 to %(most)s characters.") % {"most": most}]
    if fields:
        raise InvalidInput(fields=fields)


@transaction.atomic
def remove_holiday(*, holiday_id: UUID, reason: str, actor_id: UUID, now: datetime) -> None:
    """Take a day out of the table again. Raises NotFound, InvalidInput (`reason`)."""
    why = " ".join(reason.split())
    if not 1 <= len(why) <= MAX_SOURCE:
        raise InvalidInput.field(
            "reason", _("Write 1 to %(most)s characters.") % {"most": MAX_SOURCE}
        )
    if not Holiday.objects.filter(pk=holiday_id).exists():
        raise NotFound
    row = lock_row(Holiday, pk=holiday_id)
    record(
        actor=str(actor_id),
        action="holiday.removed",
        subject=f"core_holiday:{row.pk}",
        now=now,
        reason=why,
        data={"day": row.day.isoformat(), "name": row.name, "is_working": row.is_working},
    )
    row.delete()


@transaction.atomic
def load_holidays(*, year: int, actor: str, now: datetime) -> int:
    """Enter the holidays of mainland China of a year; what is entered already stays as it is.

    Returns how many days were added. Raises InvalidInput (`year`) for a year that the installed
    package does not know: the State Council announces a year in the November before it.
    """
    days = [*_known(constants.holidays, year), *_known(constants.workdays, year)]
    if not days:
        raise InvalidInput.field(
            "year",
            _("The installed %(package)s %(version)s does not know the holidays of %(year)s.")
            % {"package": _PACKAGE, "version": version(_PACKAGE), "year": year},
        )
    entered = set(
        Holiday.objects.filter(day__year=year, every_year=False).values_list("day", flat=True)
    )
    rows = [
        Holiday(
            day=day,
            is_working=day in constants.workdays,
            name=name,
            source=f"{_PACKAGE} {version(_PACKAGE)}",
        )
        for day, name in days
        if day not in entered
    ]
    Holiday.objects.bulk_create(rows)
    if rows:
        record(
            actor=actor,
            action="holiday.year-loaded",
            subject=f"core_holiday:{year}",
            now=now,
            data={"added": len(rows), "source": f"{_PACKAGE} {version(_PACKAGE)}"},
        )
    return len(rows)


def _known(days: dict[date, str], year: int) -> Iterable[tuple[date, str]]:
    return ((day, name) for day, name in sorted(days.items()) if day.year == year)
