"""Programs that keep a copy are told which rows were deleted."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from customers.models import DeletedRow, HistoryEntry
from orders.models import Membership, Order
from orders.sources.delete import purge_source
from tests.acts import erase
from tests.api.caller import Caller
from tests.api.chartmogul.invoices import invoice_requests
from tests.factories import customer_with_order, order_row, shipped_order
from tests.query_costs import analyze, measured

pytestmark = pytest.mark.django_db

NONE = ("ERROR", "No deleted rows matching those parameters could be found")


def today() -> dict[str, str]:
    day = f"{timezone.now():%m/%d/%Y}"
    return {"startDate": day, "endDate": day}


def deleted(shop, **sent: str) -> set[tuple[str, str]]:
    result, message = shop.ask("deleted/query", **today(), **sent)
    assert result == "SUCCESS", message
    return {(row["type"], row["id"]) for row in message["data"]}


def keys_of(order: Order) -> set[tuple[str, str]]:
    purchase = order.purchases.get()
    return {
        ("order", order.number),
        ("purchase", str(purchase.pk)),
        ("transaction", str(order.transactions.get().pk)),
        ("fulfillment", str(order.fulfillments.get().pk)),
        ("member", str(Membership.objects.get(purchase=purchase).pk)),
    }


def test_all_that_an_erased_customer_bought_is_named(shop):
    placed, other = shipped_order(), shipped_order(email="other@example.com", first_name="Other")
    gone = keys_of(placed)
    entries = HistoryEntry.objects.filter(source_record=placed.source_record)
    gone |= {("history", str(pk)) for pk in entries.values_list("pk", flat=True)}
    assert shop.ask("deleted/query", **today()) == NONE
    erase(placed.source_record.customer)

    assert deleted(shop) == gone
    assert deleted(shop, rowType="order") == {("order", placed.number)}
    assert Order.objects.get() == other


def test_the_orders_of_a_data_source_that_keeps_its_customers_are_named(shop):
    placed = shipped_order()
    gone = keys_of(placed)
    purge_source(placed.data_source, by=None)
    assert deleted(shop) == gone


def test_an_invoice_its_payment_and_its_subscription_are_named(shop):
    billing, known = Caller(username="billing"), invoice_requests.known()
    (first, second) = invoice_requests.imported(
        known,
        invoice_requests.invoice(),
        invoice_requests.invoice(
            invoice_requests.one_time(), external_id="inv_2", payments=[invoice_requests.paid(external_id="tr_2")]
        ),
        caller=billing,
    )
    purchase, payments = invoice_requests.purchase(), [order.transactions.get() for order in (first, second)]
    assert billing.delete(f"transactions/{payments[1].uuid}").status_code == 204
    assert deleted(shop) == {("transaction", str(payments[1].pk))}
    assert billing.delete(f"invoices/{first.uuid}").status_code == 204
    assert deleted(shop) == {
        ("order", first.number),
        ("purchase", str(purchase.pk)),
        *(("transaction", str(payment.pk)) for payment in payments),
    }


def test_the_days_and_the_type_are_those_asked_for(shop):
    DeletedRow.objects.create(kind="order", key="1", at=datetime(2026, 1, 1, 23, 59, tzinfo=UTC))
    DeletedRow.objects.create(kind="order", key="2", at=datetime(2026, 1, 2, tzinfo=UTC))
    result, message = shop.ask("deleted/query", startDate="2026-01-02", endDate="2026-01-02")
    assert (result, message["data"]) == (
        "SUCCESS",
        [{"type": "order", "id": "2", "dateDeleted": "2026-01-02 00:00:00"}],
    )
    assert shop.ask("deleted/query", **today(), rowType="note")[0] == "ERROR"
    assert shop.ask("deleted/query")[1].keys() == {"startDate", "endDate"}


def test_an_erasure_takes_as_many_statements_for_many_orders():
    few, many = customer_with_order(email="few@reunite.cz"), customer_with_order(email="many@reunite.cz")
    record = many.records.get()
    Order.objects.bulk_create(order_row(record) for _ in range(200))
    erase(customer_with_order(email="first@reunite.cz"))  # whatever is remembered from here on
    with measured() as of_few:
        erase(few)
    with measured() as of_many:
        erase(many)
    assert of_many.statements == of_few.statements
    assert DeletedRow.objects.filter(kind="order").count() == 203


def test_the_rows_of_a_day_are_found_by_an_index():
    DeletedRow.objects.bulk_create(
        DeletedRow(kind="order", key=str(n), at=datetime(2026, 1, 1 + n % 28, tzinfo=UTC)) for n in range(3_000)
    )
    analyze()
    day = {"at__gte": datetime(2026, 1, 2, tzinfo=UTC), "at__lt": datetime(2026, 1, 3, tzinfo=UTC)}
    assert "deletedrow_by_at" in DeletedRow.objects.filter(**day).order_by("at", "pk").explain()
