"""The account of a user who signs in at a provider: connecting, second factor, second question, sessions."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.accounts.factors import authenticator
from crm.accounts.models import ExternalIdentity, User
from crm.accounts.web.sign_in import WITH_FACTOR
from customers.web.second_question import ANSWERED
from tests.crm.accounts.factors.devices import code_of
from tests.crm.accounts.openid.conftest import sign_in
from tests.factories import make_user, signed_in

CONNECT, DISCONNECT = "/account/security/identity/connect/", "/account/security/identity/disconnect/"


@pytest.fixture
def jane(provider):
    provider.person("u-1", preferred_username="jane", groups=["chiefs"])
    client = Client()
    sign_in(client, provider)
    return client


def test_a_user_can_connect_an_account_and_disconnect_it(provider):
    margaret = make_user("margaret", password="a good password")
    client = signed_in(margaret)
    provider.person("u-1", preferred_username="margaret@okta")

    assert sign_in(client, provider).url == CONNECT
    assert not ExternalIdentity.objects.exists()
    assert "<bdi>margaret@okta</bdi>" in client.get(CONNECT).text
    client.post(CONNECT)
    assert ExternalIdentity.objects.get().user == margaret
    assert sign_in(Client(), provider).url == "/"

    client.post(DISCONNECT)
    assert not ExternalIdentity.objects.exists()
    assert "Disconnected from Okta" in client.get("/account/security/").text


def test_an_account_of_another_user_is_not_connected(provider, jane):
    client = signed_in(make_user("margaret"))

    assert sign_in(client, provider).url == "/account/security/"
    assert "Another user signs in with this account at Okta" in client.get("/account/security/").text


def test_nobody_disconnects_their_only_way_in(jane):
    jane.post(DISCONNECT)

    assert "You could no longer sign in" in jane.get("/account/security/").text
    assert ExternalIdentity.objects.exists()


def test_nothing_is_connected_that_was_not_asked_for(provider):
    client = signed_in(make_user("margaret"))
    client.post(CONNECT)

    assert not ExternalIdentity.objects.exists()


def test_the_second_factor_that_is_required_is_one_of_ours(provider, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    provider.person("u-1", groups=["chiefs"], token={"amr": ["pwd", "otp"]})
    client = Client()
    sign_in(client, provider)

    assert client.get("/customers/").url == "/account/security/"


def test_a_second_factor_of_the_provider_counts_where_a_setting_says_so(provider, settings):
    settings.SECOND_FACTOR_REQUIRED, settings.OIDC_FACTOR_METHODS = True, ["otp", "hwk"]
    provider.person("u-1", groups=["chiefs"], token={"amr": ["pwd", "otp"]})
    client = Client()
    sign_in(client, provider)
    assert client.get("/customers/").status_code == 200

    provider.person("u-2", groups=["chiefs"], token={"amr": ["pwd"]}, amr=["otp"])
    client = Client()
    sign_in(client, provider)
    assert not client.session[WITH_FACTOR]


def test_who_has_an_app_is_asked_for_its_code(provider, jane, settings):
    user = User.objects.get()
    secret = add_app(user)
    client = Client()

    assert sign_in(client, provider, following="/customers/").url == "/accounts/login/second-step/"
    assert client.get("/").url.startswith("/accounts/login/")
    assert client.post("/accounts/login/second-step/", {"code": code_of(secret)}).url == "/customers/"
    assert "(okta and app)" in client.get("/account/security/").text


def test_the_second_question_is_answered_at_the_provider_and_nothing_typed_is_lost(provider, jane):
    forget_answer(jane)
    page = jane.post("/users/add/", {"username": "steve", "role": "viewer"}).text
    assert "sign in at <bdi>Okta</bdi> again" in page
    sent = re.search(r'name="sent_before_the_question" value="([^"]+)"', page)[1]
    answer = {"sent_before_the_question": sent, "answer": "", "credential": ""}
    assert jane.post("/users/add/", answer).status_code == 422

    assert sign_in(jane, provider).url == "/account/security/"
    jane.post("/users/add/", answer)
    assert User.objects.filter(username="steve").exists()


def test_a_provider_that_asks_nobody_confirms_nothing(provider, jane):
    forget_answer(jane)
    provider.person("u-1", token={"auth_time": int(time.time()) - 3600})
    sign_in(jane, provider)

    assert "Okta did not ask you to sign in again" in jane.get("/account/security/").text
    assert not jane.session.get(ANSWERED)


def test_the_account_of_somebody_else_confirms_nothing(provider, jane):
    forget_answer(jane)
    provider.person("u-2", groups=["chiefs"])
    sign_in(Client(), provider)
    sign_in(jane, provider)

    assert not jane.session.get(ANSWERED)


def test_a_session_ends_as_any_other(jane):
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert jane.get("/").url.startswith("/accounts/login/")


def test_sign_out_ends_the_session_here(jane):
    assert jane.post("/accounts/logout/").url == "/accounts/login/"
    assert jane.get("/").url.startswith("/accounts/login/")


def forget_answer(client):
    session = client.session
    del session[ANSWERED]
    session.save()


def add_app(user):
    secret = authenticator.new_secret()
    authenticator.set_app(user, secret=secret, code=code_of(secret, later=-1))
    return secret
