"""What an order came with and its source record does not say: matched and found all the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from customers.lib.identity import Identity
from customers.models import Customer, MatchKey, SharedValue, SourceRecord, UnmatchedValue
from customers.search.first_found import first_found
from orders.intake.leads import complete_lead, lead_for, update_lead
from orders.intake.order import IncomingOrder
from orders.intake.take import take_order
from orders.models import Order
from tests.database import check_totals
from tests.factories import lead_of, make_user, order, person

pytestmark = pytest.mark.django_db(transaction=True)

JON = {"first_name": "Jon", "last_name": "Fix"}
LATER = [
    {"email": "jon@gmail.org"},
    {"phone": "+1 817 924 7272"},
    {"last_name": "Fixman", "email": "jon@gmail.org"},
]


@pytest.fixture
def lead():
    """Jon's lead, with a mistake in the email."""
    who = person(**JON, email="jon@gmial.org", phone="+1 817 924 7241")
    return take_order(IncomingOrder(who, Decimal(0), "USD", status="PARTIAL")).order


def completed(lead: Order, **identity) -> Order:
    incoming = IncomingOrder(person(**identity), Decimal(5), "USD")
    return complete_lead(lead, incoming, by=None, write_more=lambda order: None).order


def updated(lead: Order, **identity) -> Order:
    return update_lead(lead, IncomingOrder(person(**identity), Decimal(0), "USD", status="PARTIAL"))


@pytest.mark.parametrize("later", LATER, ids=["email", "phone", "name and email"])
@pytest.mark.parametrize("act", [completed, updated])
def test_who_corrects_a_value_of_their_lead_is_matched_and_found_by_it(lead, act, later):
    placed = act(lead, **JON | later)
    assert order(source="Market", **JON | later).assigned.record.customer == lead.source_record.customer
    for value in later.values():
        assert first_found(value) == [lead.source_record.customer]
    assert first_found("jon@gmial.org") == [lead.source_record.customer]
    assert placed.source_record.origin == lead.source_record.origin
    assert {name: getattr(placed.source_record, name) for name in later} == later
    customer = Customer.objects.get()
    assert (customer.email, customer.phone, customer.last_name) == ("jon@gmial.org", "+1 817 924 7241", "Fix")
    check_totals()


def test_a_value_sent_once_more_makes_no_second_record(lead):
    for _ in range(2):
        updated(lead, **JON, email="jon@gmail.org")
    updated(lead, **JON, email="JON@gmial.org")
    assert SourceRecord.objects.count() == 2


def test_the_corrected_email_of_another_customer_makes_the_two_duplicates(lead):
    other = order(**JON, email="jon@gmail.org").order
    completed(lead, **JON, email="jon@gmail.org")
    assert SharedValue.objects.filter(value="jon@gmail.org").exists()
    assert Order.objects.get(pk=lead.pk).source_record.customer != other.source_record.customer


def test_what_staff_excluded_for_the_record_is_excluded_for_the_new_one(lead):
    for kind, value in lead.source_record.match_keys.exclude(kind="email").values_list("kind", "value"):
        UnmatchedValue.objects.create(
            source_record=lead.source_record, kind=kind, value=value, by=make_user(f"agent {kind}")
        )
    completed(lead, **JON, email="jon@gmail.org")
    new = SourceRecord.objects.latest("pk")
    assert set(new.match_keys.values_list("kind", "value")) == {("email", "jon@gmail.org")}


@pytest.mark.parametrize("known", ["external id", "card on file"])
def test_an_order_that_names_its_record_is_found_by_what_it_came_with_too(known):
    first = order(**JON, email="jon@gmial.org", external_id="7").order
    who = person(**JON, email="jon@gmail.org", external_id="7" if known == "external id" else "")
    record = first.source_record if known == "card on file" else None
    second = take_order(IncomingOrder(who, Decimal(5), "USD", record=record)).order
    assert second.source_record == first.source_record
    assert (
        order(source="Market", **JON, email="jon@gmail.org").assigned.record.customer == second.source_record.customer
    )


@pytest.mark.parametrize(
    ("identity", "is_theirs"),
    [
        ({"first_name": "Udo", "last_name": "Second", "email": "udo@second.com"}, False),
        ({"first_name": "Udo", "last_name": "Second", "phone": "+1 817 924 7272"}, False),
        ({"first_name": "Udo", "last_name": "Second", "email": "JON@gmial.org"}, True),
        ({"first_name": "Udo", "last_name": "Second", "phone": "(817) 924-7241"}, True),
        ({"first_name": "JON", "last_name": "Second", "email": "udo@second.com"}, True),
        ({"first_name": "Udo", "last_name": "Fix", "email": "udo@second.com"}, True),
        ({"first_name": "Udo", "email": "udo@second.com"}, False),
        ({"email": "udo@second.com"}, True),
        ({"first_name": "Udo", "last_name": "Second"}, True),
        ({}, True),
    ],
)
def test_an_order_that_agrees_in_nothing_with_the_lead_that_it_names_is_of_somebody_else(lead, identity, is_theirs):
    assert (lead_for(lead, Identity(**identity)) == lead) == is_theirs


def test_an_order_tells_the_name_and_phone_of_who_left_only_an_email():
    newsletter = Order.objects.get(source_record=lead_of(person(email="jon@gmail.org")).record)
    named = Identity(**JON, phone="+1 817 924 7272")
    assert lead_for(newsletter, named) == newsletter
    assert lead_for(newsletter, replace(named, email="udo@second.com")) is None


def test_a_new_email_is_matched_and_found_however_many_records_somebody_has(monkeypatch):
    monkeypatch.setattr("orders.intake.match_customer.MOST_RECORDS", 3)
    phone = "+1 817 924 7241"
    for n in range(6):
        order(source="Shop", **JON, phone=phone, email=f"relay{n}@gmail.org")
    assert first_found("relay5@gmail.org") == [Customer.objects.get()]
    assert MatchKey.objects.filter(value="relay5@gmail.org").exists()
    order(source="Market", **JON, email="relay5@gmail.org")
    order(source="Shop", first_name="Jonny", last_name="Fix", email="relay5@gmail.org")
    assert SourceRecord.objects.filter(data_source__name="Shop").count() == 6
    assert Customer.objects.count() == 1
