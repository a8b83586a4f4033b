"""Nobody like them, or deduplication off: a new customer."""

from decimal import Decimal

import pytest

from customers.models import Customer, DataSource, HistoryEntry, SourceRecord
from orders.intake.order import IncomingLine, IncomingOrder, IncomingPurchase
from orders.intake.take import take_order
from orders.models import Order, OrderItem, Purchase
from tests.acts import edit
from tests.factories import IDENTITY, ProductFactory, lead, order, person

pytestmark = pytest.mark.django_db


def test_somebody_new_becomes_a_customer_with_the_profile_as_received():
    assigned = lead(**IDENTITY, country="CZ", billing_address={"line1": "Klanova 9", "country": "CZ"})
    customer = assigned.record.customer
    assert assigned.kind == "new"
    assert (customer.name, customer.email, customer.phone) == ("Helena Holý", "hholy@gmail.com", "+420 241 770 449")
    assert customer.billing_address == {"line1": "Klanova 9", "country": "CZ"}
    assert assigned.record.origin == customer
    assert assigned.record.country == "CZ"


def test_what_is_no_email_stays_on_the_record_and_out_of_the_profile():
    record = lead(first_name="Helena", email="helena at gmail").record
    assert (record.email, record.customer.email) == ("helena at gmail", "")


def test_an_order_keeps_its_own_copy_of_who_placed_it(helena):
    taken = order(**IDENTITY | {"first_name": "Helenka"}, shipping_address={"city": "Praha"})
    edit(helena.customer, first_name="Ellen")
    placed = Order.objects.get(pk=taken.order.pk)
    assert (placed.first_name, placed.shipping_address) == ("Helenka", {"city": "Praha"})


def test_the_lines_and_subscriptions_of_an_order_are_written_with_it(helena):
    monthly = ProductFactory()
    incoming = IncomingOrder(
        person(**IDENTITY),
        Decimal("19.80"),
        "USD",
        lines=[IncomingLine("Unlimited Monthly", Decimal("9.90"), 2, monthly, "line 1")],
        purchases=[IncomingPurchase(monthly, Decimal("9.90"), "TRIAL", "sub 1")],
    )
    taken = take_order(incoming)
    item, purchase = OrderItem.objects.get(), Purchase.objects.get()
    assert (item.order, item.quantity, item.external_id) == (taken.order, 2, "line 1")
    assert (purchase.order, purchase.status, purchase.source_record) == (taken.order, "TRIAL", helena)
    assert Customer.objects.get().billing_status == "active"


def test_with_deduplication_off_everybody_is_new(helena):
    assigned = lead(**IDENTITY, deduplicate=False)
    assert assigned.kind == "new"
    assert assigned.record.customer != helena.customer


def test_a_new_customer_and_their_order_are_told_in_the_history(helena, agent):
    take_order(IncomingOrder(person(**IDENTITY), Decimal("9.90"), "USD"), by=agent)
    lead, placed = Order.objects.order_by("pk")
    *came, ordered = HistoryEntry.objects.order_by("pk")
    assert [entry.text for entry in came] == ["Customer created as a lead.", f"Received lead {lead.number}."]
    assert ordered.text == f"Placed order {placed.number} of 9.90 USD."
    assert (ordered.by, ordered.source_record) == (agent, helena)


def test_the_staff_record_is_not_made_by_what_comes_in(helena):
    order(**IDENTITY)
    assert not SourceRecord.objects.filter(data_source__name=DataSource.STAFF).exists()
