"""Who pays twice: two live purchases of one product, two trials of it, or two equal charges in a day.

The purchases may be of one customer, such as after a merge, or of several who are likely the same: by a value that they
share, or a likely pair, as long as the worklist has it. The clock looks for them and keeps what it finds as rows, so a
page reads an index.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from customers.lib.batches import BATCH, batches
from customers.models import LikelyPair, MatchKey, SharedValue
from customers.models.matching import NO_RANK
from orders.models import (
    BILLED,
    Contradiction,
    DoubleKind,
    DoublePayment,
    OrderStatus,
    Purchase,
    PurchaseStatus,
    Transaction,
    TransactionKind,
    TransactionStatus,
)

LOOKS_BACK = timedelta(days=30)
"""For equal charges."""
MOST = 10_000
"""Of each kind of search: who has more must settle some first."""
MOST_HOLDERS = 20
"""A value that more customers share is no sign that they are one person."""

ChargeGroup = tuple[int, str, Decimal, date]
"""Equal charges: their customer, currency, amount and day."""
Live = tuple[int, int, int, str]
"""A live purchase: its customer, product, number and status."""


@dataclass(frozen=True)
class Found:
    kind: str
    customers: tuple[int, ...]
    rows: tuple[int, ...]
    product: int | None = None

    @property
    def key(self) -> str:
        return hashlib.sha256(repr((self.kind, self.rows)).encode()).hexdigest()


def find_double_payments() -> int:
    """Look for them anew and keep what there is; how many there are."""
    doubles = {double.key: double for double in _all()}
    _keep(doubles)
    return len(doubles)


@transaction.atomic
def _keep(doubles: Mapping[str, Found]) -> None:
    known = dict(DoublePayment.objects.values_list("key", "pk"))
    gone = [pk for key, pk in known.items() if key not in doubles]
    for pks in batches(gone):
        DoublePayment.objects.filter(pk__in=pks).delete()
    new = [
        DoublePayment(
            key=key, kind=double.kind, customers=double.customers, rows=double.rows, product_id=double.product
        )
        for key, double in doubles.items()
        if key not in known
    ]
    DoublePayment.objects.bulk_create(new, BATCH, ignore_conflicts=True)


def _all() -> Iterator[Found]:
    yield from _of_one_customer()
    for groups in batches(_likely_the_same()):
        yield from _among(groups)
    yield from _equal_charges(timezone.now() - LOOKS_BACK)


def _of_one_customer() -> Iterator[Found]:
    live = Purchase.objects.filter(status__in=BILLED).order_by()
    twice = live.values_list("source_record__customer", "product").annotate(number=Count("pk")).filter(number__gt=1)
    for some in batches([(customer, product) for customer, product, _ in twice[:MOST]]):
        pairs = set(some)
        bought: defaultdict[tuple[int, int], list[Live]] = defaultdict(list)
        for row in _live_of({customer for customer, _ in pairs}):
            if row[:2] in pairs:
                bought[row[:2]].append(row)
        yield from (_found(rows) for rows in bought.values())


def _likely_the_same() -> Iterator[set[int]]:
    """Groups of live customers whom the worklist has."""
    pairs = LikelyPair.objects.filter(rank__gt=NO_RANK, first__merged_into=None, second__merged_into=None)
    for first, second in pairs.order_by("-rank", "-pk").values_list("first", "second")[:MOST]:
        yield {first, second}
    shared = SharedValue.objects.filter(rank__gt=NO_RANK, holders__lte=MOST_HOLDERS).order_by("-rank", "-pk")
    for values in batches(shared.values_list("kind", "value")[:MOST]):
        holders: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        keys = MatchKey.objects.among(list(values)).values_list("kind", "value", "source_record__customer")
        for kind, value, customer in keys:
            holders[kind, value].add(customer)
        yield from (customers for customers in holders.values() if len(customers) > 1)


def _among(groups: Sequence[Collection[int]]) -> Iterator[Found]:
    """Purchases of one product that several customers of a group have."""
    of_customer: defaultdict[int, list[Live]] = defaultdict(list)
    for row in _live_of({customer for group in groups for customer in group}):
        of_customer[row[0]].append(row)
    for group in groups:
        bought: defaultdict[int, list[Live]] = defaultdict(list)
        for customer in group:
            for row in of_customer[customer]:
                bought[row[1]].append(row)
        yield from (_found(rows) for rows in bought.values() if len({customer for customer, *_ in rows}) > 1)


def _live_of(customers: Collection[int]) -> Iterable[Live]:
    live = Purchase.objects.filter(status__in=BILLED, source_record__customer__in=customers)
    return live.values_list("source_record__customer", "product", "pk", "status")


def _found(rows: Sequence[Live]) -> Found:
    are_trials = all(status == PurchaseStatus.TRIAL for *_, status in rows)
    kind = DoubleKind.TRIALS if are_trials else DoubleKind.PURCHASES
    customers = tuple(sorted({customer for customer, *_ in rows}))
    return Found(kind.value, customers, tuple(sorted(pk for _, _, pk, _ in rows)), rows[0][1])


def _equal_charges(since: datetime) -> Iterator[Found]:
    charges = Transaction.objects.filter(
        at__gte=since,
        kind=TransactionKind.SALE,
        status=TransactionStatus.SUCCESS,
        amount__gt=0,
        disabled_at=None,
        order__status=OrderStatus.COMPLETE,
        order__refunded=0,
    ).exclude(contradiction=Contradiction.EXTRA)
    about = ("source_record__customer", "currency", "amount", "day")
    by_day = charges.annotate(day=TruncDate("at")).order_by()
    twice = by_day.values_list(*about).annotate(number=Count("pk")).filter(number__gt=1)
    for some in batches([group[:4] for group in twice[:MOST]]):
        groups = set(some)
        rows: defaultdict[ChargeGroup, list[int]] = defaultdict(list)
        of_customers = by_day.filter(source_record__customer__in={customer for customer, *_ in groups})
        for customer, currency, amount, day, pk in of_customers.values_list(*about, "pk"):
            rows[customer, currency, amount, day].append(pk)
        for group, pks in rows.items():
            if group in groups:
                yield Found(DoubleKind.CHARGES.value, (group[0],), tuple(sorted(pks)))
