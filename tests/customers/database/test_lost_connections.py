"""An act whose connection is lost: it is done once more where it cannot be done twice by that."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction

from customers.database.lost_connections import once_more_when_lost
from customers.merging.meanwhile import AlreadyMergedError
from customers.models import Customer, Merge, MergeMember
from orders.intake.order import IncomingOrder
from orders.intake.take import take_order
from orders.models import Order
from tests.acts import fresh, merge, undo
from tests.factories import CustomerFactory
from tests.factories.orders import person
from tests.failing_database import apart

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def lose_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with apart() as session:
        session.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


class LosesOnce:
    """Loses the connection before the first statement with this text."""

    def __init__(self, text: str) -> None:
        self.text, self.lost = text, 0

    def __call__(self, execute, sql, params, many, context):
        if self.text in sql and not self.lost:
            self.lost += 1
            lose_connection()
        return execute(sql, params, many, context)


@contextmanager
def answer_of_commit_lost() -> Iterator[None]:
    """The next COMMIT of this thread arrives, and nobody hears of it."""
    connection.ensure_connection()
    session, commit = connection.connection, connection.connection.commit

    def commit_and_lose_the_answer() -> None:
        commit()
        lose_connection()
        session.execute("SELECT 1")

    session.commit = commit_and_lose_the_answer
    try:
        yield
    finally:
        del session.commit


@pytest.fixture
def two() -> list[Customer]:
    return [CustomerFactory(email="a@reunite.cz"), CustomerFactory(email="a@reunite.cz")]


def test_a_merge_whose_connection_is_lost_is_made_once(two):
    loses = LosesOnce('INSERT INTO "customers_merge"')
    with connection.execute_wrapper(loses):
        made = merge(*two)
    assert loses.lost == 1
    assert Merge.objects.get() == made
    assert MergeMember.objects.get().merge == made


def test_a_merge_that_arrived_without_an_answer_is_recognised_by_its_plan(two):
    with answer_of_commit_lost(), pytest.raises(AlreadyMergedError) as refusal:
        merge(*two)
    assert Merge.objects.get() == refusal.value.merge


def test_an_undo_whose_connection_is_lost_is_done_once(two):
    made = merge(*two)
    loses = LosesOnce('UPDATE "customers_merge')
    with connection.execute_wrapper(loses):
        undo(made)
    assert loses.lost == 1
    assert [customer.is_live for customer in fresh(*two)] == [True, True]


def test_an_undo_that_may_have_arrived_is_not_done_again(two):
    made = merge(*two)
    with answer_of_commit_lost(), pytest.raises(OperationalError):
        undo(made)
    assert [customer.is_live for customer in fresh(*two)] == [True, True]


def test_an_order_whose_connection_is_lost_is_taken_once():
    incoming = IncomingOrder(person(email="a@reunite.cz"), Decimal(5), "USD", external_id="7")
    loses = LosesOnce('INTO "orders_order"')
    with connection.execute_wrapper(loses):
        taken = take_order(incoming)
    assert (loses.lost, taken.is_repeat) == (1, False)
    assert Order.objects.get() == taken.order


def test_within_a_longer_transaction_nothing_is_done_again(two):
    loses = LosesOnce('INSERT INTO "customers_merge"')
    with connection.execute_wrapper(loses), pytest.raises(OperationalError), transaction.atomic():
        merge(*two)
    assert loses.lost == 1
    assert not Merge.objects.exists()


def test_an_act_that_loses_its_connection_twice_fails():
    calls = []

    @once_more_when_lost()
    def act() -> None:
        calls.append("called")
        with transaction.atomic():  # a PgBouncer would give the next transaction another session
            lose_connection()
            Customer.objects.exists()

    with pytest.raises(OperationalError):
        act()
    connection.close()
    assert len(calls) == 2
