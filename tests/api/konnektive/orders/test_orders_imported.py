"""Import Order: what is written and answered."""

from datetime import datetime, timedelta
from decimal import Decimal

from customers.models import Customer, RecordTotals
from orders.models import Order, OrderItem, Product, Purchase
from orders.subscriptions.begin import next_bill_at
from tests.api.konnektive.customers.test_leads import SHAPE
from tests.api.konnektive.store import HELENA, VISA
from tests.database import check_totals
from tests.tables import table

SALE = SHAPE | {
    *("totalAmount", "subTotal", "price", "baseShipping", "shipTotal", "salesTax", "taxTotal", "discountPrice"),
    *("totalDiscount", "currencyCode", "reviewStatus", "paySource", "paySourceId", "cardType"),
    *("cardLast4", "cardExpiryDate", "items"),
}
ITEM = {
    *("orderItemId", "productId", "productSku", "name", "qty", "price", "shipping", "salesTax", "discount"),
    *("purchaseId", "purchaseStatus", "billingCycleType", "nextBillDate"),
}


def test_an_order_comes_to_its_lines_with_shipping_and_tax_less_the_discount(store):
    result, message = store.order(
        product1_qty=3,
        product1_shipPrice="4.50",
        product2_id=store.monthly.pk,
        product2_price="5",
        salesTax="1.03",
        baseShipping="1",
        discountPrice="2.00",
        totalAmount="15.50",
    )
    assert result == "SUCCESS"
    assert message.keys() == SALE
    assert (message["totalAmount"], message["subTotal"], message["orderStatus"]) == ("15.50", "10.97", "COMPLETE")
    assert (message["shipTotal"], message["salesTax"], message["totalDiscount"]) == ("5.50", "1.03", "2.00")
    assert all(item.keys() == ITEM for item in message["items"].values())
    assert [item["price"] for item in message["items"].values()] == ["5.97", "5.00"]
    order = Order.objects.get()
    assert (order.total, order.shipping, order.tax, order.discount) == (
        Decimal("15.5"),
        Decimal("5.5"),
        Decimal("1.03"),
        Decimal(2),
    )
    assert RecordTotals.objects.get().amount == 1550
    check_totals()


def test_without_deduplication_each_order_makes_a_customer(store):
    buyers = {store.order(disableCustomerDedup=1)[1]["customerId"] for _ in range(3)}
    assert len(buyers) == Customer.objects.count() == 3
    assert store.order()[1]["customerId"] in buyers
    check_totals()


def test_a_product_that_bills_again_begins_a_purchase(store):
    _, message = store.order(product1_id=store.monthly.pk, product1_qty=2)
    purchase, item = Purchase.objects.get(), OrderItem.objects.get()
    assert (purchase.product, purchase.price, purchase.quantity) == (store.monthly, Decimal("19.8"), 2)
    assert purchase.next_bill_date == next_bill_at(purchase.at, store.monthly).date()
    assert (item.purchase, item.kind) == (purchase, "subscription")
    assert message["items"][str(item.pk)]["purchaseStatus"] == "ACTIVE"
    assert Customer.objects.get().billing_status == "active"
    check_totals()


@table(
    ("on", "count", "unit", "again"),
    [
        ("2026-01-31", 1, "month", "2026-02-28"),
        ("2026-11-30", 3, "month", "2027-02-28"),
        ("2024-02-29", 1, "year", "2025-02-28"),
        ("2026-12-31", 2, "week", "2027-01-14"),
        ("2026-12-31", 1, "day", "2027-01-01"),
    ],
)
def test_a_bill_comes_again_on_the_same_day_or_the_last_of_a_shorter_month(on, count, unit, again):
    product = Product(interval_count=count, interval_unit=unit)
    assert next_bill_at(datetime.fromisoformat(on), product) == datetime.fromisoformat(again)


def test_a_lead_is_completed_without_saying_anything_twice(store):
    _, lead = store.lead(custom1="red")
    sent = {"campaignId": store.campaign.pk, "orderId": lead["orderId"], "product1_id": store.video.pk, **VISA}
    result, message = store.caller.ask("order/import", **sent)
    assert (result, message["orderId"], message["orderStatus"]) == ("SUCCESS", lead["orderId"], "COMPLETE")
    assert (message["emailAddress"], message["city"]) == ("hholy@gmail.com", "Prague")
    order = Order.objects.get()
    assert order.details == {"custom1": "red", "paySource": "CREDITCARD"}
    assert order.at - order.created < timedelta(minutes=1)
    check_totals()


