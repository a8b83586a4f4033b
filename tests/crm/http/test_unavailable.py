"""While the database cannot serve, who reads goes on reading, and who writes is told at once and loses nothing."""

import re
from html import unescape

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, close_old_connections, connection
from django.test import Client
from django.urls import reverse

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.database.failures import Failure
from customers.models import Customer, Note, Visit
from orders.models import Purchase, Transaction
from orders.subscriptions.apply_due import apply_due
from orders.subscriptions.common import today
from tests.acts import rerun
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.factories import customer_with_order, declined_order, make_user, signed_in, subscription
from tests.failing_database import PAST_PGBOUNCER, apart, held, read_only, run
from tests.page_access import PAGES

pytestmark = pytest.mark.django_db(transaction=True)
postgres = pytest.mark.postgres
NOTE = 'Called twice: "tomorrow" & <b>not</b> today.'


@pytest.fixture
def customer() -> Customer:
    return customer_with_order(external_id="1")


@pytest.fixture
def client() -> Client:
    return signed_in(make_user("all", ALL_PERMISSIONS))


@pytest.fixture
def shop() -> KonnektiveCaller:
    return KonnektiveCaller()


def add_note(client: Client, customer: Customer):
    return client.post(reverse("customers:note_add", args=[customer.pk]), {"text": NOTE})


def sent_again(client: Client, page):
    """The answer to the form of a page that kept what was typed."""
    html = page.content.decode()
    entered = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', html)
    address = re.search(r'<form method="post" action="([^"]*)"', html)[1]
    return client.post(unescape(address), {unescape(name): unescape(value) for name, value in entered})


# A record that another act holds


def test_who_waits_too_long_for_a_record_keeps_what_was_typed_and_sends_it_again(client, customer):
    with held(customer):
        page = add_note(client, customer)
    assert (page.status_code, page.headers["Retry-After"]) == (409, "2")
    assert "Another user or an API client is changing the same records" in page.content.decode()
    assert not Note.objects.exists()

    assert sent_again(client, page).status_code == 302
    assert Note.objects.get().text == NOTE


def test_the_page_of_a_held_customer_is_shown_and_its_visit_left_out(client, customer):
    with held(customer):
        assert client.get(customer.get_absolute_url()).status_code == 200
    assert not Visit.objects.exists()
    client.get(customer.get_absolute_url())
    assert Visit.objects.get().customer == customer


@postgres
def test_the_page_of_a_held_customer_waits_for_nothing(client, customer):
    with held(customer):
        run("SET lock_timeout = '20s'", "SET statement_timeout = '2s'")
        page = client.get(customer.get_absolute_url())
        run("RESET statement_timeout")
    assert page.status_code == 200


def test_programs_are_told_to_come_again_in_their_dialect(customer, shop):
    with held(customer):
        call = {"customerId": customer.pk, "message": NOTE}
        response = shop.client.post("/customer/addnote/", shop.login | call)
        refused = shop.patch(f"customers/{customer.uuid}", {"city": "Brno"})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert response.json()["result"] == "ERROR"
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert refused.json()["code"] == 503
    assert response.json()["message"] == refused.json()["message"]
    assert shop.ask("customer/addnote", **call)[0] == "SUCCESS"


def test_an_answer_of_the_gateway_that_cannot_be_recorded_leaves_the_payment_pending(settings):
    settings.PAYMENT_GATEWAY = "tests.recording_gateway.RecordingGateway"
    from tests.recording_gateway import RecordingGateway

    declined = declined_order()
    holding = held(declined.source_record.customer)
    RecordingGateway.then = holding.__enter__
    try:
        assert rerun(declined).status == "PENDING"
    finally:
        RecordingGateway.then = list
        holding.__exit__(None, None, None)
    assert Transaction.objects.filter(status="PENDING").count() == 1


# A database that may only be read


def test_every_page_that_only_reads_is_shown_by_a_read_only_database(client, subjects):
    addresses = {
        name: reverse(name, args=[subjects[thing] for thing in page.of])
        for name, page in PAGES.items()
        if page.method == "get"
    }
    with read_only():
        statuses = {name: client.get(address).status_code for name, address in addresses.items()}
    assert {name: status for name, status in statuses.items() if status not in {200, 302}} == {}
    assert sum(status == 200 for status in statuses.values()) > 80


