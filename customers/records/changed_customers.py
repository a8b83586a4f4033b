"""Which customers changed since, for what follows them by the clock: evidence, likely duplicates, rules.

Each comes once, and none is missed (docs/decisions/0031): they are read up to the horizon, before which nothing new can
appear. On SQLite, which has one writer at a time, they appear in the order of their times. What API clients read of any
table is in `changed_since.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from customers.models import Customer
from customers.records.horizon import LONGEST_WRITE, horizon


@dataclass(frozen=True)
class ChangedCustomers:
    """The next of them; `up_to` is the moment from which to go on, and `are_all` says that there are no more."""

    pks: list[int]
    up_to: datetime
    are_all: bool


def changed_customers(since: datetime, *, most: int, until: datetime | None = None) -> ChangedCustomers:
    """About `most`: all who changed at one moment, as in an import, come together, so that nobody is passed over.

    Those who changed after `until` wait. Not to be called in a snapshot.
    """
    end = horizon()
    changed = Customer.objects.filter(updated__gt=since)
    if end:
        changed = changed.filter(updated__lt=end)
    if until:
        changed = changed.filter(updated__lte=until)
    rows = list(changed.order_by("updated", "pk").values_list("pk", "updated")[:most])
    if not rows:
        return ChangedCustomers([], since, are_all=True)
    pks = [pk for pk, _ in rows]
    last, moment = rows[-1]
    if len(rows) < most:
        return ChangedCustomers(pks, moment, are_all=True)
    at_that_moment = changed.filter(updated=moment, pk__gt=last).order_by("pk")
    return ChangedCustomers([*pks, *at_that_moment.values_list("pk", flat=True)], moment, are_all=False)


def changes_have_appeared_to() -> datetime:
    """Who reads customers from now on has all changes up to then, and goes on from there."""
    end, earliest = horizon(), timezone.now() - LONGEST_WRITE
    if end:
        return max(end - timedelta.resolution, earliest)
    return Customer.objects.aggregate(last=Max("updated"))["last"] or earliest
