import re

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.test import Client, override_settings

from crm.settings import PASSWORD_HASHERS
from tests.factories import make_user


@pytest.fixture
def margaret(db):
    return make_user("margaret", password="a good password")


def sign_in(client, password, address="192.0.2.1", **headers):
    form = {"username": "margaret", "password": password}
    return client.post("/accounts/login/", form, REMOTE_ADDR=address, headers=headers)


def test_the_right_password_leads_on(client, margaret):
    assert sign_in(client, "a good password").url == "/"


def test_a_wrong_password_says_so_and_not_which_part_was_wrong(client, margaret):
    page = sign_in(client, "wrong").content.decode()

    assert "The user name or password is wrong." in page
    assert "<title>Error: Sign in | Reunite</title>" in page


def test_who_may_not_sign_in_is_told_no_more_than_a_stranger(client, margaret):
    margaret.is_active = False
    margaret.save()

    assert "The user name or password is wrong." in sign_in(client, "a good password").content.decode()


def test_ten_wrong_passwords_pause_this_name_from_this_address_only(client, margaret):
    answers = [sign_in(client, "wrong").status_code for _ in range(10)]

    assert answers == [200] * 9 + [429]
    assert "Too many attempts" in sign_in(client, "a good password").content.decode()
    assert sign_in(client, "a good password", address="192.0.2.2").status_code == 302


def test_an_office_behind_one_address_is_not_paused_with_one_colleague(client, margaret):
    make_user("steve", password="a good password")
    for _ in range(10):
        sign_in(client, "wrong")

    form = {"username": "steve", "password": "a good password"}
    assert client.post("/accounts/login/", form, REMOTE_ADDR="192.0.2.1").status_code == 302


@override_settings(PROXIES=1)
def test_behind_a_proxy_of_ours_the_address_it_saw_counts(client, margaret):
    for number in range(10):  # who tries writes what they like to the left
        sign_in(client, "wrong", x_forwarded_for=f"198.51.100.{number}, 203.0.113.7")

    assert sign_in(client, "a good password", x_forwarded_for="203.0.113.7").status_code == 429
    assert sign_in(client, "a good password", x_forwarded_for="203.0.113.8").status_code == 302


def test_without_a_proxy_of_ours_a_forwarded_address_counts_for_nothing(client, margaret):
    for number in range(10):
        sign_in(client, "wrong", x_forwarded_for=f"198.51.100.{number}")

    assert sign_in(client, "a good password").status_code == 429


def test_signing_out_takes_a_post(as_agent):
    assert as_agent.get("/accounts/logout/").status_code == 405
    assert as_agent.post("/accounts/logout/").url == "/accounts/login/"
    assert as_agent.get("/").url.startswith("/accounts/login/")


def test_a_form_without_its_token_says_what_to_do(margaret):
    response = sign_in(Client(enforce_csrf_checks=True), "a good password")

    assert response.status_code == 403
    assert "reload the page and send the form again" in response.content.decode()


def test_passwords_are_kept_with_argon2():
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        assert isinstance(get_hasher(), Argon2PasswordHasher)


def test_the_lockout_page_names_the_minutes_that_are_set(client, margaret):
    page = [sign_in(client, "wrong") for _ in range(10)][-1].content.decode()

    assert re.search(r"Until (\d+) minutes", page)[1] == str(settings.AXES_COOLOFF_TIME.seconds // 60)
