"""Is it still the same person? Asked before a refund, a deletion, permissions and keys."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.factors import authenticator
from crm.accounts.models import ApiKey, User
from customers.models import Customer
from orders.models import Import, ImportState, Order
from tests.api.caller import Caller
from tests.crm.accounts.factors.devices import code_of
from tests.crm.accounts.user_pages.user_form import filled_in
from tests.factories import CustomerFactory, make_user, paid_order, signed_in
from tests.factories.rules import make_rule
from tests.factories.webhooks import make_endpoint
from tests.tables import table

PASSWORD = "a good password"
ASKED = "Confirm that it is you"


@pytest.fixture(autouse=True)
def _nothing_counted():
    """Whose wrong codes other tests counted: primary keys come again."""
    cache.clear()


@pytest.fixture
def jane(db):
    return make_user("jane", ALL_PERMISSIONS, password=PASSWORD)


@pytest.fixture
def client(jane):
    """Whose sign-in is longer ago than ten minutes."""
    return signed_in(jane, answered=False)


def test_a_form_that_a_signed_in_browser_sends_to_the_api_is_refused_by_the_api(client):
    response = client.post("/v1/customers", {"name": "Jane"}, headers=Caller().headers)
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (400, "application/json")


def text(response):
    return response.content.decode()


def sent_of(page):
    return re.search(r'name="sent_before_the_question" value="([^"]*)"', text(page))[1]


def answer(client, page, path, **answers):
    return client.post(path, {"sent_before_the_question": sent_of(page), "answer": PASSWORD, **answers})


def test_a_key_is_created_once_the_password_is_given_with_what_was_typed_before(client, jane):
    path = "/account/keys/add/"
    page = client.post(path, {"name": "Warehouse <b>", "scope": "all", "addresses": "203.0.113.7\n203.0.113.8"})
    assert (page.status_code, ASKED in text(page)) == (403, True)
    assert not ApiKey.objects.exists()
    assert "Warehouse" not in text(page)

    assert answer(client, page, path).context["token"]
    key = ApiKey.objects.get()
    assert (key.name, key.allowed_addresses) == ("Warehouse <b>", ["203.0.113.7", "203.0.113.8"])


def test_an_answer_counts_for_ten_minutes(client, jane, time_machine):
    path = "/account/keys/add/"
    answer(client, client.post(path, {"name": "First", "scope": "all"}), path)
    assert client.post(path, {"name": "Second", "scope": "all"}).context["token"]

    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    assert ASKED in text(client.post(path, {"name": "Third", "scope": "all"}))
    assert ApiKey.objects.count() == 2


def test_a_fresh_sign_in_is_an_answer(jane):
    client = Client()
    client.post("/accounts/login/", {"username": "jane", "password": PASSWORD})

    assert client.post("/account/keys/add/", {"name": "Warehouse", "scope": "all"}).context["token"]


def test_a_wrong_answer_does_nothing_and_loses_nothing(client, jane):
    path = "/account/keys/add/"
    page = client.post(path, {"name": "Warehouse", "scope": "all"})

    again = answer(client, page, path, answer="wrong")
    assert (again.status_code, "That is wrong. Nothing was done yet." in text(again)) == (422, True)
    assert not ApiKey.objects.exists()
    assert answer(client, again, path).context["token"]


def test_guessing_the_answer_is_paused(client, jane):
    path = "/account/keys/add/"
    page = client.post(path, {"name": "Warehouse", "scope": "all"})
    answers = [answer(client, page, path, answer="wrong").status_code for _ in range(11)]

    assert answers[-1] == 429
    assert answer(client, page, path).status_code == 429
    assert not ApiKey.objects.exists()


def test_the_code_of_the_app_is_an_answer(client, jane):
    secret = authenticator.new_secret()
    authenticator.set_app(jane, secret=secret, code=code_of(secret, later=-1))
    path = "/account/keys/add/"
    page = client.post(path, {"name": "Warehouse", "scope": "all"})
    assert "Password, or code from your app" in text(page)

    assert answer(client, page, path, answer=code_of(secret)).context["token"]


def test_what_was_sent_is_good_for_this_user_and_page_only(client, jane):
    sent = sent_of(client.post("/account/keys/add/", {"name": "Warehouse", "scope": "all"}))
    steve = make_user("steve", ALL_PERMISSIONS, password=PASSWORD)
    form = {"sent_before_the_question": sent, "answer": PASSWORD}

    for other, path in ((client, f"/users/{steve.pk}/keys/add/"), (signed_in(steve), "/account/keys/add/")):
        assert "The question was open for too long" in text(other.post(path, form))
    assert not ApiKey.objects.exists()


def test_a_password_that_was_typed_for_a_user_is_never_sent_back(client, jane):
    page = client.post("/users/add/", filled_in("customers.merge_customer", password="correct horse battery"))
    assert "correct horse battery" not in text(page)

    answer(client, page, "/users/add/")
    andrew = User.objects.get(username="andrew")
    assert andrew.check_password("correct horse battery")
    assert andrew.get_all_permissions() == {"customers.merge_customer"}


ASKING = ["delete", "refund", "permissions", "new user", "link", "key", "reset", "source", "rule", "rule run"]
ASKING += ["undo of many", "rerun of many", "personal data", "new order", "undo of an import"]
ASKING += ["new webhook", "webhook", "secret of a webhook"]


@table("act", ASKING)
def test_acts_of_consequence_ask(act, client, jane):
    customer, order, other = CustomerFactory(), paid_order(), make_user("andrew")
    rule, endpoint = make_rule("email-name", state="dry_run"), make_endpoint()
    imported = Import.objects.create(source_name="Shop", name="a.csv", by=jane, state=ImportState.DONE)
    path = {
        "rule": f"/rules/{rule.pk}/switch/",
        "rule run": f"/rules/{rule.pk}/run/",
        "delete": f"/customers/{customer.pk}/delete/",
        "refund": f"/orders/{order.number}/refund/",
        "permissions": f"/users/{other.pk}/",
        "new user": "/users/add/",
        "link": f"/users/{other.pk}/link/",
        "key": f"/users/{other.pk}/keys/add/",
        "reset": f"/users/{other.pk}/second-factor/reset/",
        "source": f"/data-sources/{order.data_source_id}/delete/",
        "undo of many": "/merges/undo/",
        "rerun of many": "/orders/rerun/",
        "personal data": f"/customers/{customer.pk}/personal-data/",
        "new order": f"/customers/{customer.pk}/new-order/",
        "undo of an import": f"/imports/{imported.pk}/undo/",
        "new webhook": "/webhooks/add/",
        "webhook": f"/webhooks/{endpoint.pk}/edit/",
        "secret of a webhook": f"/webhooks/{endpoint.pk}/secret/",
    }[act]

    assert ASKED in text(client.post(path, {"confirm": "on"}))
    assert Customer.objects.filter(pk=customer.pk, erased_at=None).exists()
    assert Order.objects.get(pk=order.pk).refunded == 0


def test_to_look_needs_no_answer(client):
    assert ASKED not in text(client.get("/account/keys/add/"))


def test_who_lacks_the_permission_is_refused_and_not_asked(db):
    client = signed_in(make_user("andrew"), answered=False)
    response = client.post("/users/add/")

    assert (response.status_code, ASKED in text(response)) == (403, False)
