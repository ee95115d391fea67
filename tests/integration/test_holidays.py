"""The table of holidays: what it starts with, how administrators extend it."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from core.clock import now
from core.errors import InvalidInput, NotFound
from core.holidays import get_work_calendar, load_holidays, remove_holiday, set_holiday
from core.ids import uuid7
from core.models import AuditRecord, BusinessDay, Holiday
from core.workcalendar import Outside
from tests.fixtures.console import inside, staff

pytestmark = pytest.mark.django_db

ACTOR = uuid7()


def enter(day: date, **changes: Any) -> UUID:
    values: dict[str, Any] = {
        "day": day,
        "is_working": False,
        "every_year": False,
        "name": "Company day",
        "source": "Notice 7",
        "actor_id": ACTOR,
        "now": now(),
    }
    return set_holiday(**{**values, **changes})


def test_an_installation_knows_the_years_announced_and_the_days_of_every_year() -> None:
    calendar = get_work_calendar(outside=Outside.WEEKENDS)
    assert calendar.years == {2025, 2026}
    worked = {
        date(2026, 2, 14): True,  # a Saturday worked for the Spring Festival
        date(2026, 2, 23): False,  # the festival's last Monday
        date(2026, 2, 24): True,
        date(2026, 2, 7): False,  # a Saturday
        date(2026, 10, 10): True,
        date(2027, 10, 1): False,  # a Friday in a year nobody has entered
        date(2027, 2, 8): True,  # the festival of that year is not known
    }
    assert {day: calendar.is_worked(day=day) for day in worked} == worked


def test_entering_correcting_and_removing_leave_audit_lines() -> None:
    day = date(2027, 2, 8)
    holiday_id = enter(day, name=" Spring   Festival ")
    calendar = get_work_calendar(outside=Outside.REFUSE)
    assert not calendar.is_worked(day=day)
    assert 2027 in calendar.years
    assert enter(day, is_working=True) == holiday_id
    assert get_work_calendar(outside=Outside.REFUSE).is_worked(day=day)
    remove_holiday(holiday_id=holiday_id, reason="a slip", actor_id=ACTOR, now=now())
    assert 2027 not in get_work_calendar(outside=Outside.REFUSE).years
    lines = AuditRecord.objects.filter(subject=f"core_holiday:{holiday_id}").order_by("pk")
    assert [line.action for line in lines] == [
        "holiday.entered",
        "holiday.corrected",
        "holiday.removed",
    ]
    assert lines[0].data["name"] == "Spring Festival"
    with pytest.raises(NotFound):
        remove_holiday(holiday_id=holiday_id, reason="again", actor_id=ACTOR, now=now())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": date(1999, 12, 31)}, "day"),
        ({"day": date(2101, 1, 1)}, "day"),
        ({"every_year": True, "is_working": True}, "is_working"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"source": ""}, "source"),
    ],
)
def test_days_that_cannot_be_entered_name_their_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        enter(**{"day": date(2027, 2, 8), **changes})
    assert set(caught.value.fields) == {field}


def test_the_table_itself_refuses_a_day_worked_every_year() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(
            day=date(2027, 1, 1), every_year=True, is_working=True, name="x", source="x"
        )


def test_a_year_is_loaded_without_touching_what_was_entered() -> None:
    kept = date(2024, 2, 12)
    enter(kept, is_working=True)
    added = load_holidays(year=2024, actor="system", now=now())
    calendar = get_work_calendar(outside=Outside.REFUSE)
    assert calendar.is_worked(day=kept)
    assert not calendar.is_worked(day=date(2024, 2, 13))
    assert calendar.is_worked(day=date(2024, 2, 18))  # a Sunday worked for it
    assert Holiday.objects.filter(day__year=2024).count() == added + 1
    assert load_holidays(year=2024, actor="system", now=now()) == 0


def test_the_command_says_what_it_did_or_why_not() -> None:
    out = StringIO()
    call_command("load_holidays", "2024", stdout=out)
    assert out.getvalue().endswith(" days added for 2024\n")
    sentence = "does not know the holidays of 2099"
    with translation.override("en"), pytest.raises(CommandError, match=sentence):
        call_command("load_holidays", "2099")


def test_administrators_extend_it_in_the_console() -> None:
    client = inside(staff("administrator"))
    good = {"day": "2027-02-08", "kind": "off", "name": "Spring Festival", "source": "Notice 7"}
    bad = client.post("/admin/core/holiday/new/", {**good, "day": "1999-01-01"})
    assert "Choose a day from 2000 to 2100." in bad.content.decode()
    assert client.post("/admin/core/holiday/new/", good).status_code == 302
    row = Holiday.objects.get(day=date(2027, 2, 8))
    listed = client.get("/admin/core/holiday/").content.decode()
    assert "2027-02-08" in listed
    page = f"/admin/core/holiday/{row.pk}/"
    assert "Notice 7" in client.get(f"{page}change/").content.decode()
    auditor = inside(staff("auditor"))
    assert auditor.get(f"{page}change/").status_code == 200
    assert auditor.post(f"{page}remove/", {"reason": "x"}).status_code == 403
    assert auditor.post("/admin/core/holiday/new/", good).status_code == 403
    assert client.post(f"{page}remove/", {"reason": ""}).status_code == 200
    assert client.post(f"{page}remove/", {"reason": "a slip"}).status_code == 302
    assert not Holiday.objects.filter(day=date(2027, 2, 8)).exists()


def test_the_home_page_warns_until_the_next_year_is_entered() -> None:
    client = inside(staff("administrator"))
    BusinessDay.objects.update_or_create(id=1, defaults={"today": date(2026, 11, 24)})
    assert "Holidays of 2027" in client.get("/admin/").content.decode()
    enter(date(2027, 2, 8))
    assert "Holidays of 2027" not in client.get("/admin/").content.decode()
    officer = inside(staff("officer"))
    BusinessDay.objects.update(today=date(2027, 11, 24))
    assert "Holidays of 2028" not in officer.get("/admin/").content.decode()
