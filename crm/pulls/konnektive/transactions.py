"""The payments and refunds of orders that came by a pull, as the account answers them.

Cards are left out, and what the account waits for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from crm.pulls.konnektive.queries import Row
from customers.models import DataSource
from orders.imports.cells.times import time
from orders.models import Import, ImportRow, Transaction, TransactionKind, TransactionStatus
from orders.payments.payments_elsewhere import PaymentElsewhere, record_payments

DECIDED = {*TransactionStatus.values} - {TransactionStatus.PENDING}


def take_transactions(rows: Sequence[Row], imported: Import, source: DataSource, *, zone: tzinfo) -> int:
    """How many are new. Those of orders of this import are undone with it."""
    written = record_payments(list(_payments(rows, zone)), source)
    of_orders: dict[int, list[int]] = {}
    for payment in written:
        of_orders.setdefault(payment.order_id, []).append(payment.pk)
    brought = list(ImportRow.objects.filter(imported=imported, order__in=of_orders))
    for row in brought:
        known = row.added.get(Transaction.__name__, [])
        row.added = {**row.added, Transaction.__name__: [*known, *of_orders[row.order_id or 0]]}
    ImportRow.objects.bulk_update(brought, ["added"])
    return len(written)


def _payments(rows: Sequence[Row], zone: tzinfo) -> Iterator[PaymentElsewhere]:
    for row in rows:
        kind, status, amount = row.get("txnType"), row.get("responseType"), _amount(row.get("totalAmount"))
        if kind in TransactionKind.values and status in DECIDED and amount is not None and row.get("transactionId"):
            yield PaymentElsewhere(
                external_id=str(row["transactionId"]),
                order=str(row.get("orderId") or ""),
                kind=TransactionKind(kind),
                status=TransactionStatus(status),
                at=time(str(row["dateCreated"]), "", zone),
                amount=amount,
                answer=str(row.get("responseText") or ""),
            )


def _amount(value: Any) -> Decimal | None:
    try:
        return abs(Decimal(str(value)))
    except InvalidOperation:
        return None
