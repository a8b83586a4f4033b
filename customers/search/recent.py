"""The customers that a user opened last, each with the latest time. A merged one leads to its survivor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from customers.models import Customer, Visit
from customers.records import ownership

if TYPE_CHECKING:
    from crm.accounts.models import User

SHOWN = 8
# More than are shown: several may lead to one customer, and some to an erased one.
READ = 24


def record_visit(customer: Customer, *, by: User) -> None:
    seen = Visit(user=by, customer=customer, at=timezone.now())
    Visit.objects.bulk_create([seen], update_conflicts=True, unique_fields=["user", "customer"], update_fields=["at"])


def recently_viewed(user: User) -> list[Visit]:
    """Latest first, to live customers: `customer` is the live customer that a visit leads to."""
    visits = list(Visit.objects.filter(user=user).order_by("-at", "-pk")[:READ])
    chains = ownership.merge_chains(visit.customer_id for visit in visits)
    live = Customer.objects.live().in_bulk({chain[-1] for chain in chains.values()})
    visit_of: dict[int, Visit] = {}
    for visit in visits:
        if customer := live.get(chains[visit.customer_id][-1]):
            visit.customer = customer
            visit_of.setdefault(customer.pk, visit)
    return list(visit_of.values())[:SHOWN]
