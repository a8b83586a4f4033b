"""Who reads on from the last cursor, at any pace, misses nothing that was being written meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from customers.models import Customer
from orders.intake.order import IncomingPurchase
from orders.models import Order
from tests.api.caller import Caller
from tests.factories import CustomerFactory, DataSourceFactory, ProductFactory, order
from tests.threads import Held, start_in_thread, wait_until_blocked

pytestmark = pytest.mark.usefixtures("transactional_db")


class Reader:
    """A program that reads a list to its end, and goes on from there whenever it looks again."""

    def __init__(self, path: str, **query) -> None:
        self.caller, self.path, self.query = Caller(username="reader"), path, query
        self.cursor: str | None = None
        self.seen: list[str] = []

    def look(self) -> list[str]:
        """The uuids that are new to the reader, or come again."""
        pages, has_more = [], True
        while has_more:
            where = {"cursor": self.cursor} if self.cursor else {}
            answer = self.caller.get(self.path, **self.query, **where).json()
            pages += [entry["uuid"] for entry in answer["entries"]]
            self.cursor, has_more = answer["cursor"], answer["has_more"]
        self.seen += pages
        return pages


def create(name: str) -> str:
    return CustomerFactory(first_name=name, email="helena@reunite.cz").uuid


@pytest.mark.postgres
@pytest.mark.parametrize("per_page", [1, 2, 200])
def test_a_customer_who_is_committed_behind_the_cursor_is_read_later(per_page):
    first, reader = create("First"), Reader("customers", per_page=per_page)
    with Held(lambda: create("Held")):
        later = [create(f"Later {n}") for n in range(3)]
        assert reader.look() == [first, *later]
        # Until the writer is done, what is beyond it comes again.
        assert reader.look() == later
    held = Customer.objects.get(first_name="Held").uuid
    assert reader.look() == [held, *later]
    assert reader.look() == []
    assert reader.look() == []


@pytest.mark.postgres
def test_a_reading_that_goes_on_after_the_writer_is_done_returns_to_where_it_began():
    reader = Reader("customers", per_page=1)
    first = create("First")
    with Held(lambda: create("Held")):
        later = [create(f"Later {n}") for n in range(3)]
        answers = []
        cursor = ""
        for _ in range(3):
            answer = reader.caller.get("customers", per_page=1, **({"cursor": cursor} if cursor else {})).json()
            answers += [entry["uuid"] for entry in answer["entries"]]
            cursor = answer["cursor"]
    assert answers == [first, *later[:2]]
    reader.cursor = cursor
    assert reader.look() == later[2:]
    assert reader.look() == [Customer.objects.get(first_name="Held").uuid, *later]


def test_the_end_of_a_list_is_where_a_reader_goes_on():
    reader = Reader("customers")
    customers = []
    for n in range(3):
        customers.append(create(f"Customer {n}"))
        assert reader.look() == customers[n:]
        assert reader.look() == []


def test_many_writers_and_a_reader_at_full_pace_agree(run_together):
    source = DataSourceFactory()
    writers, per_writer = 4, 10
    readers: list[Reader] = []

    def write(number: int) -> None:
        for n in range(per_writer):
            with transaction.atomic():
                order(source, email=f"helena{number}.{n}@reunite.cz")

    def read() -> None:
        reader = Reader("customers", per_page=3)
        readers.append(reader)
        while Customer.objects.count() < writers * per_writer:
            reader.look()

    run_together(*(lambda n=n: write(n) for n in range(writers)), read)
    readers[0].look()
    assert set(readers[0].seen) == set(Customer.objects.values_list("uuid", flat=True))
    assert len(set(readers[0].seen)) == writers * per_writer


@pytest.mark.postgres
def test_activities_are_listed_once_nothing_earlier_can_appear():
    plan = ProductFactory(interval_unit="month", interval_count=1, price=Decimal(10))
    reader = Reader("activities")

    def buy(name: str) -> None:
        order(email=f"{name}@reunite.cz", purchases=[IncomingPurchase(plan, plan.price)])

    buy("first")
    assert len(reader.look()) == 1
    with Held(lambda: buy("held")):
        buy("later")
        assert reader.look() == []
    assert len(reader.look()) == 2
    assert len(reader.seen) == len(set(reader.seen)) == 3 == Order.objects.count()


@pytest.mark.postgres
def test_the_time_of_an_order_that_waited_for_another_is_after_its_wait():
    who = {"email": "helena@reunite.cz", "first_name": "Helena"}
    with ThreadPoolExecutor(1) as threads:
        with Held(lambda: order(**who)):
            waiting = start_in_thread(threads, lambda: order(**who))
            wait_until_blocked()
            released = timezone.now()
        assert waiting.result(timeout=30).order.at > released
