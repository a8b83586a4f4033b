"""Signing in with a second factor, on the pages."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone

from crm.accounts.factors import recovery_codes
from crm.accounts.models import User
from crm.audit.models import AuditEntry
from customers.lib.audit import AuditAction
from tests.crm.accounts.factors.conftest import PASSWORD
from tests.crm.accounts.factors.devices import Device, code_of
from tests.factories import allow, make_user, signed_in
from tests.tables import table

SECOND_STEP = "/accounts/login/second-step/"


@pytest.fixture(autouse=True)
def _nothing_counted():
    """Whose wrong codes other tests counted: primary keys come again."""
    cache.clear()


def enter_password(client, *, following="", **headers):
    form = {"username": "margaret", "password": PASSWORD, "next": following}
    return client.post("/accounts/login/", form, **headers)


def challenge_of(client, path="/accounts/passkey-challenge/"):
    return client.post(path).json()["challenge"]


def is_in(client):
    return client.get("/account/security/").status_code == 200


def test_without_a_factor_the_password_is_enough(client, margaret):
    assert enter_password(client).url == "/"
    assert is_in(client)


def test_with_an_app_the_password_opens_nothing_and_the_code_leads_on(client, margaret, secret):
    assert enter_password(client, following="/customers/").url == SECOND_STEP
    assert not is_in(client)
    assert "Code from your app" in client.get(SECOND_STEP).content.decode()

    assert client.post(SECOND_STEP, {"code": code_of(secret)}).url == "/customers/"
    assert "(password and app)" in client.get("/account/security/").content.decode()


def test_a_wrong_code_can_be_typed_again(client, margaret, secret):
    enter_password(client)

    response = client.post(SECOND_STEP, {"code": "123456"})
    assert response.status_code == 422
    assert "This code is wrong, or was used already." in response.content.decode()
    assert client.post(SECOND_STEP, {"code": code_of(secret)}).url == "/"


def test_ten_wrong_codes_pause_this_user_from_this_address(client, margaret, secret):
    enter_password(client)
    answers = [client.post(SECOND_STEP, {"code": "123456"}).status_code for _ in range(11)]

    assert answers == [422] * 9 + [429, 429]
    assert client.post(SECOND_STEP, {"code": code_of(secret)}).status_code == 429
    elsewhere = Client()
    enter_password(elsewhere, REMOTE_ADDR="192.0.2.9")
    assert elsewhere.post(SECOND_STEP, {"code": code_of(secret)}, REMOTE_ADDR="192.0.2.9").url == "/"


def test_twenty_wrong_codes_pause_this_user_wherever_they_come_from(margaret, secret):
    for number in range(20):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        enter_password(client)
        assert client.post(SECOND_STEP, {"code": "123456"}).status_code == 422

    client = Client(REMOTE_ADDR="192.0.2.99")
    enter_password(client)
    assert client.post(SECOND_STEP, {"code": code_of(secret)}).status_code == 429


def change_password(user):
    user.set_password("another good one")
    user.save()


def deactivate(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


@table("happens", [change_password, deactivate])
def test_the_second_step_ends_when_the_account_changes(happens, client, margaret, secret):
    enter_password(client)
    happens(margaret)

    assert client.post(SECOND_STEP, {"code": code_of(secret)}).url == "/accounts/login/"


def test_the_second_step_waits_for_ten_minutes(client, margaret, secret, time_machine):
    enter_password(client)
    time_machine.move_to(timezone.now() + timedelta(minutes=11))

    assert client.post(SECOND_STEP, {"code": code_of(secret)}).url == "/accounts/login/"


def test_nobody_skips_the_first_step(client, margaret, secret):
    assert client.post(SECOND_STEP, {"code": code_of(secret)}).url == "/accounts/login/"


def test_a_recovery_code_signs_in_and_says_how_many_are_left(client, margaret, secret):
    code = recovery_codes.create_codes(margaret)[0]
    enter_password(client)

    page = client.post(SECOND_STEP, {"code": code}, follow=True)
    assert "You used a recovery code. Left: 9." in page.content.decode()


def test_a_passkey_is_a_second_step(client, margaret, device):
    enter_password(client)
    answer = device.sign(challenge_of(client))

    assert client.post(SECOND_STEP, {"credential": answer}).url == "/"
    assert "(password and passkey)" in client.get("/account/security/").content.decode()


def test_a_passkey_of_another_user_is_no_second_step(client, margaret, device):
    make_user("steve", password=PASSWORD)
    stranger = Device()
    enter_password(client)

    response = client.post(SECOND_STEP, {"credential": stranger.sign(challenge_of(client))})
    assert response.status_code == 422
    assert "This passkey was not accepted." in response.content.decode()
    assert not is_in(client)


def test_a_passkey_alone_signs_in(client, margaret, device):
    answer = device.sign(challenge_of(client))

    response = client.post("/accounts/login/passkey/", {"credential": answer, "next": "/customers/"})
    assert response.url == "/customers/"
    assert "(passkey)" in client.get("/account/security/").content.decode()


@table("elsewhere", ["https://example.com/", "//example.com", ""])
def test_a_sign_in_by_passkey_leads_only_to_a_page_of_this_site(elsewhere, client, device):
    answer = device.sign(challenge_of(client))
    assert client.post("/accounts/login/passkey/", {"credential": answer, "next": elsewhere}).url == "/"


def test_an_answer_is_accepted_once(client, device):
    answer = device.sign(challenge_of(client))
    client.post("/accounts/login/passkey/", {"credential": answer})

    for stranger in (Client(), client):
        response = stranger.post("/accounts/login/passkey/", {"credential": answer})
        assert response.url == "/accounts/login/"


def test_no_session_or_page_has_a_password_or_secret(client, margaret, secret):
    enter_password(client)
    kept = str(dict(client.session))

    assert PASSWORD not in kept + client.get(SECOND_STEP).content.decode()


# Who must have a factor


@pytest.fixture
def careful():
    with override_settings(SECOND_FACTOR_REQUIRED=True):
        yield


def test_who_must_have_a_factor_is_led_to_add_one_and_nothing_else_opens(careful, client, margaret):
    allow(margaret, "customers.view_customer", "customers.delete_customer")
    enter_password(client)

    for path in ("/", "/customers/", "/customers/1/", "/account/", "/account/keys/add/"):
        assert client.get(path).url == "/account/security/"
    assert "Add a second factor to continue." in client.get("/account/security/").content.decode()
    secret = re.search(r'id="secret" value="(\w+)"', client.get("/account/security/app/").content.decode())[1]
    sealed = client.get("/account/security/app/").context["sealed"]
    assert client.post("/account/security/app/", {"sealed": sealed, "code": "000000"}).status_code == 422
    assert client.get("/customers/").status_code == 302

    page = client.get("/account/security/app/")
    secret, sealed = page.context["secret"], page.context["sealed"]
    codes = client.post("/account/security/app/", {"sealed": sealed, "code": code_of(secret)})
    assert len(codes.context["codes"]) == 10
    assert client.get("/customers/").status_code == 200


def test_who_can_do_no_harm_needs_no_factor(careful, client, margaret):
    allow(margaret, "customers.view_customer")
    enter_password(client)
    assert client.get("/customers/").status_code == 200

    allow(margaret, "orders.refund_order")  # it holds from the next page on
    assert client.get("/customers/").url == "/account/security/"


def test_who_removes_the_last_factor_is_led_to_add_one_again(careful, margaret, secret):
    client = signed_in(allow(margaret, "customers.view_customer", "orders.refund_order"))
    assert client.get("/customers/").status_code == 200

    client.post("/account/security/app/remove/")
    assert client.get("/customers/").url == "/account/security/"


def test_an_api_client_needs_no_second_factor(careful, client, margaret):
    enter_password(client)
    allow(margaret, "customers.delete_customer")

    assert client.get("/v1/ping").status_code == 401  # asked for a key, not led to a page


def test_each_step_is_on_the_audit_log_with_how_and_no_code(client, margaret, secret, device):
    enter_password(client)
    assert not AuditEntry.objects.filter(action=AuditAction.SIGN_IN).exists()  # nobody is in yet
    client.post(SECOND_STEP, {"code": "123456"})
    client.post(SECOND_STEP, {"code": code_of(secret)})
    Client().post("/accounts/login/passkey/", {"credential": Device().sign(challenge_of(Client()))})

    entries = AuditEntry.objects.filter(action=AuditAction.SIGN_IN).order_by("pk")
    assert list(entries.values_list("text", "is_refused", "by__username", "user__username")) == [
        ("Wrong second factor.", True, None, "margaret"),
        ("Password and app.", False, "margaret", None),
        ("Passkey not accepted.", True, None, None),
    ]
    assert "Authenticator app set up." in AuditEntry.objects.values_list("text", flat=True)