def test_a_lead_that_bought_cannot_be_bought_again(store):
    _, lead = store.lead()
    store.order(orderId=lead["orderId"])
    result, message = store.order(orderId=lead["orderId"])
    assert (result, message) == ("ERROR", f"Order {lead['orderId']} is COMPLETE, so it cannot be completed.")
    assert OrderItem.objects.count() == 1


def test_a_thousand_lines_are_an_order(store):
    lines = {
        f"product{n}_{part}": value for n in range(1, 1001) for part, value in (("id", store.video.pk), ("qty", 1))
    }
    result, message = store.order(**lines)
    assert (result, message["totalAmount"], len(message["items"])) == ("SUCCESS", "1990.00", 1000)


def test_where_the_parcel_goes_is_kept(store):
    store.order(shipFirstName="Frank", shipAddress1="Street 1", shipCity="Brno")
    order = Order.objects.get()
    assert order.shipping_address == {"line1": "Street 1", "city": "Brno"}
    assert order.details["shipFirstName"] == "Frank"
    store.order(billShipSame=1)
    assert Order.objects.latest("pk").shipping_address["city"] == "Prague"


WRONG = {
    "no product": ({"product1_id": ""}, {"product1_id"}),
    "unknown product": ({"product1_id": "999", "product3_id": "998"}, {"product1_id", "product3_id"}),
    "no id": ({"product2_qty": "1"}, {"product2_id"}),
    "negative price": ({"product1_price": "-1"}, {"product1_price"}),
    "negative quantity": ({"product1_qty": "-1"}, {"product1_qty"}),
    "no quantity": ({"product1_qty": "0"}, {"product1_qty"}),
    "huge quantity": ({"product1_qty": "9" * 18}, {"product1_qty"}),
    "price of a thousandth": ({"product1_price": "1.001"}, {"product1_price"}),
    "shipping of a thousandth": ({"product1_shipPrice": "1.001"}, {"product1_shipPrice"}),
    "tax of a thousandth": ({"salesTax": "1.001"}, {"salesTax"}),
    "huge total": ({"product1_price": "9999999999", "product2_id": "1", "salesTax": "9999999999"}, {"totalAmount"}),
    "negative tax": ({"salesTax": "-1"}, {"salesTax"}),
    "another total": ({"totalAmount": "2.00"}, {"totalAmount"}),
    "more discount than lines": ({"discountPrice": "2.00"}, {"discountPrice"}),
    "unknown currency": ({"currency": "XYZ"}, {"currency"}),
    "another currency": ({"currency": "EUR"}, {"product1_price"}),
    "a yen has no cents": ({"currency": "JPY", "product1_price": "1.50"}, {"product1_price"}),
    "unknown pay source": ({"paySource": "BEADS"}, {"paySource"}),
    "no pay source": ({"paySource": ""}, {"paySource"}),
    "long client order id": ({"clientOrderId": "x" * 256}, {"clientOrderId"}),
    "NUL": ({"clientOrderId": "x\0"}, {"clientOrderId"}),
    "nobody": ({"firstName": "", "emailAddress": "", "phoneNumber": ""}, {"firstName", "emailAddress"}),
}


@table(("sent", "wrong"), WRONG.values())
def test_what_cannot_be_taken_is_named_and_nothing_is_written(store, sent, wrong):
    if sent.get("product2_id"):
        sent = sent | {"product2_id": store.video.pk}
    result, message = store.order(**sent)
    assert (result, set(message)) == ("ERROR", wrong)
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_an_amount_of_another_currency_is_told_as_that(store):
    _, message = store.order(currency="KWD", product1_price="1.234")
    assert (message["totalAmount"], message["currencyCode"]) == ("1.234", "KWD")


def test_a_wrong_key_writes_nothing(store):
    sent = HELENA | {"loginId": "program", "password": "x", "campaignId": store.campaign.pk}
    store.caller.client.post("/leads/import/", sent)
    assert not Order.objects.exists()
