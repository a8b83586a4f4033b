"""Staff place an order for a customer, and rerun a declined one with corrected addresses."""

from decimal import Decimal
from uuid import uuid4

import pytest

from orders.models import Order, Product, Transaction
from tests.database import check_totals, history_of, reloaded
from tests.factories import ProductFactory, card, customer_with_order, declined_order
from tests.orders.pages.test_order_acts import post, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena(db):
    return customer_with_order(email="hholy@gmail.com")


@pytest.fixture
def mug(db) -> Product:
    return ProductFactory(
        name="Mug", sku="MUG", price=Decimal("7.50"), currency="USD", interval_count=None, interval_unit=""
    )


def on_file(customer, token="sandbox-approves"):  # noqa: S107 - no secret
    return card(Order.objects.get(source_record__customer=customer, kind="NEW_SALE", client_order_id=None), token).pk


def send(client, customer, **given):
    return client.post(f"/customers/{customer.pk}/new-order/", {"token": uuid4(), **given}, follow=True)


def test_an_order_is_reviewed_then_charged_once_to_a_card_on_file(helena, mug, as_agent):
    page = words(as_agent.get(helena.get_absolute_url()))
    assert f"/customers/{helena.pk}/new-order/" in page
    given = {"product1": mug.pk, "quantity1": 2, "shipping": "3", "card": on_file(helena), "token": uuid4()}
    given |= {"shipping_address-line1": "Rilská 3174/6", "shipping_address-city": "Prague"}
    review = words(send(as_agent, helena, **given))
    assert "Charge 18.00 USD to <bdi>VISA 4242</bdi>" in review
    assert Order.objects.count() == 1
    for _ in range(2):
        done = words(send(as_agent, helena, **given, agreed="18.00 USD"))
    assert "Order placed." in done
    placed = Order.objects.latest("pk")
    assert Order.objects.count() == 2
    assert (placed.status, placed.total, placed.email) == ("COMPLETE", Decimal(18), "hholy@gmail.com")
    assert placed.shipping_address == {"line1": "Rilská 3174/6", "city": "Prague"}
    assert (placed.data_source.name, placed.source_record.customer) == ("Staff", helena)
    assert Transaction.objects.filter(order=placed, status="SUCCESS").count() == 1
    check_totals()


def test_a_total_that_was_not_shown_is_shown_first(helena, mug, as_agent):
    given = {"product1": mug.pk, "quantity1": 3, "card": on_file(helena), "agreed": "7.50 USD"}
    assert "Charge 22.50 USD" in words(send(as_agent, helena, **given))
    assert Order.objects.count() == 1


def test_more_products_than_lines_are_ordered(helena, mug, as_agent):
    others = [ProductFactory(name=f"Cup {n}", price=Decimal(1), currency="USD") for n in range(6)]
    given = {"product1": mug.pk, "quantity1": "two", "shipping": "3", "card": "0", "lines": "5", "more": "1"}
    more = words(send(as_agent, helena, **given))
    assert 'name="lines" value="10"' in more
    assert 'name="quantity1" value="two"' in more  # nothing is checked yet, and nothing is lost
    assert "errorlist" not in more
    asked = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "products"}
    fragment = as_agent.post(f"/customers/{helena.pk}/new-order/", {**given, "lines": "45"}, **asked).text
    assert fragment.startswith("<fieldset")
    assert "Add products" not in fragment

    given = {f"product{n}": product.pk for n, product in enumerate([mug, *others], 1)} | {"lines": "10", "card": "0"}
    send(as_agent, helena, **given, agreed="13.50 USD")
    assert Order.objects.latest("pk").items.count() == 7


def test_an_order_that_is_paid_elsewhere_charges_nothing(helena, mug, as_agent):
    done = words(send(as_agent, helena, product1=mug.pk, card="0", agreed="7.50 USD"))
    assert "Nothing was charged." in done
    assert not Transaction.objects.exists()


def test_a_declined_order_can_be_rerun(helena, mug, as_agent):
    declined = on_file(helena, "sandbox-soft-decline")
    done = words(send(as_agent, helena, product1=mug.pk, card=declined, agreed="7.50 USD"))
    assert "<strong>Declined.</strong>" in done
    assert "Rerun…" in done


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "Choose a product."),
        ({"product1": "999"}, "Choose a product of the list."),
        ({"quantity1": "0"}, "greater than or equal to 1"),
        ({"shipping": "-1"}, "Enter an amount in USD, zero or more."),
        ({"shipping": "three"}, "Enter an amount such as 7.50."),
        ({"card": ""}, "Choose how it is paid."),
        ({"shipping_address-country": "Atlantis"}, ""),
    ],
)
def test_wrong_input_places_nothing(given, why, helena, mug, as_agent):
    asked = {"product1": mug.pk, "card": "0", "agreed": "7.50 USD"} if given else {"card": "0"}
    page = send(as_agent, helena, **{**asked, **given})
    if why:
        assert (page.status_code, why in words(page)) == (422, True)
        assert Order.objects.count() == 1


def test_products_of_two_currencies_are_two_orders(helena, mug, as_agent):
    other = ProductFactory(name="Tasse", sku="TASSE", price=Decimal(7), currency="EUR")
    page = send(as_agent, helena, product1=mug.pk, product2=other.pk, card="0")
    assert "prices in EUR and USD" in words(page)


def test_a_declined_order_is_rerun_with_corrected_addresses(as_agent):
    order = declined_order()
    chosen = order.transactions.get().pay_source_id
    given = {"card": chosen, "billing_address-line1": "Main Street 1", "billing_address-city": "Boston"}
    assert "<strong>Charged.</strong>" in words(post(as_agent, order, "rerun", **given))
    assert reloaded(order).billing_address == {"line1": "Main Street 1", "city": "Boston"}
    assert f"Changed the billing address of order {order.number}." in history_of(order)
