"""The lists of the sales team, as an admin edits them, and who has what of them."""

from decimal import Decimal

from crm.accounts.models import User
from crm.demo.catalogue import CURRENCY
from crm.demo.store import SampleStore
from customers.lists.catalogue import BY_SLUG
from customers.lists.entries import add_entry, add_usual, edit_entry, retire_entry
from customers.models import AccountType
from customers.profile.edit import edit_profile

TYPED = 3
"""Every so many have an account type."""
OFFER = {"name": "Offer", "score": 60, "value": Decimal(500), "currency": CURRENCY}


def add_lists(*, admin: User) -> None:
    for edited in BY_SLUG.values():
        entries = add_usual(edited, by=admin)
        if edited.slug == "lead-phases":
            offer = next(entry for entry in entries if entry.name == OFFER["name"])
            edit_entry(edited, offer.pk, OFFER, seen=offer.updated.isoformat(), by=admin)
    types = BY_SLUG["account-types"]
    retire_entry(types, add_entry(types, {"name": "School"}, by=admin).pk, is_retired=True, by=admin)


def set_account_types(store: SampleStore, *, by: User) -> None:
    types = list(AccountType.objects.values_list("pk", flat=True))
    for person in store.records:
        if person.number % TYPED == 0:
            customer = store.customers(person)[0]
            values = {"account_type": types[person.number // TYPED % len(types)]}
            edit_profile(customer, values, version=customer.version, by=by, via="page")
