"""Writing many customers at once, with every cache that follows from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import connection, transaction
from django.db.models import Model

from benchmarks.large.people import Person, person
from customers.lib.batches import batches
from customers.lib.identity import identity_key
from customers.models import (
    BillingStatus,
    Customer,
    DataSource,
    MatchKey,
    ProfileChange,
    SearchWord,
    SourceRecord,
)
from customers.profile.derive import first_profile_change
from customers.profile.edit import unsaved_customer
from customers.records import shared_values
from customers.records.match_keys import Keys
from customers.statements.bulk import write_rows
from orders.imports.batch.ids import Ids
from orders.models import MrrStep, Order, OrderItem, OrderStatus, Product, Purchase
from orders.revenue.counted import count_new
from orders.revenue.steps import new_steps
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_order, deltas_of_purchase, deltas_of_steps

AT_ONCE = 1_000
IN_ORDER = (Customer, ProfileChange, SourceRecord, MatchKey, SearchWord, Order, OrderItem, Purchase, MrrStep)
"""Those that others refer to first."""


def fill(customers: int, *, most: int, seed: int) -> Iterator[int]:
    """Write so many customers, of whom the first one bought `most` times; yield how many there are by now."""
    shops = [DataSource.objects.create(name=name) for name in ("Shop", "Other shop")]
    product = Product.objects.create(sku="tea", name="Tea", interval_count=1, interval_unit="month", currency="USD")
    for numbers in batches(range(customers), AT_ONCE):
        with transaction.atomic():
            _write(shops, product, (person(number, seed=seed, most=most) for number in numbers))
        yield numbers[-1] + 1
    after: tuple[str, ...] | None = ()
    while after is not None:
        _, after = shared_values.add_missing(after)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _write(shops: list[DataSource], product: Product, people: Iterable[Person]) -> None:
    rows: defaultdict[type[Model], list[Model]] = defaultdict(list)
    deltas: list[Delta] = []
    ids = Ids()
    for one in people:
        for row in _rows(one, shops, product, ids):
            rows[type(row)].append(row)
    for order in rows[Order]:
        deltas += deltas_of_order(order)
    for purchase in rows[Purchase]:
        deltas += deltas_of_purchase(purchase)
    rows[MrrStep] = list(new_steps(rows[Purchase]))
    deltas += deltas_of_steps(rows[MrrStep])
    for model in IN_ORDER:
        write_rows(rows[model])
    add_to_totals(deltas)


def _rows(person: Person, shops: list[DataSource], product: Product, ids: Ids) -> Iterator[Model]:
    status = BillingStatus.ACTIVE if person.purchases else ""
    customer = unsaved_customer(person.profile, id=ids.next(Customer), billing_status=status)
    yield from (customer, first_profile_change(customer, by=None, via="import"))
    emails = [person.profile["email"], *filter(None, [person.other_email])]
    records = [
        SourceRecord(
            pk=ids.next(SourceRecord),
            origin=customer,
            customer=customer,
            data_source=shop,
            external_id=f"c{person.number}",
            **person.profile | {"email": email},
        )
        for shop, email in zip(shops, emails, strict=False)
    ]
    for record in records:
        record.identity_key = identity_key(record.identity)
        yield record
        keys = Keys.of(record.identity)
        yield from (MatchKey(source_record=record, kind=kind, value=value) for kind, value in sorted(keys.match))
        words = sorted(keys.words)
        yield from (SearchWord(source_record=record, customer=customer, word=word) for word in words)
    yield from _bought(person, records[0], product, ids)


def _bought(person: Person, record: SourceRecord, product: Product, ids: Ids) -> Iterator[Model]:
    sold = {"source_record": record, "currency": "USD"}
    for bought in person.orders:
        about = {"at": bought.at, "total": bought.total, "status": OrderStatus.COMPLETE}
        order = Order(pk=ids.next(Order), data_source=record.data_source, **sold, **about)
        yield from (order, OrderItem(order=order, product=product, description="Tea", amount=bought.total))
    for bought in person.purchases:
        yield count_new(Purchase(pk=ids.next(Purchase), product=product, at=bought.at, price=bought.total, **sold))
