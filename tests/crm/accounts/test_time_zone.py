from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from crm.accounts.models import User
from customers.lib.dates import end_of_day, format_day, start_of_day
from tests.acts import merge
from tests.factories import CustomerFactory, signed_in
from tests.tables import table

NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
def in_prague(agent):
    User.objects.filter(pk=agent.pk).update(time_zone="Europe/Prague")
    return signed_in(agent)


def made_at(when):
    merged = merge(CustomerFactory(), CustomerFactory())
    type(merged).objects.filter(pk=merged.pk).update(created=when)
    return merged


@table(
    ("zone", "shown"),
    [
        ("Europe/Prague", "1 Jan 2027, 00:30 CET"),
        ("America/New_York", "31 Dec 2026, 18:30 EST"),
        ("UTC", "31 Dec 2026, 23:30 UTC"),
        ("Nowhere/Atall", "31 Dec 2026, 23:30 UTC"),
        ("../../etc/passwd", "31 Dec 2026, 23:30 UTC"),
    ],
)
def test_a_time_is_shown_in_ones_own_zone_and_names_it(zone, shown, agent):
    User.objects.filter(pk=agent.pk).update(time_zone=zone)

    assert shown in signed_in(agent).get(f"/merges/{made_at(NEW_YEAR).pk}/").content.decode()


def test_a_day_in_a_message_is_that_of_the_reader(in_prague):
    retired = made_at(NEW_YEAR).members.get().duplicate

    page = in_prague.get(f"/customers/{retired.pk}/", follow=True).content.decode()

    assert "on 1 Jan 2027." in page


def test_the_zone_of_one_reader_is_not_that_of_the_next(in_prague, client):
    in_prague.get("/merges/")
    assert timezone.get_current_timezone_name() == "UTC"


def test_days_begin_and_end_where_the_reader_is():
    with timezone.override(ZoneInfo("America/New_York")):
        assert format_day(NEW_YEAR) == "31 Dec 2026"
        assert start_of_day(date(2026, 3, 8)) == datetime(2026, 3, 8, 5, tzinfo=UTC)
        assert end_of_day(date(2026, 3, 8)) == datetime(2026, 3, 9, 4, tzinfo=UTC)  # 23 hours long


@table("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@table("on", [date.min, date.max])
def test_the_first_and_the_last_day_there_is_are_days(zone, on):
    with timezone.override(ZoneInfo(zone)):
        assert start_of_day(on) <= end_of_day(on)
