"""Users hear of what opens or closes their account."""

import threading

import pytest
from django.core import mail as django_mail
from django.core.cache import cache
from django.test import Client

from crm.accounts import mail, notices, password_reset
from crm.accounts.factors import authenticator, recovery_codes
from crm.accounts.factors.overview import reset_factors
from crm.accounts.models import AccountNotice
from tests.crm.accounts.factors.devices import code_of
from tests.crm.accounts.user_pages.user_form import edit
from tests.database import reloaded
from tests.factories import make_user, signed_in
from tests.tables import table

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def andrew(db):
    return make_user("andrew", email="andrew@example.com", password="a good password")


@pytest.fixture
def with_mail(settings):
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = True, "https://reunite.example/"


def outbox():
    return getattr(django_mail, "outbox", [])


@pytest.fixture
def sent(with_mail, django_capture_on_commit_callbacks):
    """What an act has sent, once its threads are done."""
    cache.clear()  # of whom was sent a link in another test

    def sent(act):
        with django_capture_on_commit_callbacks(execute=True):
            act()
        for thread in threading.enumerate():
            if thread.name == mail.THREAD:
                thread.join()
        return [(message.to, message.body) for message in outbox()]

    return sent


def told(user):
    return [notice.sentence for notice in notices.notices_of(reloaded(user))]


def test_an_admin_who_changes_permissions_is_named_in_an_email(sent, as_admin, andrew):
    ((to, body),) = sent(lambda: edit(as_admin, andrew, "customers.merge_customer", email="andrew@example.com"))

    assert to == ["andrew@example.com"]
    assert "Your account andrew was changed by Jane Peacock" in body
    assert "Granted: Can merge customers." in body
    assert "https://reunite.example/account/security/" in body
    assert told(andrew) == []


def set_up(user, admin):
    authenticator.set_app(user, secret=SECRET, code=code_of(SECRET))


def use_code(user, admin):
    recovery_codes.use_code(user, recovery_codes.create_codes(user)[0])


def change_password(user, admin):
    password_reset.change_password(user, "another good one")


def reset(user, admin):
    set_up(user, admin)
    reset_factors(user, by=admin)


@table(
    ("act", "sentence"),
    [
        (set_up, "Authenticator app set up."),
        (use_code, "Signed in with a recovery code."),
        (change_password, "Own password changed."),
        (reset, "Second factor reset."),
    ],
)
def test_without_email_a_notice_tells(act, sentence, andrew, admin_user):
    act(andrew, admin_user)
    assert told(andrew)[0] == sentence


def test_a_new_password_is_told_and_never_shown(as_admin, andrew):
    edit(as_admin, andrew, password="correct horse battery")
    assert told(andrew) == ["New password set."]


def test_a_name_or_a_key_is_nothing_to_be_told_of(as_admin, andrew):
    edit(as_admin, andrew, username="andy")
    assert told(andrew) == []


def test_a_notice_is_on_every_page_until_it_is_dismissed(as_admin, andrew, django_assert_num_queries):
    edit(as_admin, andrew, "customers.view_customer")
    client = signed_in(andrew)
    page = client.get("/customers/").content.decode()
    assert "Your account was changed by <bdi>Jane Peacock</bdi>." in page
    assert "Granted: Can view customers." in page

    pk = AccountNotice.objects.get().pk
    signed_in(make_user("steve")).post("/account/notices/dismiss/", {"notice": pk})
    assert told(andrew)
    assert client.post("/account/notices/dismiss/", {"notice": pk, "next": "/customers/"}).url == "/customers/"
    assert "Your account was changed" not in client.get("/customers/").content.decode()
    assert not reloaded(andrew).has_notices


@table("sent_along", [{"notice": "x"}, {}, {"notice": "9" * 30, "next": "https://example.com"}])
def test_what_names_no_notice_dismisses_none(sent_along, andrew):
    assert signed_in(andrew).post("/account/notices/dismiss/", sent_along).url == "/"


def test_a_mail_server_that_fails_is_logged_and_the_change_stands(sent, andrew, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    sent(lambda: password_reset.change_password(andrew, "another good one"))
    assert "No email “Your account was changed”" in caplog.text
    assert reloaded(andrew).check_password("another good one")


# Forgotten passwords

FORGOTTEN = "/accounts/forgotten/"
SENT = "If there is an account with this name or email, a link is on its way"


def ask(name, **headers):
    return Client().post(FORGOTTEN, {"name": name}, follow=True, **headers).content.decode()


@table("name", ["andrew", "Andrew@Example.com"])
def test_a_forgotten_password_is_set_by_a_link_in_an_email(name, sent, andrew):
    outbox().clear()
    cache.clear()
    ((to, body),) = sent(lambda: ask(name, headers={"host": "localhost"}))
    link = next(line for line in body.splitlines() if "/reset/" in line)
    assert to == ["andrew@example.com"]
    assert link.startswith("https://reunite.example/accounts/reset/")

    client, new = Client(), {"new_password1": "a brand new one", "new_password2": "a brand new one"}
    assert client.post(client.get(link.removeprefix("https://reunite.example")).url, new).url == "/accounts/login/"
    assert reloaded(andrew).check_password("a brand new one")


@table("name", ["nobody", "nobody@example.com", "\x00", "inactive"])
def test_who_has_no_account_gets_the_same_answer_and_no_email(name, sent, andrew):
    make_user("inactive", email="inactive@example.com", is_active=False)
    page = []

    assert sent(lambda: page.append(ask(name))) == []
    assert SENT in page[0] or name == "\x00"


def test_one_user_gets_one_email_in_ten_minutes(sent, andrew):
    assert len(sent(lambda: [ask("andrew"), ask("andrew@example.com", REMOTE_ADDR="192.0.2.9")])) == 1


def test_one_address_asks_for_ten_links_in_a_quarter_of_an_hour(with_mail, db):
    pages = [ask(f"nobody {number}") for number in range(11)]

    assert [SENT in pages[0], "Password links are blocked" in pages[10]] == [True, True]
    assert SENT in ask("nobody", REMOTE_ADDR="192.0.2.9")


def test_without_email_an_admin_is_asked(client, db, settings):
    assert client.get(FORGOTTEN).status_code == 404
    assert "Forgot your password or need an account? Ask your admin." in client.get("/accounts/login/").content.decode()
    settings.EMAIL_IS_SET_UP = True
    assert client.get(FORGOTTEN).status_code == 404  # whose address is not known


def test_with_email_the_sign_in_leads_to_it(client, with_mail, db):
    assert f'<a href="{FORGOTTEN}">' in client.get("/accounts/login/").content.decode()
    assert client.get(FORGOTTEN).status_code == 200
