"""The roll-ups of source records: what their orders and purchases add up to, in whole minor units.

Orders that count are those COMPLETE or REFUNDED. An act adds its difference in one statement, its last, because the
row it locks is the one that every order of the record wants.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max, Min, Sum

from customers.models import BillingStatus, RecordTotals
from customers.money import minor
from orders.models import BILLING_STATE, COUNTED, Order, Purchase

SUMS = ("orders", "amount", "refunded", "purchases_active", "purchases_past_due", "purchases_cancelled")


@dataclass(frozen=True)
class Change:
    """What an act adds to the totals of one record in one currency; amounts in minor units."""

    record: int
    currency: str
    orders: int = 0
    amount: int = 0
    refunded: int = 0
    purchases_active: int = 0
    purchases_past_due: int = 0
    purchases_cancelled: int = 0
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None


def of_order(order: Order) -> Iterable[Change]:
    """What an order adds; nothing while it does not count."""
    if order.status in COUNTED:
        amount, refunded = minor(order.total, order.currency), minor(order.refunded, order.currency)
        yield Change(
            order.source_record_id,
            order.currency,
            orders=1,
            amount=amount,
            refunded=refunded,
            first_order_at=order.at,
            last_order_at=order.at,
        )


def of_purchase(purchase: Purchase) -> Iterable[Change]:
    yield _purchases(purchase.source_record_id, purchase.currency, purchase.status, 1)


def _purchases(record: int, currency: str, status: str, count: int) -> Change:
    state = BILLING_STATE[status]
    return Change(
        record,
        currency,
        purchases_active=count if state == BillingStatus.ACTIVE else 0,
        purchases_past_due=count if state == BillingStatus.PAST_DUE else 0,
        purchases_cancelled=count if state == BillingStatus.CANCELLED else 0,
    )


def add(changes: Iterable[Change]) -> None:
    """Add `changes` to the totals, records in order, so that two acts on the same records cannot deadlock."""
    rows = sorted(_combined(changes), key=lambda change: (change.record, change.currency))
    if not rows:
        return
    table = connection.ops.quote_name(RecordTotals._meta.db_table)
    columns = ["source_record_id", *(f.name for f in fields(Change)[1:])]
    adapt = connection.ops.adapt_datetimefield_value
    values = [tuple(adapt(v) if isinstance(v, datetime) else v for v in astuple(row)) for row in rows]
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in SUMS)
    # Only names from this module are put into the text.
    sql = f"""
        INSERT INTO {table} ({", ".join(columns)})
        VALUES {", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(rows))}
        ON CONFLICT (source_record_id, currency) DO UPDATE SET {sums},
        first_order_at = CASE WHEN {table}.first_order_at < excluded.first_order_at OR excluded.first_order_at IS NULL
            THEN {table}.first_order_at ELSE excluded.first_order_at END,
        last_order_at = CASE WHEN {table}.last_order_at > excluded.last_order_at OR excluded.last_order_at IS NULL
            THEN {table}.last_order_at ELSE excluded.last_order_at END
    """  # noqa: S608 - see above
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for row in values for value in row])


def _combined(changes: Iterable[Change]) -> Collection[Change]:
    """One change for each record and currency: a statement may touch a row only once."""
    found: dict[tuple[int, str], Change] = {}
    for change in changes:
        key = (change.record, change.currency)
        found[key] = _sum(found[key], change) if key in found else change
    return found.values()


def _sum(one: Change, other: Change) -> Change:
    return Change(
        one.record,
        one.currency,
        orders=one.orders + other.orders,
        amount=one.amount + other.amount,
        refunded=one.refunded + other.refunded,
        purchases_active=one.purchases_active + other.purchases_active,
        purchases_past_due=one.purchases_past_due + other.purchases_past_due,
        purchases_cancelled=one.purchases_cancelled + other.purchases_cancelled,
        first_order_at=min(filter(None, (one.first_order_at, other.first_order_at)), default=None),
        last_order_at=max(filter(None, (one.last_order_at, other.last_order_at)), default=None),
    )


def rebuild(records: Sequence[int]) -> list[str]:
    """Make the totals of `records` what their orders and purchases say; name what differed."""
    wanted = {(change.record, change.currency): change for change in _combined(_derived(records))}
    stored = {(t.source_record_id, t.currency): t for t in RecordTotals.objects.filter(source_record__in=records)}
    names = [f.name for f in fields(Change)[2:]]
    differed = []
    for key in wanted.keys() | stored.keys():
        row, change = stored.get(key), wanted.get(key, Change(*key))
        old = [getattr(row, name) for name in names] if row else [getattr(Change(*key), name) for name in names]
        new = [getattr(change, name) for name in names]
        if old != new:
            differed.append(f"{key[1]} totals of record {key[0]}")
            RecordTotals.objects.update_or_create(
                source_record_id=key[0], currency=key[1], defaults=dict(zip(names, new, strict=True))
            )
    return sorted(differed)


def _derived(records: Sequence[int]) -> Iterable[Change]:
    counted = Order.objects.filter(source_record__in=records, status__in=COUNTED).values("source_record", "currency")
    for row in counted.annotate(n=Count("pk"), t=Sum("total"), r=Sum("refunded"), a=Min("at"), z=Max("at")):
        currency = row["currency"]
        yield Change(
            row["source_record"],
            currency,
            orders=row["n"],
            amount=minor(row["t"], currency),
            refunded=minor(row["r"], currency),
            first_order_at=row["a"],
            last_order_at=row["z"],
        )
    purchases = Purchase.objects.filter(source_record__in=records).values("source_record", "currency", "status")
    for record, currency, status, count in purchases.annotate(n=Count("pk")).values_list(
        "source_record", "currency", "status", "n"
    ):
        yield _purchases(record, currency, status, count)