def test_what_would_write_to_a_read_only_database_is_kept_for_later(client, customer, shop):
    with read_only():
        page = add_note(client, customer)
        response = shop.client.post("/customer/addnote/", shop.login | {"customerId": customer.pk, "message": NOTE})
        refused = shop.patch(f"customers/{customer.uuid}", {"city": "Brno"})
        asked = shop.ask("customer/query", customerId=customer.pk)
        read = shop.get(f"customers/{customer.uuid}")
    assert [answer.status_code for answer in (page, response, refused)] == [503] * 3
    assert {answer.headers["Retry-After"] for answer in (page, response, refused)} == {"60"}
    assert "Reunite is read-only at the moment" in page.content.decode()
    assert (asked[0], read.status_code) == ("SUCCESS", 200)
    assert sent_again(client, page).status_code == 302


def test_a_password_is_not_repeated_by_the_page(client):
    make_user("margaret", password="a good password")
    with read_only():
        page = Client().post("/accounts/login/", {"username": "margaret", "password": "a good password"})
    assert page.status_code == 503
    assert "a good password" not in page.content.decode()
    assert "Go back and enter it again." in page.content.decode()


# Other failures


@pytest.mark.parametrize(
    ("failure", "status", "wait"),
    [(Failure.FULL, 503, "60"), (Failure.AWAY, 503, "5"), (Failure.SLOW, 503, "10"), (None, 500, None)],
)
def test_pages_and_dialects_say_what_fails_and_when_to_try_again(client, customer, shop, failure, status, wait):
    """The database fails from the first statement on, that asks who is signed in."""
    error = failing_as(failure)
    client.raise_request_exception = shop.client.raise_request_exception = False

    def fail(execute, sql, params, many, context):
        raise error

    with connection.execute_wrapper(fail):
        answers = [
            add_note(client, customer),
            client.get("/customers/"),
            shop.get("customers"),
            shop.client.post("/order/query/", shop.login),
        ]
    assert {(answer.status_code, answer.headers.get("Retry-After")) for answer in answers} == {(status, wait)}
    page, read, of_v1, of_shop = (answer.content.decode() for answer in answers)
    assert (NOTE in unescape(page)) == (failure is not None)
    assert of_v1.startswith('{"code": ')
    assert of_shop.startswith('{"result": "ERROR"')
    assert "Something went wrong" in read if failure is None else "Try again" in read


class DriverError(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("the database’s own words")
        self.sqlstate = sqlstate


def failing_as(failure: Failure | None) -> Error:
    states = {Failure.FULL: "53100", Failure.AWAY: "57P01", Failure.SLOW: "57014", None: "42601"}
    error = Error("the database’s own words")
    error.__cause__ = DriverError(states[failure])
    return error


@postgres
@pytest.mark.skipif(
    bool(PAST_PGBOUNCER), reason="A PgBouncer gives the request another session, so that it costs none."
)
def test_a_lost_connection_costs_one_request(client, customer):
    close_old_connections()
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with apart() as session:
        session.execute("SELECT pg_terminate_backend(%s)", [pid])
    page = add_note(client, customer)
    assert page.status_code == 503
    close_old_connections()  # as between any two requests
    assert sent_again(client, page).status_code == 302
    assert Note.objects.get().text == NOTE


def test_healthz_answers_whatever_the_database_does(client):
    def fail(execute, sql, params, many, context):
        raise failing_as(Failure.AWAY)

    with connection.execute_wrapper(fail):
        assert client.get("/healthz").content == b"ok"


def test_the_next_run_of_a_command_does_what_a_held_record_kept_from_the_first():
    purchase = subscription()
    Purchase.objects.filter(pk=purchase.pk).update(cancels_on=today())
    with held(purchase.source_record.customer):
        assert list(apply_due(today())) == []
        with pytest.raises(CommandError, match="Run rebuild again"):
            call_command("rebuild")
    assert list(apply_due(today())) == [purchase]
