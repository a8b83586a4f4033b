from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from crm.accounts import sessions
from crm.accounts.models import Session
from crm.accounts.user_agents import browser_name
from tests.factories import make_user, signed_in
from tests.tables import table


@pytest.fixture
def margaret(db):
    return make_user("margaret")


def is_in(client):
    return client.get("/account/").status_code == 200


@override_settings(SESSION_IDLE_MINUTES=30)
def test_a_session_ends_after_thirty_minutes_without_use(margaret, time_machine):
    client, start = signed_in(margaret), timezone.now()

    for minutes in (29, 58, 87):  # each use lets it go on
        time_machine.move_to(start + timedelta(minutes=minutes))
        assert is_in(client)
    time_machine.move_to(start + timedelta(minutes=118))
    assert not is_in(client)


@override_settings(SESSION_IDLE_MINUTES=0)
def test_a_session_may_be_idle_where_the_setting_is_zero(margaret, time_machine):
    client = signed_in(margaret)
    time_machine.move_to(timezone.now() + timedelta(hours=11))

    assert is_in(client)


def test_the_use_of_a_session_is_written_once_a_minute(margaret, time_machine, django_assert_num_queries):
    client = signed_in(margaret)
    with django_assert_num_queries(2):  # the session, and who asks
        client.get("/accounts/login/")
    time_machine.move_to(timezone.now() + timedelta(seconds=61))
    with django_assert_num_queries(3):
        client.get("/accounts/login/")
    with django_assert_num_queries(2):
        client.get("/accounts/login/")


def test_sessions_of_one_user_are_listed_and_ended(margaret):
    here, there = signed_in(margaret), signed_in(margaret)
    stranger = signed_in(make_user("steve"))
    key = here.cookies["sessionid"].value

    first, second = sessions.open_sessions(margaret, current=key)
    assert [first.is_current, second.is_current] == [True, False]
    assert key not in repr((first, second))
    assert sessions.end_session(margaret, second.name)
    assert not sessions.end_session(margaret, second.name)

    assert [is_in(here), is_in(there), is_in(stranger)] == [True, False, True]


def test_no_session_of_another_user_is_ended(margaret):
    client = signed_in(margaret)
    (session,) = sessions.open_sessions(margaret, current=None)

    assert not sessions.end_session(make_user("steve"), session.name)
    assert is_in(client)


@override_settings(SESSION_IDLE_MINUTES=30)
def test_ended_sessions_are_purged(margaret, time_machine):
    signed_in(margaret)
    time_machine.move_to(timezone.now() + timedelta(minutes=31))
    signed_in(margaret)

    assert sessions.purge_sessions() == 1
    assert Session.objects.count() == 1


CHROME = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/138.0 Safari/537.36 Edg/138.0"


@table(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome on macOS"),
        (IPHONE, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8.5", "curl/8.5"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_are_named(user_agent, name):
    assert browser_name(user_agent) == name
