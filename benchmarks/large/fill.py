"""Writing many customers at once, with every cache that follows from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import connection, transaction
from django.db.models import Model

from benchmarks.large.copies import copy_block, keys_since, last_keys
from benchmarks.large.people import BLOCK, Person, person
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
MOST_ROWS = 20_000
"""Customers that are written in one transaction, and rows that are in memory."""
IN_ORDER = (Customer, ProfileChange, SourceRecord, MatchKey, SearchWord, Order, OrderItem, Purchase, MrrStep)
"""Those that others refer to first."""


def fill(customers: int, *, most: int, seed: int, block: int = BLOCK) -> Iterator[int]:
    """Write so many customers, of whom the first one has `most` orders; yield how many there are by now.

    On PostgreSQL, whole blocks behind the first one are that block once more, with other keys, emails and phones.
    """
    shops = [DataSource.objects.create(name=name) for name in ("Shop", "Other shop")]
    product = Product.objects.create(sku="tea", name="Tea", interval_count=1, interval_unit="month", currency="USD")
    whole = (customers - 1) // block
    copies = max(whole - 1, 0) if connection.vendor == "postgresql" else 0

    def write(numbers: range, *, copied: int = 0) -> Iterator[int]:
        for some in batches(numbers, AT_ONCE):
            with transaction.atomic():
                _write(shops, product, (person(n, seed=seed, most=most, block_size=block) for n in some))
            yield some[-1] + 1 - copied
        _share_values()

    yield from write(range(1))
    before = last_keys()
    yield from write(range(1, block + 1) if copies else range(1, customers))
    if copies:
        of_block = keys_since(before)
        # Before the copies, because shared values are looked for among all customers.
        yield from write(range(whole * block + 1, customers), copied=copies * block)
        written = customers - copies * block
        yield from (written + copied * block for copied in copy_block(of_block, copies))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _share_values() -> None:
    after: tuple[str, ...] | None = ()
    while after is not None:
        _, after = shared_values.add_missing(after)


def _write(shops: list[DataSource], product: Product, people: Iterable[Person]) -> None:
    ids, rows = Ids(), []
    for one in people:
        known = list(_known(one, shops, ids))
        rows += known
        record = next(row for row in known if isinstance(row, SourceRecord))
        for bought in batches(_bought(one, record, product, ids), MOST_ROWS):
            rows += bought
            # The first customer has more than may be in memory at once.
            if len(rows) >= MOST_ROWS:
                _write_rows(rows)
                rows = []
    _write_rows(rows)


def _write_rows(rows: Iterable[Model]) -> None:
    of: defaultdict[type[Model], list[Model]] = defaultdict(list)
    for row in rows:
        of[type(row)].append(row)
    of[MrrStep] = list(new_steps(of[Purchase]))
    for model in IN_ORDER:
        write_rows(of[model])
    deltas: list[Delta] = []
    for order in of[Order]:
        deltas += deltas_of_order(order)
    for purchase in of[Purchase]:
        deltas += deltas_of_purchase(purchase)
    add_to_totals([*deltas, *deltas_of_steps(of[MrrStep])])


def _known(person: Person, shops: list[DataSource], ids: Ids) -> Iterator[Model]:
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
            external_id=person.external_id,
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


def _bought(person: Person, record: SourceRecord, product: Product, ids: Ids) -> Iterator[Model]:
    sold = {"source_record": record, "currency": "USD"}
    for bought in person.orders:
        about = {"at": bought.at, "total": bought.total, "status": OrderStatus.COMPLETE}
        order = Order(pk=ids.next(Order), data_source=record.data_source, **sold, **about)
        yield from (order, OrderItem(order=order, product=product, description="Tea", amount=bought.total))
    for bought in person.purchases:
        yield count_new(Purchase(pk=ids.next(Purchase), product=product, at=bought.at, price=bought.total, **sold))
