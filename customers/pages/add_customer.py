"""Adding a customer or lead manually, with a staff record, by which it is matched from then on.

No customer is added until the user has seen all existing customers with the same email or phone. The form
contains the uuid of the new customer, so that a form sent twice adds one customer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from customers.engagement import notes
from customers.lib.identity import Identity, match_keys
from customers.locks import lock_numbers
from customers.matching.duplicates import MOST_HOLDERS
from customers.matching.keys import weigh_keys
from customers.matching.recognise import OWNER, having_keys
from customers.models import Customer, HistoryKind, MatchKind
from customers.profile.edit import create_customer
from customers.profile.fields import BLANK
from customers.records import history
from customers.records.staff_record import identity_in, staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_SHOWN = 5


@dataclass(frozen=True)
class ExistingCustomer:
    """A live customer with the email or phone that was entered."""

    customer: Customer
    kinds: tuple[str, ...]

    def __str__(self) -> str:
        if len(self.kinds) > 1:
            return f"{self.customer.name_with_number} has the same email and phone."
        if "email" in self.kinds:
            return f"{self.customer.name_with_number} has the same email."
        return f"{self.customer.name_with_number} has the same phone."


class AlreadyKnownError(Exception):
    """The user has not seen all of the customers `existing` yet."""

    def __init__(self, existing: list[ExistingCustomer]) -> None:
        super().__init__("A customer with this email or phone exists already.")
        self.existing = existing


class AlreadyAddedError(Exception):
    """The same form has already added `customer`."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(f"{customer.name_with_number} was already added with this form.")
        self.customer = customer


def existing_customers(identity: Identity) -> list[ExistingCustomer]:
    holders = having_keys(identity, weigh_keys(set(match_keys(identity)))).order_by(OWNER).distinct()
    kinds: defaultdict[int, set[str]] = defaultdict(set)
    for pk, kind in holders.values_list(OWNER, "kind")[:MOST_HOLDERS]:
        kinds[pk].add("email" if kind == MatchKind.EMAIL else "phone")
    existing = Customer.objects.live().filter(pk__in=kinds).order_by("pk")[:MOST_SHOWN]
    return [ExistingCustomer(customer, tuple(sorted(kinds[customer.pk]))) for customer in existing]


@transaction.atomic
def add_customer(
    values: Mapping[str, Any], *, uuid: str, seen: Collection[int], note: str = "", by: User | None
) -> Customer:
    """Add a customer; `seen` are the existing customers that the user was shown, by primary key.

    EngagementError for a note that cannot be saved.
    """
    identity = identity_in({**BLANK, **values})
    # As in an intake: when two users add the same person at once, the second is shown the customer of the first.
    lock_numbers(f"{kind} {value}" for kind, value in match_keys(identity))
    _refuse_repeated(uuid)
    existing = existing_customers(identity)
    if not {row.customer.pk for row in existing} <= set(seen):
        raise AlreadyKnownError(existing)
    try:
        with transaction.atomic():
            customer = create_customer(values, by=by, via="page", uuid=uuid)
    except IntegrityError:
        _refuse_repeated(uuid)
        raise
    staff_record = staff_record_of(customer)
    sentence = "Lead added manually." if customer.lead_status else "Customer added manually."
    history.write(staff_record, HistoryKind.CREATED, sentence, by=by)
    if note:
        notes.add(customer, {"text": note}, by=by)
    return customer


def _refuse_repeated(uuid: str) -> None:
    if before := Customer.objects.filter(uuid=uuid).first():
        raise AlreadyAddedError(before)
