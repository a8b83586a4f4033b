"""A lock that is held keeps a few threads of a process, and all others go on."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from customers.database import lock_queues
from customers.database.lock_queues import LIMIT, LIMIT_OF_SESSION, MOST_WAITING, Queue, wait_for
from customers.locks import NAMESPACE, get_locked, lock, lock_live, lock_numbers, number_of
from customers.models import Customer
from customers.records.staff_record import lock_to_edit
from orders.locks import lock_owner
from orders.models import Order, TransactionStatus
from orders.payments.gateway import Answer
from orders.payments.record_answer import record_answer
from tests.customers.concurrency.customers_by_name import customers
from tests.factories import paid_order
from tests.failing_database import apart, run
from tests.threads import start_in_thread, wait_until_blocked

pytestmark = [pytest.mark.usefixtures("transactional_db"), pytest.mark.postgres]

THREADS = 8
WHERE_MANY_WAIT, WHERE_HELD = 100, 10  # milliseconds
USUAL = "20s"
CUSTOMER = "SELECT id FROM customers_customer WHERE id = %s FOR UPDATE"
ORDER = "SELECT id FROM orders_order WHERE id = %s FOR UPDATE"
NUMBER = f"SELECT pg_advisory_xact_lock({NAMESPACE}, %s)"


@pytest.fixture(autouse=True)
def _one_second(settings) -> None:
    """Tenths and hundredths are taken of a second. Who waits as usual waits until the test ends."""
    settings.LOCK_TIMEOUT = 1


@dataclass
class Waiter:
    """An act, and the limits in milliseconds that were set for its locks; none where it waits as usual."""

    act: Callable[[], object]
    limits: list[int] = field(default_factory=list)

    def is_refused(self) -> bool:
        try:
            with connection.execute_wrapper(self.note), transaction.atomic():
                self.act()
        except OperationalError:
            return True
        return False

    def note(self, execute, sql, params, many, context):
        if sql.startswith(LIMIT) and sql != LIMIT_OF_SESSION:
            self.limits.append(int(sql.removeprefix(LIMIT)))
        return execute(sql, params, many, context)


def waiters_for(customer: Customer, number: int) -> list[Waiter]:
    return [Waiter(lambda: lock([customer.pk])) for _ in range(number)]


def start(threads: ThreadPoolExecutor, waiters: list[Waiter]) -> list[Future]:
    return [start_in_thread(threads, waiter.is_refused) for waiter in waiters]


def outcomes(started: list[Future]) -> list[bool]:
    return [future.result(timeout=30) for future in started]


@contextmanager
def left_open(sql: str, value: int) -> Iterator[None]:
    """A session that somebody left open after a statement that locks."""
    with apart() as session, session.transaction(force_rollback=True):
        session.execute(sql, [value])
        yield


def wait_in_vain(act: Callable[[], object]) -> None:
    run("SET lock_timeout = '10ms'")
    assert Waiter(act).is_refused()
    run("RESET lock_timeout")


def test_three_wait_for_a_held_customer_and_the_others_of_eight_are_free_at_once():
    held, other = customers("a b")
    first, others = waiters_for(held, MOST_WAITING), waiters_for(held, THREADS - MOST_WAITING)
    [free], [late] = waiters_for(other, 1), waiters_for(held, 1)
    with ThreadPoolExecutor(THREADS) as threads:
        with left_open(CUSTOMER, held.pk):
            waiting = start(threads, first)
            wait_until_blocked(MOST_WAITING)
            assert all(outcomes(start(threads, others)))
            assert late.is_refused()
            assert not free.is_refused()
            assert not any(future.done() for future in waiting)
        assert not any(outcomes(waiting))
    assert [waiter.limits for waiter in [*first, free]] == [[]] * (MOST_WAITING + 1)
    assert [len(waiter.limits) for waiter in others] == [1] * len(others)
    assert max(waiter.limits for waiter in others) == [WHERE_MANY_WAIT]
    assert late.limits == [WHERE_HELD]


def test_who_gets_a_lock_that_was_held_lets_the_next_one_wait_as_usual():
    (held,) = customers("a")
    with left_open(CUSTOMER, held.pk):
        wait_in_vain(lambda: lock([held.pk]))
    attempts = waiters_for(held, 2)
    assert not any(attempt.is_refused() for attempt in attempts)
    assert [attempt.limits for attempt in attempts] == [[WHERE_HELD], []]
    assert not lock_queues._queues


def test_a_lock_counts_as_held_for_some_seconds_only(monkeypatch):
    (held,) = customers("a")
    monkeypatch.setattr(lock_queues, "REMEMBERED", 0)
    with left_open(CUSTOMER, held.pk):
        wait_in_vain(lambda: lock([held.pk]))
        assert not lock_queues._queues


def test_each_lock_function_waits_as_briefly_for_what_is_held():
    order = paid_order(email="a@reunite.cz")
    customer = order.source_record.customer
    rows = Order.objects.select_for_update(no_key=True)
    functions = [
        (CUSTOMER, customer.pk, lambda: lock([customer.pk])),
        (CUSTOMER, customer.pk, lambda: lock_live(customer.pk)),
        (CUSTOMER, customer.pk, lambda: lock_to_edit(customer.pk)),
        (CUSTOMER, customer.pk, lambda: lock_owner(order.source_record)),
        (ORDER, order.pk, lambda: get_locked(rows, order.pk)),
        (NUMBER, number_of("a name"), lambda: lock_numbers(["a name", "another name"])),
    ]
    for sql, value, act in functions:
        waiter = Waiter(act)
        with left_open(sql, value):
            wait_in_vain(act)
            assert waiter.is_refused()
        assert waiter.limits == [WHERE_HELD]
        assert not waiter.is_refused()  # which forgets it


def test_after_the_lock_the_act_waits_as_usual_for_all_others():
    (held,) = customers("a")
    with left_open(CUSTOMER, held.pk):
        wait_in_vain(lambda: lock([held.pk]))
    with transaction.atomic(), connection.cursor() as cursor:
        lock([held.pk])
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == (USUAL,)


def test_an_answer_of_the_gateway_waits_in_full_also_for_a_customer_who_is_held():
    order = paid_order(email="a@reunite.cz", status="PENDING")
    customer = order.source_record.customer
    payment = order.transactions.create(source_record=order.source_record, kind="SALE", amount=7, currency="USD")
    approved = Answer(TransactionStatus.SUCCESS, "Approved.", "1")
    with ThreadPoolExecutor(1) as threads:
        with left_open(CUSTOMER, customer.pk):
            wait_in_vain(lambda: lock([customer.pk]))
            recorded = start_in_thread(threads, lambda: record_answer(payment, approved))
            wait_until_blocked()
        assert recorded.result(timeout=30).status == "SUCCESS"


def test_who_waits_for_a_lock_that_others_get_meanwhile_is_not_refused(monkeypatch):
    monkeypatch.setattr(lock_queues, "MOST_WAITING", 0)
    key, tries = ("row", 1), []

    def take() -> str:
        tries.append(key)
        if len(tries) < 3:
            wait_for([key], list)  # another one gets it
            raise OperationalError from LockNotAvailable()
        return "got it"

    with transaction.atomic():
        assert wait_for([key], take) == "got it"
    tries.clear()
    with pytest.raises(OperationalError), transaction.atomic():
        wait_for([key], refuse)
    assert Queue().limit == lock_queues.WHERE_MANY_WAIT
    lock_queues._queues.clear()


def refuse() -> None:
    raise OperationalError from LockNotAvailable()


def test_a_lock_that_was_taken_where_many_wait_and_given_back_is_free_for_who_waited(monkeypatch):
    (held,) = customers("a")
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        before = transaction.savepoint()
        with monkeypatch.context() as many_wait:
            many_wait.setattr(lock_queues, "MOST_WAITING", 0)
            lock([held.pk])
        [waiting] = start(threads, waiters_for(held, 1))
        wait_until_blocked()
        transaction.savepoint_rollback(before)
        assert not waiting.result(timeout=30)
