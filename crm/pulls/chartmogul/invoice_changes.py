"""What became of invoices that are here: paid, refunded, disabled, voided or written off in the other system.

Nothing else of them changes: a total that differs is told, and stays. A payment that is gone there stays as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from crm.accounts.models import User
from crm.jobs.kind import RefusedRow, do_rows
from crm.pulls.chartmogul.invoices import incoming, invoice_id, payment_id, payment_of
from crm.pulls.errors import PullError
from customers.lib.money import format_amount
from orders.invoices import payments
from orders.invoices.amend import DeletedMeanwhileError, disable_invoice, mark_uncollected
from orders.invoices.errors import InvoiceError
from orders.locks import lock_owners
from orders.models import Order, Transaction, Uncollected

DIFFERS = "It is changed there: its total is {theirs}, and {ours} here. It stays as it is."

Act = Callable[[], object]


def follow_invoices(
    invoices: Collection[Any], orders: Mapping[str, Order], *, by: User | None
) -> tuple[int, list[RefusedRow]]:
    """`orders` are those that are here, by ID: how many of them were changed, and what was refused."""
    acts = list(_acts(invoices, orders, by=by))
    lock_owners(list({order.source_record_id: order.source_record for order, _ in acts}.values()))
    refusals = do_rows(acts, lambda act: _do(act[1]), name=lambda act: f"Invoice {act[0].external_id}")
    return len({order.pk for order, _ in acts}), [*refusals, *_differing(invoices, orders)]


def _do(act: Act) -> None:
    try:
        act()
    except DeletedMeanwhileError:
        return
    except InvoiceError as error:
        raise PullError(str(error)) from None


def _acts(invoices: Collection[Any], orders: Mapping[str, Order], *, by: User | None) -> Iterator[tuple[Order, Act]]:
    paid = {
        (order, external_id)
        for order, external_id in Transaction.objects.filter(order__in=orders.values()).values_list(
            "order", "external_id"
        )
    }
    for invoice in invoices:
        order = orders[invoice_id(invoice)]
        for payment in invoice.transactions:
            if not getattr(payment, "disabled", None) and (order.pk, payment_id(payment)) not in paid:
                yield order, partial(payments.add, order, payment_of(payment, order.currency), by=by)
        status = getattr(invoice, "status", None) or ""
        if status in Uncollected.values and status != order.uncollected:
            yield order, partial(mark_uncollected, order, status, by=by)
        disabled = bool(getattr(invoice, "disabled", None))
        if disabled != (order.disabled_at is not None):
            yield order, partial(disable_invoice, order, disabled=disabled, by=by)


def _differing(invoices: Collection[Any], orders: Mapping[str, Order]) -> Iterator[RefusedRow]:
    for invoice in invoices:
        order, total = orders[invoice_id(invoice)], incoming(invoice, {}).total
        if total != order.total:
            reason = DIFFERS.format(
                theirs=format_amount(total, order.currency), ours=format_amount(order.total, order.currency)
            )
            yield RefusedRow(f"Invoice {order.external_id}", reason)
