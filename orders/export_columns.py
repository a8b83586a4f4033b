"""The export of orders, newest first, a batch at a time; each row has the lines of its order in one column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from customers.lib.addresses.countries import country_name
from customers.lib.batches import batches
from customers.lib.columns import Column, ValueKind
from customers.lib.money import decimals_of
from customers.lib.pages import Cursor
from customers.profile.fields import BILLING_PARTS, SHIPPING_PARTS
from orders.models import Order
from orders.search.filters import OrderFilter
from orders.search.order_list import within

PART = 1_000
ORDER, BUYER, AMOUNTS = "Order", "Customer", "Amounts"
BILLING, SHIPPING = "Billing address", "Shipping address"


def _amount(name: str) -> Callable[[Order], Decimal]:
    return lambda order: round(getattr(order, name), decimals_of(order.currency))


def _lines(order: Order) -> str:
    return "; ".join(f"{item.quantity} × {item.description}" for item in order.items.all())


def _address_part(order: Order, *, address: str, part: str) -> object:
    value = getattr(order, address).get(part, "")
    return country_name(value) if part == "country" else value


def _address_columns(address: str, group: str, parts: dict[str, str]) -> list[Column[Order]]:
    return [
        Column(label, partial(_address_part, address=address, part=part), group=group) for part, label in parts.items()
    ]


COLUMNS: tuple[Column[Order], ...] = (
    Column("Order", lambda order: order.number, group=ORDER),
    Column("Id", lambda order: order.uuid, group=ORDER),
    Column("Data source", lambda order: order.data_source.name, group=ORDER),
    Column("Source ID", lambda order: order.external_id, group=ORDER),
    Column("Client order ID", lambda order: order.client_order_id, group=ORDER),
    Column("Placed (UTC)", lambda order: order.at, ValueKind.TIME, ORDER),
    Column("Kind", lambda order: order.get_kind_display(), group=ORDER),
    Column("Status", lambda order: order.get_status_display(), group=ORDER),
    Column("Campaign", lambda order: order.campaign and order.campaign.name, group=ORDER),
    Column("Lines", _lines, group=ORDER),
    Column("Due (UTC)", lambda order: order.due, ValueKind.TIME, ORDER),
    Column("Last changed (UTC)", lambda order: order.updated, ValueKind.TIME, ORDER),
    Column("Customer", lambda order: order.source_record.customer_id, ValueKind.NUMBER, BUYER),
    Column("Customer Id", lambda order: order.source_record.customer.uuid, group=BUYER),
    Column("First name", lambda order: order.first_name, group=BUYER),
    Column("Last name", lambda order: order.last_name, group=BUYER),
    Column("Company", lambda order: order.company, group=BUYER),
    Column("Email", lambda order: order.email, group=BUYER),
    Column("Phone", lambda order: order.phone, group=BUYER),
    Column("Currency", lambda order: order.currency, group=AMOUNTS),
    Column("Total", _amount("total"), ValueKind.MONEY, AMOUNTS),
    Column("Refunded", _amount("refunded"), ValueKind.MONEY, AMOUNTS),
    Column("Shipping", _amount("shipping"), ValueKind.MONEY, AMOUNTS),
    Column("Tax", _amount("tax"), ValueKind.MONEY, AMOUNTS),
    Column("Discount", _amount("discount"), ValueKind.MONEY, AMOUNTS),
    Column("Coupon code", lambda order: order.coupon_code, group=AMOUNTS),
    *_address_columns("billing_address", BILLING, BILLING_PARTS),
    *_address_columns("shipping_address", SHIPPING, SHIPPING_PARTS),
)


def short_list(filters: OrderFilter, *, most: int) -> list[int] | None:
    """The orders that pass, for `export_rows`; None if there are more than `most`."""
    orders = Order.objects.filter(filters.by_index & filters.by_row)
    pks = list(within(orders, None, None).values_list("pk", flat=True)[: most + 1])
    return pks if len(pks) <= most else None


def export_part(filters: OrderFilter, after: Cursor | None) -> tuple[Sequence[Order], Cursor | None]:
    """Some of the orders that follow, and where the next part begins; None after the last.

    A part is so many orders of those that an index knows, of which those that pass are read: what few orders have ends
    no part late.
    """
    orders = Order.objects.filter(filters.by_index)
    cursors = [Cursor(*place) for place in within(orders, after, None).values_list("at", "pk")[:PART]]
    pks = [cursor.pk for cursor in cursors]
    if filters.by_row:
        passing = set(Order.objects.filter(filters.by_row, pk__in=pks).values_list("pk", flat=True))
        pks = [pk for pk in pks if pk in passing]
    return list(export_rows(pks)), cursors[-1] if len(cursors) == PART else None


def export_rows(pks: Iterable[int]) -> Iterator[Order]:
    orders = Order.objects.select_related("source_record__customer", "data_source", "campaign")
    for batch in batches(pks):
        by_pk = orders.prefetch_related("items").in_bulk(batch)
        yield from (by_pk[pk] for pk in batch if pk in by_pk)
