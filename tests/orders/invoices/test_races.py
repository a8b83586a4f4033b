"""Invoices that come, change and go at the same moment."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

from customers.models import DataSource
from orders.invoices import import_
from orders.invoices.amend import DeletedMeanwhileError, disable_invoice
from orders.invoices.delete import delete_invoice
from orders.invoices.import_ import InvoiceImportError
from orders.invoices.incoming import IncomingInvoice, IncomingInvoiceLine, IncomingPayment
from orders.models import Order, Purchase
from tests.api.chartmogul.invoices.invoice_requests import check, known, plan
from tests.factories import order as placed


def invoice(external_id: str = "inv_1") -> IncomingInvoice:
    january, february = datetime(2016, 1, 1, tzinfo=UTC), datetime(2016, 2, 1, tzinfo=UTC)
    of = {"product": plan(), "service_from": january, "service_to": february}
    line = IncomingInvoiceLine("subscription", Decimal(50), subscription="sub_1", external_id=f"li {external_id}", **of)
    return IncomingInvoice(
        external_id, january, "USD", lines=[line], payments=[IncomingPayment("payment", True, january)]
    )


def test_an_invoice_sent_twice_at_one_moment_is_one(run_together):
    record, sent = known().records.get(), invoice()
    outcomes = run_together(*[lambda: import_.import_invoices([(record, sent)], by=None)] * 3)
    assert Counter(type(outcome) for outcome in outcomes) == {list: 1, InvoiceImportError: 2}
    assert (Order.objects.count(), Purchase.objects.count()) == (1, 1)
    check()


def test_two_invoices_of_a_new_subscription_begin_it_once(run_together):
    record, sent = known().records.get(), [invoice("1"), invoice("2")]
    run_together(*[lambda invoice=invoice: import_.import_invoices([(record, invoice)], by=None) for invoice in sent])
    assert (Order.objects.count(), Purchase.objects.count()) == (2, 1)
    check()


def test_what_comes_while_invoices_go_is_counted(run_together):
    record, sent = known().records.get(), [invoice("1"), invoice("2"), invoice("3")]
    first, second = import_.import_invoices([(record, invoice) for invoice in sent[:2]], by=None)
    source = DataSource.objects.get(name="Billing")
    outcomes = run_together(
        lambda: delete_invoice(first, by=None),
        lambda: disable_invoice(second, disabled=True, by=None),
        lambda: import_.import_invoices([(record, sent[2])], by=None),
        lambda: placed(source="Billing", external_id="scus_1", total="9.90"),
    )
    assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
    assert Order.objects.filter(data_source=source).count() == 3
    check()


def test_an_invoice_is_deleted_once(run_together):
    record = known().records.get()
    (sent,) = import_.import_invoices([(record, invoice())], by=None)
    outcomes = run_together(*[lambda: delete_invoice(sent, by=None)] * 2)
    assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, DeletedMeanwhileError: 1}
    check()
