"""The rows of an answer as an import reads those of a file: the same columns, the same checks.

Leads, and orders that are pending or declined, are left for later: the same order may be completed, and then it is
taken in as what it has become. Their customers are among the customers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crm.pulls.answered_table import read_answered
from crm.pulls.konnektive.places import CUSTOMERS, ORDERS, PURCHASES
from crm.pulls.konnektive.queries import Row
from customers.models import DataSource
from orders.imports.columns.presets import BY_NAME
from orders.imports.rows.imported_row import ImportedRow

UNDECIDED = ("PARTIAL", "PENDING", "COD_PENDING", "DECLINED")
LINE = {
    "line orderItemId": "line_id",
    "line name": "line_description",
    "line productSku": "line_sku",
    "line qty": "line_quantity",
    "line price": "line_amount",
}
"""Of an item, which has an amount for all of it."""
PARTS = ("Address1", "Address2", "City", "State", "PostalCode", "Country")
API_NAMES = (
    *("customerId", "firstName", "lastName", "companyName", "emailAddress", "phoneNumber", "ipAddress"),
    *(f"{part[0].lower()}{part[1:]}" for part in PARTS),
    *(f"ship{part}" for part in PARTS),
    *(f"custom{n}" for n in range(1, 6)),
    *("doNotSellName", "contactOptIn", "emailOptIn", "isTaxExempt", "dateCreated", "orderId", "orderStatus"),
    *("currencyCode", "totalAmount", "baseShipping", "salesTax", "totalDiscount", "amountRefunded", "couponCode"),
)


def _columns(preset: str) -> dict[str, str]:
    """{name of a value in the API: its meaning}"""
    return {name: target for name in API_NAMES if (target := BY_NAME[preset].target(name))}


COLUMNS: Mapping[str, Mapping[str, str]] = {
    CUSTOMERS: _columns("konnektive_customers"),
    ORDERS: _columns("konnektive_orders") | LINE,
    PURCHASES: {
        "customerId": "customer_id",
        "purchaseId": "subscription_id",
        "productName": "subscription_product",
        "productSku": "subscription_sku",
        "productQty": "subscription_quantity",
        "price": "subscription_price",
        "currencyCode": "currency",
        "status": "subscription_status",
        "interval": "subscription_interval",
        "dateCreated": "subscription_started",
        "ended": "subscription_ends",
        "nextBillDate": "subscription_next_bill",
    },
}
OVER = ("CANCELLED", "COMPLETE")


def imported_rows(rows: Sequence[Row], subject: str, source: DataSource, *, zone: str, after: int) -> list[ImportedRow]:
    """Numbered behind row `after`. Without customers that were merged or erased there."""
    columns = COLUMNS[subject]
    cells = [line for row in rows if _is_wanted(row) for line in _lines(row, columns, subject)]
    return read_answered(cells, columns, source, zone=zone, after=after)


def _is_wanted(row: Row) -> bool:
    is_gone = row.get("mergedIntoCustomerId") or str(row.get("isErased") or "0") != "0"
    return not is_gone and row.get("orderStatus") not in UNDECIDED


def _lines(row: Row, columns: Mapping[str, str], subject: str) -> Iterator[list[str]]:
    """The cells of a customer; of an order those of each item."""
    if subject == PURCHASES:
        row = {**row, "interval": _interval(row), "ended": row.get("lastCancellationDate") if _is_over(row) else ""}
    for item in (_items(row.get("items")) if subject == ORDERS else ()) or [{}]:
        values = {**row, **{f"line {name}": value for name, value in item.items()}}
        yield [_cell(values.get(name)) for name in columns]


def _interval(row: Row) -> str:
    """Another Reunite knows months; Konnektive has days."""
    if row.get("billingInterval") and row.get("billingIntervalUnit"):
        return f"{row['billingInterval']} {row['billingIntervalUnit']}s"
    return f"{row['billingIntervalDays']} days" if row.get("billingIntervalDays") else ""


def _is_over(row: Row) -> bool:
    return row.get("status") in OVER


def _items(items: Any) -> list[Row]:
    """They are {id: item} or a list."""
    items = items.values() if isinstance(items, dict) else items or ()
    return [item for item in items if isinstance(item, dict)]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value) if isinstance(value, str | int | float) else ""
