"""What the rows of a file are, as its headers tell together, and what the headers mean that every kind of file has.

“ID” is that of an order in a file of orders. As that of a customer it would make each order a customer of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orders.imports.columns.fields import BY_KEY, LINE, ORDER, SUBSCRIPTION
from orders.imports.columns.headers import header_key
from orders.imports.columns.mapping import MappedColumn, Reason, RowsOf

ANY_ID = ("id", "number", "no", "external id", "reference")
ANY_DATE = (
    "date",
    "created",
    "created at",
    "created on",
    "date created",
    "created date",
    "create date",
    "datum",
    "fecha",
)
ANY_STATUS = ("status", "state", "stav", "estado", "statut")
OF_ORDERS: Mapping[str, str] = {
    **dict.fromkeys(ANY_ID, "order_id"),
    **dict.fromkeys(ANY_DATE, "order_date"),
    **dict.fromkeys(ANY_STATUS, "order_status"),
}
OF_SUBSCRIPTIONS: Mapping[str, str] = {
    **dict.fromkeys(ANY_ID, "subscription_id"),
    **dict.fromkeys(ANY_DATE, "subscription_started"),
    **dict.fromkeys(ANY_STATUS, "subscription_status"),
}
INSTEAD: Mapping[str, str] = {
    "order_total": "subscription_price",
    "line_price": "subscription_unit_price",
    "line_amount": "subscription_price",
    "line_description": "subscription_product",
    "line_quantity": "subscription_quantity",
    "line_sku": "subscription_sku",
}
"""What a header of an order line means in a file of subscriptions."""
PRICES = {"order_total", "line_price", "line_amount"}
NO_ORDERS = "Belongs to orders, and this file has no order ID"
NO_SUBSCRIPTIONS = "Belongs to subscriptions, and this file has none"


def rows_of(columns: Sequence[MappedColumn]) -> RowsOf:
    targets = {column.target for column in columns}
    keys = {header_key(column.header) for column in columns}
    groups = {BY_KEY[target].group for target in targets if target}
    if "order_id" in targets:
        return RowsOf.ORDERS
    if "subscription_id" in targets or "subscription_interval" in targets:
        return RowsOf.SUBSCRIPTIONS
    is_of_orders = "order_date" in targets or LINE in groups
    return RowsOf.ORDERS if is_of_orders and PRICES & targets and keys & set(ANY_ID) else RowsOf.CUSTOMERS


def settled(columns: Sequence[MappedColumn]) -> list[MappedColumn]:
    """`columns` as they are guessed by their headers, with what the file as a whole makes of them."""
    match rows_of(columns):
        case RowsOf.ORDERS:
            return [_left_out(c, SUBSCRIPTION, NO_SUBSCRIPTIONS) for c in _of_any(columns, OF_ORDERS)]
        case RowsOf.SUBSCRIPTIONS:
            instead = [replace(c, target=INSTEAD.get(c.target, c.target)) for c in _of_any(columns, OF_SUBSCRIPTIONS)]
            return [c if c.target == "currency" else _left_out(c, ORDER, NO_ORDERS) for c in instead]
    without_orders = [_left_out(_left_out(c, ORDER, NO_ORDERS), LINE, NO_ORDERS) for c in columns]
    return [_left_out(c, SUBSCRIPTION, NO_SUBSCRIPTIONS) for c in without_orders]


def _of_any(columns: Sequence[MappedColumn], meanings: Mapping[str, str]) -> list[MappedColumn]:
    known = {column.target for column in columns}
    settled = []
    for column in columns:
        target = meanings.get(header_key(column.header), "")
        if target and target not in known:
            known.add(target)
            column = replace(column, target=target, reason=Reason.HEADER, why="By its name")
        elif target.endswith("_id"):
            column = replace(column, target="", reason=Reason.LEFT_OUT, why="Another column has the ID")
        settled.append(column)
    return settled


def _left_out(column: MappedColumn, group: str, why: str) -> MappedColumn:
    is_of_group = column.target and BY_KEY[column.target].group == group
    return replace(column, target="", reason=Reason.LEFT_OUT, why=why) if is_of_group else column
