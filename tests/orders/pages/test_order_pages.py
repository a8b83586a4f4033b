"""The page of an order and of a purchase."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import PaySource
from orders import history
from orders.intake.order import IncomingPurchase
from orders.models import Campaign, Fulfillment, Membership, Order, OrderItem, Transaction
from orders.subscriptions import read
from orders.subscriptions.read import orders_of_purchase
from tests.acts import merge
from tests.factories import ProductFactory, order
from tests.page_text import html_of
from tests.tables import table

pytestmark = pytest.mark.django_db


def subscribed(**options) -> Order:
    """An order that began a purchase."""
    who = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com", **options}
    return order(purchases=[IncomingPurchase(ProductFactory(), Decimal("9.90"))], **who).order


def test_an_order_is_shown_as_it_was_placed(as_agent):
    placed = subscribed(billing_address={"line1": "Rilská 3174/6", "city": "Prague", "country": "CZ"})
    Order.objects.filter(pk=placed.pk).update(campaign=Campaign.objects.create(name="Spring"))
    OrderItem.objects.create(order=placed, description="A song", amount=Decimal("0.99"))
    page = html_of(as_agent, reverse("orders:order_detail", args=[placed.number]))
    for shown in (placed.number, "Helena Holý", "Rilská 3174/6", "Spring", "A song", "0.99", "Unlimited Monthly"):
        assert shown in page
    assert "Received as" not in page


def test_the_number_may_be_written_small(as_agent):
    placed = subscribed()
    assert placed.number in html_of(as_agent, f"/orders/{placed.number.lower()}/")


def test_an_order_of_a_merged_customer_names_who_has_it_and_whom_it_came_in_under(as_agent):
    placed = subscribed()
    had, has = placed.source_record.customer, order(first_name="Jana", email="jana@reunite.cz").assigned.record.customer
    merge(has, had)
    for url in (placed.get_absolute_url(), placed.purchases.get().get_absolute_url()):
        page = html_of(as_agent, url)
        assert f"Jana Holý ({has.pk})" in page
        assert f'Received as <a href="{had.get_absolute_url()}">Helena Holý ({had.pk})' in page


@pytest.mark.parametrize("status", ["COMPLETE", "DECLINED", "CANCELLED"])
def test_a_page_reads_transactions_and_purchases_once(as_agent, status):
    placed = subscribed()
    Order.objects.filter(pk=placed.pk).update(status=status)
    with CaptureQueriesContext(connection) as queries:
        as_agent.get(placed.get_absolute_url())
    for table_name in ("orders_transaction", "orders_purchase"):
        assert sum(f'FROM "{table_name}"' in query["sql"] for query in queries) == 1


@table(
    "url",
    ["/orders/0000000000/", "/orders/%00/", "/orders/x'/", "/purchases/99999/", "/purchases/99999999999999999999999/"],
)
def test_an_unknown_number_is_not_found(url, as_agent):
    assert as_agent.get(url).status_code == 404


def test_a_purchase_is_shown_with_its_orders_and_memberships(as_agent):
    placed = subscribed(external_id="7")
    bought = placed.purchases.get()
    Membership.objects.create(
        source_record=bought.source_record, purchase=bought, club="Listening Club", user_name="hholy"
    )
    again = order(external_id="7").order
    Order.objects.filter(pk=again.pk).update(kind="RECURRING")
    OrderItem.objects.create(order=again, product=bought.product, description="Unlimited", amount=1)
    page = html_of(as_agent, bought.get_absolute_url())
    for shown in (placed.number, again.number, "Listening Club", "hholy", "every month", "No next bill"):
        assert shown in page


def test_what_was_done_to_an_order_is_told_on_its_page_only(as_agent, agent):
    placed, other = subscribed(), subscribed()
    history.write(placed, "Refunded 3.00 USD of order {order}.", by=agent)
    history.write(other, "Refunded 4.00 USD of order {order}.", by=agent)
    page = html_of(as_agent, placed.get_absolute_url())
    assert f'Refunded 3.00 USD of order <a href="{placed.get_absolute_url()}">{placed.number}</a>.' in page
    assert "Refunded 4.00 USD" not in page


def test_what_was_done_to_a_purchase_is_told_whatever_the_product_is_called_by_now(as_agent, agent):
    bought = subscribed().purchases.get()
    history.write(bought, "Cancelled purchase {purchase}.", by=agent)
    bought.product.name = "Endless"
    bought.product.save()
    page = html_of(as_agent, bought.get_absolute_url())
    assert f'purchase <a href="/purchases/{bought.pk}/">{bought.pk}</a> (<bdi>Unlimited Monthly</bdi>).' in page


def test_only_the_newest_of_a_record_are_looked_through(monkeypatch, agent):
    placed = subscribed(external_id="7")
    bought = placed.purchases.get()
    monkeypatch.setattr(read, "MOST_READ", 2)
    for n in range(3):
        renewal = order(external_id="7").order
        OrderItem.objects.create(order=renewal, product=bought.product, description=f"{n}", amount=1)
    Order.objects.exclude(pk=placed.pk).update(kind="RECURRING")
    assert len(orders_of_purchase(bought)) == 3


def test_the_pages_ask_as_much_for_thirty_rows_as_for_one(as_agent, django_assert_num_queries):
    placed = subscribed()
    bought, record = placed.purchases.get(), placed.source_record
    card = PaySource.objects.create(source_record=record, brand="VISA", last_four="4242")
    for n in range(30):
        OrderItem.objects.create(order=placed, product=bought.product, description=f"Song {n}", amount=1)
        Fulfillment.objects.create(source_record=record, order=placed)
        Membership.objects.create(source_record=record, purchase=bought, club="Club")
        Transaction.objects.create(
            source_record=record, order=placed, pay_source=card, kind="SALE", status="SUCCESS", amount=1, currency="USD"
        )
        history.write(placed, "Looked at {order}.", by=None)
    # Session, user with permissions; the order and its customer; transactions, purchases, items, fulfillments, history.
    with django_assert_num_queries(8):
        as_agent.get(placed.get_absolute_url())
    # Session, user with permissions; the purchase with its order and customer; whether lines name it, renewals,
    # memberships, history.
    with django_assert_num_queries(7):
        as_agent.get(bought.get_absolute_url())
