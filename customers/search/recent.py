"""The customers that a user opened last, each with the latest time. A merged one leads to its survivor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from customers.models import Customer, Visit
from customers.records import ownership
from customers.statements.prepared import Prepared

if TYPE_CHECKING:
    from crm.accounts.models import User

SHOWN = 8
# More than are shown: several may lead to one customer, and some to an erased one.
READ = 24


# From the customer's row, so that the page of a locked customer is shown at once, and without a visit: the reference to
# the customer would wait for the lock.
RECORD_SQL = """
    INSERT INTO customers_visit (user_id, customer_id, at)
    SELECT %s, id, %s FROM customers_customer WHERE id = %s {unless_locked}
    ON CONFLICT (user_id, customer_id) DO UPDATE SET at = excluded.at
"""
UNLESS_LOCKED = {"postgresql": "FOR KEY SHARE SKIP LOCKED", "sqlite": ""}


def record_visit(customer: Customer, *, by: User) -> None:
    sql = RECORD_SQL.format(unless_locked=UNLESS_LOCKED[connection.vendor])
    at = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(sql, [by.pk, at, customer.pk])


_latest_visits = Prepared(lambda user: Visit.objects.filter(user=user).order_by("-at", "-pk")[:READ])


def recently_viewed(user: User) -> list[Visit]:
    """Latest first, to live customers: `customer` is the live customer that a visit leads to."""
    visits = _latest_visits(user.pk)
    chains = ownership.merge_chains(visit.customer_id for visit in visits)
    live = Customer.objects.live().in_bulk({chain[-1] for chain in chains.values()})
    visit_of: dict[int, Visit] = {}
    for visit in visits:
        if customer := live.get(chains[visit.customer_id][-1]):
            visit.customer = customer
            visit_of.setdefault(customer.pk, visit)
    return list(visit_of.values())[:SHOWN]
