"""A declined order is rerun with other products, prices and shipping, which are shown before they are charged."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from orders.intake.order import IncomingLine, IncomingPurchase
from orders.models import Order, OrderItem, Product, Transaction
from tests.database import check_totals, history_of, reloaded
from tests.factories import ProductFactory, declined_order
from tests.orders.pages.test_order_acts import post, url, words
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug(db) -> Product:
    return ProductFactory(name="Mug", sku="MUG", price=Decimal("7.50"), currency="USD", interval_count=None)


@pytest.fixture
def declined(mug) -> Order:
    """Of two mugs and a lamp, 40.00 USD with 5.00 for shipping."""
    lines = [IncomingLine("Mug", Decimal(15), 2, mug), IncomingLine("Lamp", Decimal(20), external_id="li-lamp")]
    return declined_order(total="40", lines=lines, shipping=Decimal(5))


def form_of(order: Order, **changes: object) -> dict[str, object]:
    """What a browser sends: every field as the page shows it, but for the `changes`, of lines by description."""
    items = {item.description: item for item in order.items.all()}
    given = {
        "card": order.transactions.earliest("pk").pay_source_id,
        "shipping": order.shipping,
        "tax": 0,
        "discount": 0,
    }
    for item in items.values():
        given |= {f"quantity-{item.pk}": item.quantity, f"price-{item.pk}": item.amount / item.quantity}
    for name, value in changes.items():
        field, _, line = name.partition("_")
        given[f"{field}-{items[line].pk}" if line else name] = value
    return given


def test_other_quantities_prices_products_and_shipping_are_shown_then_charged_once(declined, mug, as_agent):
    cup = ProductFactory(name="Cup", sku="CUP", price=Decimal(4), currency="USD", interval_count=None)
    given = form_of(
        declined, quantity_Mug=3, quantity_Lamp=0, shipping="2.50", product1=cup.pk, quantity1=2, price1="3.00"
    )
    review = words(post(as_agent, declined, "rerun", **given))
    assert "Charge 31.00 USD" in review
    assert (reloaded(declined).total, Transaction.objects.count()) == (40, 1)

    done = words(post(as_agent, declined, "rerun", **given, agreed="31.00 USD"))
    assert "<strong>Charged.</strong> 31.00 USD charged to VISA 4242." in done
    again = words(post(as_agent, declined, "rerun", **given, agreed="31.00 USD"))
    assert "<strong>Nothing was charged.</strong>" in again
    order = reloaded(declined)
    assert (order.status, order.total, order.shipping) == ("COMPLETE", 31, Decimal("2.50"))
    assert [(item.description, item.quantity, item.amount) for item in order.items.order_by("pk")] == [
        ("Mug", 3, Decimal("22.50")),
        ("Cup", 2, 6),
    ]
    assert [payment.amount for payment in order.transactions.order_by("pk")] == [40, 31]
    assert history_of(order)[1] == (
        f"Changed order {order.number} before it was charged again, from 40.00 USD to 31.00 USD."
        " Removed: 1 × Lamp for 20.00 USD. Added: 2 × Cup for 6.00 USD. Changed: 3 × Mug for 22.50 USD."
        " Shipping changed from 5.00 USD to 2.50 USD."
    )
    check_totals()


def test_a_form_as_it_was_shown_charges_the_order_as_it_is(declined, as_agent):
    before = [*OrderItem.objects.order_by("pk").values()]
    assert "<strong>Charged.</strong> 40.00 USD" in words(post(as_agent, declined, "rerun", **form_of(declined)))
    assert [*OrderItem.objects.order_by("pk").values()] == before
    assert len(history_of(declined)) == 1


def test_a_total_that_its_lines_do_not_add_up_to_keeps_the_difference(declined, as_agent):
    Order.objects.update(total=Decimal("41.30"))
    review = words(post(as_agent, reloaded(declined), "rerun", **form_of(declined, quantity_Mug=1)))
    assert "Charge 33.80 USD" in review


def test_taxes_within_a_line_change_with_it_and_thirds_of_a_cent_stay(declined, as_agent):
    OrderItem.objects.filter(description="Mug").update(quantity=3, amount=10, tax=Decimal("1.60"))
    Order.objects.update(total=35)
    order = reloaded(declined)
    # A browser sends the price as it is shown, which is rounded.
    given = form_of(order, price_Mug="3.33")
    assert "<strong>Nothing was charged.</strong>" not in (review := words(post(as_agent, order, "rerun", **given)))
    assert "<strong>Charged.</strong> 35.00 USD" in review


def test_a_line_of_several_pieces_is_changed_in_proportion(declined, as_agent):
    OrderItem.objects.filter(description="Mug").update(quantity=3, amount=10, tax=Decimal("1.60"))
    Order.objects.update(total=35)
    order = reloaded(declined)
    given = form_of(order, quantity_Mug=6, price_Mug="3.33")
    post(as_agent, order, "rerun", **given, agreed="45.00 USD")
    mug = OrderItem.objects.get(description="Mug")
    assert (mug.amount, mug.tax, reloaded(order).total) == (20, Decimal("3.20"), 45)


def test_a_declined_rerun_keeps_what_was_changed(declined, as_agent):
    card = declined.transactions.get().pay_source
    card.token = "sandbox-soft-decline"
    card.save()
    done = words(post(as_agent, declined, "rerun", **form_of(declined, quantity_Lamp=0), agreed="20.00 USD"))
    assert "<strong>Declined.</strong> Charge of 20.00 USD" in done
    assert (reloaded(declined).status, reloaded(declined).total) == ("DECLINED", 20)


@table(
    ("changes", "why"),
    [
        ({"quantity_Mug": "-1"}, "greater than or equal to 0"),
        ({"quantity_Mug": ""}, "This field is required."),
        ({"price_Mug": "-2"}, "greater than or equal to 0"),
        ({"price_Mug": "1.001"}, "Use amounts that are valid in USD."),
        ({"shipping": "three"}, "Enter an amount such as 7.50."),
        ({"product1": "999"}, "Choose a product of the list."),
        ({"quantity_Mug": 0, "quantity_Lamp": 0, "shipping": 0}, "The order would come to 0.00 USD."),
    ],
)
def test_wrong_input_charges_nothing(changes, why, declined, as_agent):
    answer = post(as_agent, declined, "rerun", **form_of(declined, **changes))
    assert (answer.status_code, why in words(answer)) == (422, True), words(answer)
    assert Transaction.objects.count() == 1


def test_a_product_without_a_price_needs_one(declined, as_agent):
    free = ProductFactory(name="Sample", price=None, currency="")
    assert "Enter the price of one Sample." in words(
        post(as_agent, declined, "rerun", **form_of(declined, product1=free.pk))
    )


def test_who_may_not_create_orders_charges_the_order_as_it_is(declined, as_agent, agent):
    agent.user_permissions.remove(Permission.objects.get(codename="add_order"))
    assert "Change products" not in words(as_agent.get(url(declined, "rerun")))
    given = form_of(declined, quantity_Mug=1)
    assert "Charge 40.00 USD" in words(post(as_agent, declined, "rerun", **given, agreed="32.50 USD"))
    assert Transaction.objects.count() == 1


def test_an_order_that_bills_a_purchase_keeps_its_lines(mug, as_agent):
    monthly = ProductFactory(name="Song", price=Decimal("9.90"), currency="USD")
    order = declined_order(purchases=[IncomingPurchase(monthly, Decimal("9.90"))])
    assert "Change products" not in words(as_agent.get(url(order, "rerun")))
