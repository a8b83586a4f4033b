"""Signing in at a real provider, from the button to the page, with what may go wrong on the way."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from crm.accounts.models import ExternalIdentity, User
from crm.audit.models import AuditEntry
from customers.lib.audit import AuditAction
from tests.crm.accounts.openid.conftest import go_there, sign_in
from tests.factories import make_user
from tests.tables import table

JANE = {
    "preferred_username": "jane",
    "given_name": "Jane",
    "family_name": "Peacock",
    "email": "jane@reunite.cz",
    "email_verified": True,
}
UNVERIFIED = "The answer of Okta could not be verified"


def page_after(client, response):
    return client.get(response.url).text


def newest_entry():
    return AuditEntry.objects.filter(action=AuditAction.SIGN_IN).latest("pk")


def test_who_has_a_mapped_group_gets_a_user_and_is_led_on(client, provider):
    provider.person("u-1", **JANE, groups=["support", "everybody"])

    assert sign_in(client, provider, following="/customers/").url == "/customers/"
    user = User.objects.get()
    assert (user.username, str(user), user.email) == ("jane", "Jane Peacock", "jane@reunite.cz")
    assert not user.has_usable_password()
    assert (user.is_superuser, user.is_staff) == (False, False)
    assert client.get("/customers/").status_code == 200
    assert (newest_entry().text, newest_entry().by) == ("Okta.", user)


def test_the_second_time_it_is_the_same_user_whatever_the_names_are(provider):
    provider.person("u-1", **JANE, groups=["support"])
    sign_in(Client(), provider)
    provider.person("u-1", groups=["support"], preferred_username="jane.smith", email="smith@reunite.cz")
    sign_in(Client(), provider)

    assert User.objects.get().username == "jane"


def test_the_way_there_has_state_nonce_and_a_challenge(client, provider):
    query = parse_qs(urlsplit(client.get("/accounts/openid/").url).query)

    assert {"state", "nonce", "code_challenge"} <= query.keys()
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"] == ["openid email profile"]


def test_a_stranger_without_a_mapped_group_gets_no_user(client, provider):
    provider.person("u-2", **JANE, groups=["everybody"])

    assert "You have no active account here for Okta" in page_after(client, sign_in(client, provider))
    assert not User.objects.exists()
    assert newest_entry().is_refused


def test_a_user_who_is_inactive_is_told_no_more_than_a_stranger(client, provider):
    provider.person("u-1", **JANE, groups=["support"])
    sign_in(Client(), provider)
    User.objects.update(is_active=False)

    assert "You have no active account here for Okta" in page_after(client, sign_in(client, provider))
    assert client.get("/").url.startswith("/accounts/login/")


@table("fault", ["nonce", "signature", "userinfo"])
def test_an_answer_that_is_not_the_providers_to_this_sign_in_opens_nothing(client, provider, fault):
    provider.person("u-1", **JANE, groups=["chiefs"], fault=fault)

    assert UNVERIFIED in page_after(client, sign_in(client, provider))
    assert not User.objects.exists()
    assert newest_entry().is_refused


@table(
    "token",
    [
        {"iss": "https://other.example"},
        {"aud": "another client"},
        {"aud": ["reunite", "another"], "azp": "another"},
        {"exp": int(time.time()) - 3600},
        {"sub": ""},
        {"sub": "u" * 256},
    ],
)
def test_a_token_for_another_program_or_time_opens_nothing(client, provider, token):
    provider.person("u-1", **JANE, groups=["chiefs"], token=token)

    assert UNVERIFIED in page_after(client, sign_in(client, provider))
    assert not User.objects.exists()


def test_an_answer_counts_once(client, provider):
    provider.person("u-1", **JANE, groups=["support"])
    answer = go_there(client, provider)
    client.get(answer)
    client.post("/accounts/logout/")

    assert "was finished already" in page_after(client, client.get(answer))
    assert client.get("/").url.startswith("/accounts/login/")


def test_an_answer_counts_in_the_browser_that_was_sent_only(client, provider):
    provider.person("u-1", **JANE, groups=["support"])
    answer = go_there(Client(), provider)

    assert "was finished already" in page_after(client, client.get(answer))
    assert not User.objects.exists()


def test_a_refusal_of_the_provider_is_said(client, provider):
    state = parse_qs(urlsplit(client.get("/accounts/openid/").url).query)["state"][0]

    response = client.get("/accounts/openid/callback/", {"error": "access_denied", "state": state})
    assert "Okta did not sign you in" in page_after(client, response)


def test_a_provider_that_is_away_is_said(client, provider, settings):
    provider.person("u-1", **JANE, groups=["support"])
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token/"

    assert UNVERIFIED in page_after(client, sign_in(client, provider))


def test_a_name_that_somebody_has_gets_a_number(client, provider):
    make_user("JANE")
    provider.person("u-1", **JANE, groups=["support"])
    sign_in(client, provider)

    assert {user.username for user in User.objects.all()} == {"JANE", "jane-2"}


def test_a_next_page_elsewhere_is_not_followed(client, provider):
    provider.person("u-1", **JANE, groups=["support"])

    assert sign_in(client, provider, following="https://evil.example/").url == "/"


def test_without_a_provider_there_is_no_button_and_no_way(client, db):
    assert "Sign in with" not in client.get("/accounts/login/").text
    assert client.get("/accounts/openid/").status_code == 404
    assert client.get("/accounts/openid/callback/").status_code == 404


def test_the_button_leads_on_to_where_the_user_was_going(client, provider):
    page = client.get("/accounts/login/?next=/customers/%3Fq%3Dx").text

    assert 'href="/accounts/openid/?next=/customers/%3Fq%3Dx"' in page
    assert "Sign in with <bdi>Okta</bdi>" in page


class TestByEmail:
    @pytest.fixture(autouse=True)
    def _allowed(self, settings):
        settings.OIDC_LINK_BY_EMAIL = True

    def test_a_verified_email_connects_its_user_once(self, client, provider):
        margaret = make_user("margaret", email="Jane@Reunite.cz")
        provider.person("u-1", **JANE)

        assert sign_in(client, provider).url == "/"
        assert ExternalIdentity.objects.get().user == margaret
        provider.person("u-2", **JANE)
        sign_in(Client(), provider)
        assert ExternalIdentity.objects.get().subject == "u-1"

    def test_an_email_that_is_not_verified_connects_nobody(self, client, provider):
        make_user("margaret", email="jane@reunite.cz")
        for verified in (False, "true", None):
            provider.person("u-1", **JANE | {"email_verified": verified})
            assert "You have no active account" in page_after(client, sign_in(client, provider))
        assert not ExternalIdentity.objects.exists()

    def test_neither_a_superuser_nor_one_of_two_users_is_connected(self, client, provider):
        provider.person("u-1", **JANE)
        root = make_user("root", email="jane@reunite.cz", is_superuser=True)
        sign_in(client, provider)
        root.is_superuser = False
        root.save()
        make_user("second", email="jane@reunite.cz")
        sign_in(client, provider)

        assert not ExternalIdentity.objects.exists()


def test_without_the_setting_no_email_connects_anybody(client, provider):
    make_user("margaret", email="jane@reunite.cz")
    provider.person("u-1", **JANE)

    assert "You have no active account" in page_after(client, sign_in(client, provider))


def test_where_the_provider_is_the_only_way_passwords_open_nothing(client, provider, settings):
    make_user("margaret", password="a good password")
    settings.OIDC_ONLY = True

    assert "Password" not in client.get("/accounts/login/").text
    client.post("/accounts/login/", {"username": "margaret", "password": "a good password"})
    assert client.get("/").url.startswith("/accounts/login/")
    provider.person("u-1", **JANE, groups=["support"])
    assert sign_in(client, provider).url == "/"
