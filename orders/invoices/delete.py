"""Deleting invoices with their lines and payments, and the subscriptions that no other invoice bills.

An invoice with data that no billing system sent (fulfillments, purchases of a shop, payments through a gateway here)
cannot be deleted, only disabled.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet

from customers.lib import sentences
from customers.lib.batches import batches
from customers.locks import RetiredMeanwhileError
from customers.models import Customer, DataSource, EventKind, SourceRecord
from customers.models.source import with_external_id
from customers.records import deleted_rows
from customers.totals import billing_status
from orders import history
from orders.invoices.amend import DeletedMeanwhileError
from orders.invoices.errors import InvoiceError
from orders.locks import lock_owners
from orders.models import Fulfillment, IdempotencyKey, Order, OrderItem, Purchase, Transaction
from orders.subscriptions.derive import drop_unbilled_purchases, refresh_purchases
from orders.totals.add import replace_totals
from orders.totals.deltas import Delta, deltas_of_order

if TYPE_CHECKING:
    from crm.accounts.models import User


def delete_invoice(order: Order, *, by: User | None) -> None:
    if not _delete([order.source_record], Q(pk=order.pk), by=by):
        raise DeletedMeanwhileError


def delete_invoices_of(customer: Customer, source: DataSource, *, external_id: str = "", by: User | None) -> int:
    """Delete the customer's invoices from `source`, or from its record with `external_id`; return the number."""
    records = SourceRecord.objects.filter(customer=customer, data_source=source)
    if external_id:
        records = records.filter(with_external_id(external_id))
    return _delete(list(records), Q(), by=by)


@transaction.atomic
def _delete(records: Sequence[SourceRecord], which: Q, *, by: User | None) -> int:
    try:
        owners = lock_owners(records)
    except RetiredMeanwhileError:
        raise DeletedMeanwhileError from None
    invoices = Order.objects.invoices().filter(which, source_record__in=records).select_for_update(of=("self",))
    deleted: list[Order] = []
    deltas: list[Delta] = []
    for batch in batches(invoices.order_by("pk")):
        _refuse_other_data(batch)
        deltas += _delete_batch(batch, by=by)
        deleted += batch
    replace_totals((delta for order in deleted for delta in deltas_of_order(order)), [], also=deltas)
    billing_status.refresh({owner.pk for owner in owners.values()})
    return len(deleted)


def _refuse_other_data(orders: Collection[Order]) -> None:
    through_gateway = Q(pay_source__isnull=False) | ~Q(gateway_reference="")
    shop_purchases = Purchase.objects.filter(external_id="")
    other_data: dict[str, QuerySet[Any]] = {
        "fulfillments": Fulfillment.objects.filter(order__in=orders),
        "payments made through a gateway": Transaction.objects.filter(through_gateway, order__in=orders),
        "purchases made in a shop": shop_purchases.filter(order__in=orders),
    }
    for data, rows in other_data.items():
        if row := rows.select_related("order").first():
            name = row.order.external_id or row.order.number
            raise InvoiceError(invoice=f"Invoice {name} has {data}, so it cannot be deleted. Disable it instead.")


def _delete_batch(orders: Collection[Order], *, by: User | None) -> list[Delta]:
    billing_items = OrderItem.objects.filter(order__in=orders).exclude(purchase=None)
    purchases = list(Purchase.objects.filter(pk__in=billing_items.values("purchase")).order_by("pk"))
    for order in orders:
        amount = sentences.money(order.total, order.currency)
        history.write(order, "Deleted order {order} of {amount}.", amount=amount, by=by, event=EventKind.ORDER_DELETED)
    OrderItem.objects.filter(order__in=orders).delete()
    payments = Transaction.objects.filter(order__in=orders)
    deleted_rows.remember(payments)
    payments.delete()
    IdempotencyKey.objects.filter(order__in=orders).delete()
    Purchase.objects.filter(order__in=orders).update(order=None)
    for purchase in purchases:
        purchase.order = None if purchase.order in orders else purchase.order
    deltas = [*drop_unbilled_purchases(purchases), *refresh_purchases(purchases)]
    deleted = Order.objects.filter(pk__in=[order.pk for order in orders])
    deleted_rows.remember(deleted)
    deleted.delete()
    return deltas
