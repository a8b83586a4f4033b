"""Which customers changed since, for what follows them by the clock: evidence, likely duplicates, rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from customers.models import Customer

LATE = timedelta(minutes=1)
"""A transaction may commit so long after the time that it wrote."""


@dataclass(frozen=True)
class ChangedCustomers:
    """The next of them; `up_to` is the moment from which to go on, and `are_all` says that there are no more."""

    pks: list[int]
    up_to: datetime
    are_all: bool


def changed_customers(since: datetime, *, most: int) -> ChangedCustomers:
    """About `most`: all who changed at one moment, as in an import, come together, so that nobody is passed over."""
    now = timezone.now()
    changed = Customer.objects.filter(updated__gt=since)
    rows = list(changed.order_by("updated", "pk").values_list("pk", "updated")[:most])
    pks = [pk for pk, _ in rows]
    if len(rows) < most:
        return ChangedCustomers(pks, max(since, now - LATE), are_all=True)
    last, moment = rows[-1]
    at_that_moment = changed.filter(updated=moment, pk__gt=last).order_by("pk")
    return ChangedCustomers([*pks, *at_that_moment.values_list("pk", flat=True)], moment, are_all=False)
