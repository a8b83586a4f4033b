"""What cannot be stored is refused, and nothing is written."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from orders.intake.order import IncomingLine, IncomingOrder, IncomingPurchase, IntakeError
from orders.intake.take import take_order
from tests.database import dump
from tests.factories import IDENTITY, ProductFactory, lead, lead_of, order, person
from tests.tables import table

pytestmark = pytest.mark.django_db
BAD_PEOPLE = {
    "NUL in a name": {"first_name": "Hel\x00ena"},
    "half a surrogate pair": {"first_name": "Hel\ud800ena"},
    "an email of 300 characters": {"email": "h" * 290 + "@gmail.com"},
    "a phone of 41 characters": {"phone": "1" * 41},
    "a long external id": {"external_id": "7" * 256},
    "NUL in the external id": {"external_id": "7\x00"},
    "NUL in an address": {"billing_address": {"city": "Pra\x00ha"}},
    "a long address": {"shipping_address": {"line1": "K" * 121}},
}


@table("bad", BAD_PEOPLE.values())
def test_a_person_who_cannot_be_stored_is_refused_and_nothing_is_written(bad):
    who = person(**IDENTITY | bad)
    before = dump()
    with pytest.raises(IntakeError):
        lead_of(who)
    with pytest.raises(IntakeError):
        take_order(IncomingOrder(who, Decimal(5), "USD"))
    assert dump() == before


BAD_ORDERS = {
    "not a number": {"total": Decimal("NaN")},
    "infinite": {"total": Decimal("Infinity")},
    "negative": {"total": Decimal(-1)},
    "more than can be paid": {"total": Decimal(10**10)},
    "half a cent": {"total": Decimal("0.005")},
    "cents of a currency without": {"total": Decimal("0.5"), "currency": "JPY"},
    "no currency": {"currency": ""},
    "a sign for a currency": {"currency": "$"},
    "a currency in small letters": {"currency": "usd"},
    "a currency with a digit": {"currency": "US1"},
    "a currency in other letters": {"currency": "ÄÖÜ"},
    "a time without a zone": {"at": datetime(2026, 1, 1)},
    "a status that is none": {"status": "PAID"},
    "a kind that is none": {"kind": "GIFT"},
    "a long order id": {"external_id": "o" * 256},
    "NUL in the client's order id": {"client_order_id": "o\x00"},
    "a line of NaN": {"lines": [IncomingLine("Shirt", Decimal("NaN"))]},
    "a line with a long description": {"lines": [IncomingLine("S" * 201, Decimal(1))]},
    "a negative quantity": {"lines": [IncomingLine("Shirt", Decimal(1), quantity=-1)]},
    "a huge quantity": {"lines": [IncomingLine("Shirt", Decimal(1), quantity=2**31)]},
}


@table("bad", BAD_ORDERS.values())
def test_an_order_that_cannot_be_stored_is_refused_and_nothing_is_written(bad):
    good = IncomingOrder(person(**IDENTITY), Decimal(5), "USD")
    before = dump()
    with pytest.raises(IntakeError):
        take_order(good._replace(**bad))
    assert dump() == before


@table("bad", [{"price": Decimal(-1)}, {"price": Decimal("NaN")}, {"status": "LATE"}])
def test_a_subscription_that_cannot_be_stored_is_refused_and_nothing_is_written(bad):
    subscription = replace(IncomingPurchase(ProductFactory(), Decimal(5)), **bad)
    incoming = IncomingOrder(person(**IDENTITY), Decimal(5), "USD", purchases=[subscription])
    before = dump()
    with pytest.raises(IntakeError):
        take_order(incoming)
    assert dump() == before


def test_an_email_that_grows_when_it_is_normalised_is_taken_in_and_not_matched_by():
    who = {"first_name": "Helena", "email": "İ" * 200 + "@x.cz"}
    assert lead(**who).record.match_keys.count() == 0
    assert lead("Market", **who).kind == "new"


def test_the_longest_values_that_fit_are_taken_in():
    taken = order(
        first_name="H" * 100, last_name="ŉ" * 100, company="C" * 200, email=f"{'h' * 60}@{'x' * 60}.cz", phone="1" * 40
    )
    assert taken.order.last_name == "ŉ" * 100
