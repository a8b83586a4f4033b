from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from crm.accounts import password_reset
from crm.accounts.grant import GrantError
from crm.accounts.models import AccountChange, Session, User
from crm.accounts.user_permissions import permission_rows
from crm.permissions import MANAGE_USERS
from tests.factories import make_user, signed_in
from tests.tables import table

NEW = {"new_password1": "a brand new one", "new_password2": "a brand new one"}


@pytest.fixture
def margaret(db):
    return make_user("margaret", password="a good password")


@pytest.fixture
def link(margaret, admin_user):
    return password_reset.make_link(margaret, by=admin_user)


def follow(client, link, **typed):
    """Open `link`, which leads to a form without it in its address, and send that."""
    return client.post(client.get(link).url, {**NEW, **typed})


def is_set(user):
    return User.objects.get(pk=user.pk).check_password("a brand new one")


def test_an_admin_gets_a_link_to_pass_on_and_no_e_mail_is_sent(as_admin, margaret, mailoutbox):
    page = as_admin.post(f"/users/{margaret.pk}/link/")

    assert page.context["link"].startswith("http://testserver/accounts/reset/")
    assert "No email was sent, and the link is not shown again." in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert not mailoutbox
    assert follow(Client(), urlsplit(page.context["link"]).path).url == "/accounts/login/"
    assert is_set(margaret)


def test_a_link_leads_to_the_site_whatever_host_was_asked(admin_user, margaret, settings):
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["*"], "https://crm.reunite.example/"
    page = signed_in(admin_user).post(f"/users/{margaret.pk}/link/", headers={"host": "elsewhere.example"})
    assert page.context["link"].startswith("https://crm.reunite.example/accounts/reset/")


def test_the_form_has_no_token_in_its_address(link):
    client = Client()
    leads_to = client.get(link).url

    assert leads_to.endswith("/set-password/")
    assert "User name: <bdi>margaret</bdi>" in client.get(leads_to).content.decode()


class TokensBeforeTheRename(password_reset.ResetTokenGenerator):
    key_salt = "crm.accounts.resetting"


def test_a_link_created_before_the_module_was_renamed_still_works(margaret):
    token = TokensBeforeTheRename().make_token(margaret)

    assert password_reset.follow_link(margaret, token=token, password="a brand new one")
    assert is_set(margaret)


def test_a_link_works_once(link, margaret):
    client = Client()
    follow(client, link)

    for again in (client, Client()):
        response = again.get(link)
        assert response.status_code == 410
        assert "This link no longer works" in response.content.decode()
    assert not any("_password_reset_token" in session.get_decoded() for session in Session.objects.all())


def test_of_two_who_follow_one_link_the_second_is_told(link, margaret):
    first, second = Client(), Client()
    forms = [visitor.get(link).url for visitor in (first, second)]
    first.post(forms[0], NEW)

    response = second.post(forms[1], {"new_password1": "another new one", "new_password2": "another new one"})

    assert response.status_code == 410
    assert is_set(margaret)


def test_two_at_one_moment_set_it_once(link, margaret, run_together):
    token = link.split("/")[-2]
    outcomes = run_together(
        *[lambda: password_reset.follow_link(margaret, token=token, password="a brand new one") for _ in range(2)]
    )
    assert sorted(outcomes) == [False, True]


def test_a_link_works_for_a_day(link, time_machine):
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    assert Client().get(link).status_code == 410


def change_permissions(user):
    user.user_permissions.add(*permission_rows({MANAGE_USERS}))


def deactivate(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


@table("happens", [change_permissions, deactivate])
def test_a_link_ends_when_the_account_changes(happens, link, margaret):
    happens(margaret)
    assert Client().get(link).status_code == 410


def test_a_link_ends_with_a_sign_in(link, margaret):
    Client().post("/accounts/login/", {"username": "margaret", "password": "a good password"})
    assert Client().get(link).status_code == 410


@table(
    ("typed", "words"),
    [
        ({"new_password2": "another one"}, "The two passwords are not the same."),
        ({"new_password1": "short", "new_password2": "short"}, "at least 12 characters"),
        ({"new_password1": "", "new_password2": ""}, "This field is required."),
    ],
)
def test_a_password_that_will_not_do_can_be_typed_again(typed, words, link, margaret):
    client = Client()
    response = follow(client, link, **typed)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert follow(client, link).url == "/accounts/login/"


@table(("path", "status"), [("MQ/x/", 410), ("MQ/set-password/", 410), ("x" * 999 + "/1-a/", 410), ("%00/x-y/", 404)])
def test_what_is_no_link_does_not_work(path, status, db):
    assert Client().get(f"/accounts/reset/{path}").status_code == status


def test_ten_wrong_links_pause_this_user_from_this_address_only(link, margaret):
    wrong = link[:-2] + "x/"
    answers = [Client().get(wrong) for _ in range(11)]

    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "900"
    assert "Password links are blocked" in Client().get(link).content.decode()
    assert Client().get(link, REMOTE_ADDR="192.0.2.9").status_code == 302
    assert Client().post("/accounts/login/", {"username": "margaret", "password": "a good password"}).url == "/"


def test_no_link_is_in_the_log(link, margaret, caplog):
    for _ in range(10):
        Client().get(link[:-2] + "x/")
    assert Client().get(link).status_code == 429

    assert "Gone: /accounts/reset/" in caplog.text
    assert "Too Many Requests: /accounts/reset/" in caplog.text
    assert link.split("/")[-2][:-2] not in caplog.text


def test_a_new_link_ends_the_pause(link, margaret, admin_user):
    for _ in range(11):
        Client().get(link[:-2] + "x/")

    assert Client().get(password_reset.make_link(margaret, by=admin_user)).status_code == 302


def test_a_password_set_by_link_ends_sessions_and_the_lockout_and_is_written_down(link, margaret):
    elsewhere = signed_in(User.objects.get(pk=margaret.pk))
    for _ in range(10):
        Client().post("/accounts/login/", {"username": "margaret", "password": "wrong"})
    link = password_reset.make_link(User.objects.get(pk=margaret.pk), by=User.objects.get(username="jane"))

    follow(Client(), link)

    assert elsewhere.get("/account/").status_code == 302
    assert not AccessAttempt.objects.filter(username="margaret").exists()
    said = list(AccountChange.objects.order_by("pk").values_list("text", "by__username"))
    assert said[-2:] == [("Password link created.", "jane"), ("New password set with a link.", "margaret")]


def test_no_link_into_an_account_that_may_do_more(admin_user):
    limited = make_user("limited", [MANAGE_USERS])

    assert signed_in(limited).post(f"/users/{admin_user.pk}/link/").status_code == 403


def test_no_link_for_oneself_nor_for_who_may_not_sign_in(admin_user, margaret):
    deactivate(margaret)
    for user, words in ((admin_user, "your account page"), (User.objects.get(pk=margaret.pk), "is inactive")):
        with pytest.raises(GrantError, match=words):
            password_reset.make_link(user, by=admin_user)
    assert not AccountChange.objects.exists()
