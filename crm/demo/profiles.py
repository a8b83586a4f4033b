"""Acts of staff on the customers: details, shop logins, notes and credit."""

import secrets
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password

from crm.accounts.models import User
from crm.demo.catalogue import CURRENCY
from crm.demo.files import ChinookPerson
from crm.demo.store import SampleStore
from customers.credit import credit
from customers.engagement import notes
from customers.lib.emails import normal_email
from customers.matching import exclusions
from customers.models import Customer, MatchKind, PaySource
from customers.profile.edit import edit_profile

NOTES = (
    "Called about a parcel that came late. Sent the tracking number.",
    "Asked for an invoice with the company’s name on it.",
    "Wants news by email only. Please do not call before 10:00.",
    "Says there are two accounts and only one of them shows the old orders.",
    "Praised the live recordings. Asked when more will come.",
    "Card was declined twice, then paid with another one.",
)
CREDIT_GIVEN = {
    **{6: ("5.00", "2.50"), 9: ("4.00",), 12: ("2.00",), 18: ("9.90",), 24: ("3.00",), 27: ("1.00",)},
    **{30: ("12.00", "0.99"), 36: ("5.00", "1.00"), 41: ("7.50",), 45: ("3.96",), 52: ("1.98",)},
}
CREDIT_USED = Decimal("1.98")


def edit_profiles(store: SampleStore, *, by: User) -> None:
    # Random passwords; only one for each shop, because hashing is slow on purpose.
    hashes = [make_password(secrets.token_urlsafe()) for _ in range(2)]
    for person in store.records:
        for nth, (customer, password) in enumerate(zip(store.customers(person), hashes, strict=False)):
            values = dict((_duplicate_details if nth else _details)(person, customer, password))
            if values:
                edit_profile(customer, values, version=customer.version, by=by, via="page")
        _add_notes_and_credit(store, person, by=by)


def _details(person: ChinookPerson, customer: Customer, password: str) -> Iterator[tuple[str, Any]]:
    number, email = person.number, person.identity.email
    if person.identity.company:
        yield "website", f"https://www.{email.partition('@')[2]}"
        yield "tax_exempt", ".gov." in email
    if person.fax:
        yield "custom1", f"Fax {person.fax}"
    if number % 3 == 0:
        yield from _login(customer, email.partition("@")[0], password)
        yield "email_opt_in", True
        yield "do_not_sell", number % 2 == 0
    if number % 5 == 0:
        yield "shipping_address", {**customer.billing_address, "line2": "c/o the neighbours"}


def _duplicate_details(person: ChinookPerson, customer: Customer, password: str) -> Iterator[tuple[str, Any]]:
    if person.number % 2 == 0:
        yield from _login(customer, f"{person.identity.email.partition('@')[0]}.mp", password)
        yield "email_opt_in", False
        yield "sms_contact", person.number % 4 == 0
        yield "custom2", "Marketplace buyer"


def _login(customer: Customer, login: str, password: str) -> Iterator[tuple[str, Any]]:
    yield "cart_login", login
    yield "cart_password", password
    yield "pay_source", PaySource.objects.filter(source_record__customer=customer).values_list("pk", flat=True).first()


def _add_notes_and_credit(store: SampleStore, person: ChinookPerson, *, by: User) -> None:
    """On both customers of some pairs of duplicates. A shared mailbox is excluded from matching."""
    customers = store.customers(person)
    if person.number % 2 == 0:
        notes.add(customers[0], {"text": NOTES[person.number // 2 % len(NOTES)]}, by=by)
    if person.number % 6 == 0:
        notes.add(customers[-1], {"text": NOTES[(person.number // 6 + 3) % len(NOTES)]}, by=by)
    for customer, amount in zip(customers, CREDIT_GIVEN.get(person.number, ()), strict=False):
        credit.adjust(customer, Decimal(amount), CURRENCY, reason="Goodwill after a late parcel", by=by)
        if Decimal(amount) > CREDIT_USED:
            credit.adjust(customer, -CREDIT_USED, CURRENCY, reason="Taken off an order", by=by)
    if person.number % 20 == 7 and len(customers) == 1:
        exclusions.exclude(customers[0], MatchKind.EMAIL, normal_email(person.identity.email), by=by)
