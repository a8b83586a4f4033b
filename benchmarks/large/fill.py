"""Writing many customers at once, with every cache that follows from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial

from django.db import connection, transaction
from django.db.models import Model

from benchmarks.large import filtered
from benchmarks.large.copies import copy_block, keys_since, large_statements, last_keys
from benchmarks.large.people import BLOCK, DAYS, ORDERS_EACH, START, Person, person
from crm.accounts.models import User
from customers.lib.batches import batches
from customers.lib.identity import identity_key
from customers.models import (
    AccountType,
    BeginningProgress,
    ClosingReason,
    Customer,
    DataSource,
    FilterCombination,
    FilterProgress,
    ForecastCategory,
    FrequentBeginning,
    LeadPhase,
    ListEntry,
    MatchKey,
    Opportunity,
    ProfileChange,
    SearchWord,
    SourceRecord,
)
from customers.profile.derive import first_profile_change
from customers.profile.edit import unsaved_customer
from customers.records import shared_values
from customers.records.match_keys import Keys
from customers.search.combinations import keep_up_combinations
from customers.search.keep_up_beginnings import keep_up_beginnings
from customers.statements.bulk import write_rows
from customers.totals.billing_status import BY_PRIORITY
from customers.totals.phase_sums import recount_phase_sums
from orders.imports.batch.ids import Ids
from orders.models import (
    BILLING_STATE,
    MrrStep,
    Order,
    OrderItem,
    Product,
    Purchase,
    Transaction,
    TransactionKind,
)
from orders.order_numbers import new_order_number
from orders.revenue.counted import count_new
from orders.revenue.steps import new_steps
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_order, deltas_of_purchase, deltas_of_steps
from tests.factories import make_user

AT_ONCE = 1_000
CENT = Decimal("0.01")
MOST_ROWS = 20_000
"""Customers that are written in one transaction, and rows that are in memory."""
IN_ORDER = (
    *(Customer, ProfileChange, SourceRecord, MatchKey, SearchWord),
    *(Opportunity, Order, OrderItem, Transaction, Purchase, MrrStep),
)
"""Those that others refer to first."""
OF_ALL = (FilterCombination, FilterProgress, FrequentBeginning, BeginningProgress)
"""Rows of which a copied block has none of its own."""


@dataclass(frozen=True)
class World:
    """What customers refer to."""

    shops: Sequence[DataSource]
    product: Product
    account_types: Sequence[ListEntry]
    phases: Sequence[ListEntry]
    reasons: Sequence[ListEntry]
    seller: User


def fill(
    customers: int, *, most: int, seed: int, block: int = BLOCK, orders_each: float = ORDERS_EACH
) -> Iterator[int]:
    """Write so many customers, of whom the first one has `most` orders; yield how many there are by now.

    The others have `orders_each` on average, ORDERS_EACH at most: fewer take less room.
    On PostgreSQL, whole blocks behind the first one are that block once more, with other keys, emails and phones.
    """
    world = _world()
    whole = (customers - 1) // block
    copies = max(whole - 1, 0) if connection.vendor == "postgresql" else 0

    def write(numbers: range, *, copied: int = 0) -> Iterator[int]:
        drawn = partial(person, seed=seed, most=most, block_size=block, orders_each=orders_each)
        for some in batches(numbers, AT_ONCE):
            with transaction.atomic():
                _write(world, map(drawn, some))
            yield some[-1] + 1 - copied
        _share_values()

    yield from write(range(1))
    before = last_keys()
    yield from write(range(1, block + 1) if copies else range(1, customers))
    if copies:
        _note_filters()
        of_block = {model: keys for model, keys in keys_since(before).items() if model not in OF_ALL}
        # Before the copies, because shared values are looked for among all customers.
        yield from write(range(whole * block + 1, customers), copied=copies * block)
        written = customers - copies * block
        yield from (written + copied * block for copied in copy_block(of_block, copies))
    # As the database does by itself where it may: without, it reads tables where an index has the answer.
    is_large = connection.vendor == "postgresql" and not connection.in_atomic_block
    with large_statements() if is_large else connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if is_large else "ANALYZE")
    _note_filters()
    _note_words()
    recount_phase_sums()


def _world() -> World:
    return World(
        shops=[DataSource.objects.create(name=name) for name in filtered.SHOPS],
        product=Product.objects.create(sku="tea", name="Tea", interval_count=1, interval_unit="month", currency="USD"),
        account_types=_entries(AccountType, filtered.ACCOUNT_TYPES),
        phases=_entries(LeadPhase, filtered.PHASES),
        reasons=_entries(ClosingReason, filtered.REASONS, outcome=ClosingReason.Outcome.LOST),
        seller=make_user("seller"),
    )


def _entries(model: type[ListEntry], names: Sequence[str], **values: str) -> list[ListEntry]:
    return [
        model._default_manager.create(name=name, word=name.lower(), position=n, **values)
        for n, name in enumerate(names)
    ]


def _note_filters() -> None:
    """As the clock does it, until there is nothing left."""
    while keep_up_combinations():
        pass


def _note_words() -> None:
    while keep_up_beginnings():
        pass


def _share_values() -> None:
    after: tuple[str, ...] | None = ()
    while after is not None:
        _, after = shared_values.add_missing(after)


def _write(world: World, people: Iterable[Person]) -> None:
    ids, rows = Ids(), []
    for one in people:
        known = list(_known(one, world, ids))
        rows += known
        record = next(row for row in known if isinstance(row, SourceRecord))
        for bought in batches(_bought(one, record, world, ids), MOST_ROWS):
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


def _known(person: Person, world: World, ids: Ids) -> Iterator[Model]:
    customer = _customer(person, world, ids.next(Customer))
    yield from (customer, first_profile_change(customer, by=None, via="import"))
    emails = [person.profile["email"], *filter(None, [person.other_email])]
    records = [
        SourceRecord(
            pk=ids.next(SourceRecord),
            origin=customer,
            customer=customer,
            data_source=world.shops[shop],
            external_id=person.external_id,
            **person.profile | {"email": email},
        )
        for shop, email in zip(person.filtered.shops, emails, strict=True)
    ]
    for record in records:
        record.identity_key = identity_key(record.identity)
        yield record
        keys = Keys.of(record.identity)
        yield from (MatchKey(source_record=record, kind=kind, value=value) for kind, value in sorted(keys.match))
        words = sorted(keys.words)
        yield from (SearchWord(source_record=record, customer=customer, word=word) for word in words)
    yield from _opportunities(person, records[0], world)


def _customer(person: Person, world: World, pk: int) -> Customer:
    about = person.filtered
    states = {BILLING_STATE[bought.status] for bought in person.purchases}
    cleaned = {
        "billing_address": {"country": about.country} if about.country else {},
        "lead_status": about.lead_status,
        "account_type": _entry(world.account_types, about.account_type),
        "lead_phase": _entry(world.phases, about.phase),
    }
    status = next((state for _, state in BY_PRIORITY if state in states), "")
    return unsaved_customer(person.profile, cleaned=cleaned, id=pk, billing_status=status)


def _entry(entries: Sequence[ListEntry], place: int | None) -> int | None:
    return None if place is None else entries[place].pk


def _opportunities(person: Person, record: SourceRecord, world: World) -> Iterator[Opportunity]:
    about = person.filtered
    if about.open_in is None and about.lost_for is None:
        return
    is_open = about.open_in is not None
    yield Opportunity(
        source_record=record,
        owner=world.seller,
        pipeline="Sales",
        pipeline_stage=filtered.PHASES[about.open_in] if about.open_in is not None else "Lost",
        phase_id=_entry(world.phases, about.open_in),
        closing_reason_id=_entry(world.reasons, about.lost_for),
        forecast_category=ForecastCategory.PIPELINE if is_open else ForecastCategory.LOST,
        estimated_close_date=(START + timedelta(days=DAYS)).date(),
        amount=1000,
        currency="USD",
    )


def _bought(person: Person, record: SourceRecord, world: World, ids: Ids) -> Iterator[Model]:
    sold = {"source_record": record, "currency": "USD"}
    for bought in person.orders:
        state = bought.state
        order = Order(
            pk=ids.next(Order),
            number=new_order_number(),
            data_source=record.data_source,
            at=bought.at,
            total=bought.total,
            status=state.status,
            kind=state.kind,
            refunded=(bought.total * state.refunded).quantize(CENT),
            **sold,
        )
        yield from (order, OrderItem(order=order, product=world.product, description="Tea", amount=bought.total))
        if state.sale:
            yield Transaction(
                order=order,
                kind=TransactionKind.SALE,
                status=state.sale,
                amount=bought.total,
                at=bought.at,
                answer="Insufficient funds",
                **sold,
            )
    for bought in person.purchases:
        yield count_new(
            Purchase(
                pk=ids.next(Purchase),
                product=world.product,
                at=bought.at,
                price=bought.total,
                status=bought.status,
                **sold,
            )
        )
