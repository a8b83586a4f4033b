"""One moment for one answer: a merge that is committed between two statements of a read is in all of it or in none."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.models import Customer, DataSource, Merge, Visit
from customers.snapshot import after_reading, snapshot
from tests.acts import merge, undo
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.factories import customer_with_order, make_user, signed_in
from tests.threads import start_in_thread

pytestmark = pytest.mark.usefixtures("transactional_db")

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|hx-headers=\'[^\']*\'')

Read = Callable[[], tuple[int, bytes]]


@pytest.fixture
def pair() -> tuple[Customer, Customer]:
    DataSource.staff()
    return customer_with_order(email="helena@reunite.cz"), customer_with_order(email="helena@reunite.cz")


def read_between(read: Read, statement: int, act: Callable[[], object]) -> tuple[tuple[int, bytes], bool]:
    """What is answered when `act` is committed after so many statements, and whether there were as many."""
    sent = 0

    def interrupt(execute, sql, params, many, context):
        nonlocal sent
        result = execute(sql, params, many, context)
        is_read = sql.lstrip().startswith(("SELECT", "WITH"))
        sent += is_read
        if is_read and sent == statement:
            start_in_thread(threads, act).result(timeout=30)
        return result

    with ThreadPoolExecutor(1) as threads, connection.execute_wrapper(interrupt):
        answer = read()
    return answer, sent >= statement


def refuse_mixtures(read: Read, survivor: Customer, duplicate: Customer) -> None:
    """Merge after the first statement, undo, merge after the second, and so on to the last."""
    read()  # what is remembered from here on
    statement, is_within = 0, True
    while is_within:
        statement += 1
        before = read()
        answer, is_within = read_between(read, statement, lambda: merge(survivor, duplicate))
        if is_within:
            assert answer == before or answer == read(), f"A mixture after {statement} statements"
            undo(Merge.objects.latest("pk"))
    assert statement > 3


@pytest.mark.parametrize("path", ["customers/{}", "customers/{}/subscriptions", "invoices?customer_uuid={}"])
def test_a_v1_answer_shows_a_merge_or_does_not(pair, path):
    caller, (survivor, duplicate) = KonnektiveCaller(), pair

    def read() -> tuple[int, bytes]:
        answer = caller.get(path.format(duplicate.uuid))
        return answer.status_code, answer.content

    refuse_mixtures(read, survivor, duplicate)


@pytest.mark.parametrize("path", ["customer/query", "order/query"])
def test_a_query_shows_a_merge_or_does_not(pair, path):
    caller, (survivor, duplicate) = KonnektiveCaller(), pair

    def read() -> tuple[int, bytes]:
        answer = caller.client.post(f"/{path}/", caller.login | {"customerId": str(duplicate.pk)})
        assert b"SUCCESS" in answer.content
        return answer.status_code, answer.content

    refuse_mixtures(read, survivor, duplicate)


def test_a_customer_page_shows_a_merge_or_does_not(pair):
    client, (survivor, duplicate) = signed_in(make_user("jane", ALL_PERMISSIONS)), pair

    def read() -> tuple[int, bytes]:
        answer = client.get(f"/customers/{survivor.pk}/")
        return answer.status_code, TOKEN.sub(b"", answer.content)

    refuse_mixtures(read, survivor, duplicate)


def test_what_is_written_beside_a_read_is_written_after_it(pair):
    client = signed_in(make_user("jane", ALL_PERMISSIONS))
    client.get(f"/customers/{pair[0].pk}/")
    assert Visit.objects.get().customer == pair[0]
    with snapshot():
        after_reading(Visit.objects.all().delete)
        assert Visit.objects.exists()
    assert not Visit.objects.exists()


@pytest.mark.postgres
def test_a_snapshot_is_one_statement_and_cannot_write(pair):
    with snapshot(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
        assert cursor.fetchone() == ("repeatable read", "on")
    customer = customer_with_order()
    assert Customer.objects.filter(pk=customer.pk).update(company="Initech")
