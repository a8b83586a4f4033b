import re

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils.html import escape

from crm.accounts import time_zones
from crm.accounts.models import AccountChange, User
from crm.permissions import USE_API
from tests.database import reloaded
from tests.factories import make_user, signed_in
from tests.tables import table

NEW = {"old_password": "a good password", "new_password1": "a brand new one", "new_password2": "a brand new one"}


@pytest.fixture
def margaret(db):
    return make_user("margaret", ["customers.view_customer"], password="a good password")


@pytest.fixture
def client(margaret):
    return signed_in(margaret)


def text(response):
    return response.content.decode()


def test_the_name_in_the_header_leads_to_ones_account(client):
    assert '<a class="who" title="margaret" href="/account/"><bdi>margaret</bdi></a>' in text(client.get("/customers/"))


def test_an_account_page_says_what_one_may_do_and_has_no_boxes(client):
    page = text(client.get("/account/")).partition("</dialog>")[2]  # the list of keys has one

    assert ["Can view customers" in page, "Can merge customers" in page, 'type="checkbox"' in page] == [
        True, False, False,
    ]  # fmt: skip
    assert "API keys" not in page


def test_who_may_use_the_api_has_keys_there(db):
    assert "Create API key" in text(signed_in(make_user("robot", [USE_API])).get("/account/"))


def test_a_time_zone_and_a_theme_are_kept(client, margaret):
    response = client.post("/account/", {"theme": "dark", "time_zone": "Europe/Prague"})

    assert response.url == "/account/"
    assert (reloaded(margaret).theme, reloaded(margaret).time_zone) == ("dark", "Europe/Prague")
    assert '<html lang="en" dir="ltr" data-theme="dark">' in text(client.get("/customers/"))


@table("changes", [{"theme": "pink"}, {"time_zone": "Mars/Base"}, {"time_zone": ""}])
def test_what_is_no_choice_is_refused(changes, client, margaret):
    response = client.post("/account/", {"theme": "dark", "time_zone": "Europe/Prague", **changes})

    assert response.status_code == 422
    assert (reloaded(margaret).theme, reloaded(margaret).time_zone) == ("auto", "UTC")


def test_time_zones_are_listed_by_region_and_found_by_the_first_letters_of_a_place():
    regions = dict(choice for choice in time_zones.choices(and_also="UTC") if choice[0] != "UTC")

    assert ("Europe/Prague", "Prague") in regions["Europe"]
    assert ("America/Argentina/Buenos_Aires", "Buenos Aires, Argentina") in regions["America"]


def test_a_zone_that_is_not_listed_is_kept_by_who_has_it(client, margaret):
    User.objects.filter(pk=margaret.pk).update(time_zone="US/Eastern")

    client.post("/account/", {"theme": "dark", "time_zone": "US/Eastern"})

    assert (reloaded(margaret).theme, reloaded(margaret).time_zone) == ("dark", "US/Eastern")


def test_nothing_else_of_an_account_can_be_sent_along(client, margaret):
    client.post("/account/", {"theme": "dark", "time_zone": "UTC", "is_superuser": "on", "username": "boss"})

    assert (reloaded(margaret).is_superuser, reloaded(margaret).username) == (False, "margaret")


# The switch in the header


def test_the_switch_keeps_the_theme_and_leads_back(client, margaret):
    response = client.post("/account/theme/", {"theme": "light", "next": "/customers/?q=holly"})

    assert response.url == "/customers/?q=holly"
    assert reloaded(margaret).theme == "light"


@table("elsewhere", ["https://example.com/", "//example.com", "javascript:alert(1)", "foo", "\x00", ""])
def test_the_switch_leads_only_to_a_page_of_this_site(elsewhere, client):
    assert client.post("/account/theme/", {"theme": "light", "next": elsewhere}).url == "/"


def test_who_is_not_signed_in_has_a_theme_too(db):
    stranger = Client()
    assert stranger.post("/account/theme/", {"theme": "dark", "next": "/accounts/login/"}).status_code == 302

    assert 'data-theme="dark"' in text(stranger.get("/accounts/login/"))
    stranger.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in text(stranger.get("/accounts/login/"))


def test_a_theme_that_is_none_is_refused(client, margaret):
    assert client.post("/account/theme/", {"theme": "pink"}).status_code == 422
    assert client.get("/account/theme/").status_code == 405


# One's own password


def test_ones_own_password_ends_all_other_sessions_and_not_this_one(client, margaret):
    elsewhere = signed_in(reloaded(margaret))

    page = client.post("/account/password/", NEW, follow=True)

    assert "Password changed." in text(page)
    assert reloaded(margaret).check_password("a brand new one")
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").url.startswith("/accounts/login/")
    assert AccountChange.objects.get().text == "Own password changed."


@table(
    ("typed", "words"),
    [
        ({"old_password": "wrong"}, "This is not your current password."),
        ({"new_password2": "another one"}, "The two passwords are not the same."),
        ({"new_password1": "margaret12", "new_password2": "margaret12"}, "too similar to the"),
    ],
)
def test_a_wrong_password_changes_nothing_and_is_never_sent_back(typed, words, client, margaret):
    response = client.post("/account/password/", {**NEW, **typed})

    assert response.status_code == 422
    assert words in text(response)
    assert not re.search("a brand new one|a good password|another one|margaret12", text(response))
    assert reloaded(margaret).check_password("a good password")


def test_guessing_the_present_password_is_paused_and_no_password_is_kept(client, margaret):
    answers = [client.post("/account/password/", {**NEW, "old_password": "wrong one"}) for _ in range(10)]

    assert answers[-1].status_code == 429
    kept = str(list(AccessAttempt.objects.values()))
    assert "old_password" in kept
    assert not re.search("wrong one|wrong%20one|a brand new one", kept)
    assert client.post("/account/password/", NEW).status_code in {422, 429}
    assert reloaded(margaret).check_password("a good password")


@table("zone", ["Europe/Prague", "UTC", "Nowhere/<b>"])
def test_the_zone_of_the_user_is_selected_among_all(zone, agent):
    User.objects.filter(pk=agent.pk).update(time_zone=zone)
    page = signed_in(agent).get("/account/").content.decode()
    select = page.partition('name="time_zone"')[2].partition("</select>")[0]
    assert select.count(" selected") == 1
    assert f'value="{escape(zone)}" selected>' in select
    assert '<optgroup label="Africa">' in select
    assert "Buenos Aires, Argentina</option>" in select
