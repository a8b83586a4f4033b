"""What a merge becomes that nobody looks at field by field: who is kept, and what is done where values differ.

Which values differ is in conflicts.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import TextChoices

from customers.models import Customer, ProfileChange
from customers.profile.decisions import Choices, Picked
from customers.profile.fields import ProfileField
from customers.totals.sums import OrderTotals

Changed = Mapping[int, Mapping[str, datetime | None]]
"""{customer: {field: when somebody said the value; None if nobody knows}}"""
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class Keep(TextChoices):
    """Which of the customers is kept."""

    OLDEST = "oldest", "Oldest customer"
    MOST_ORDERS = "orders", "Most orders"
    LAST_ORDER = "last_order", "Latest order"


class OnConflict(TextChoices):
    """What becomes of a value that customers have otherwise."""

    LEAVE = "leave", "Leave the group for a person"
    KEPT = "kept", "Use the value of the kept customer"
    NEWEST = "newest", "Use the newest value"


def kept_first(customers: Iterable[Customer], totals: Mapping[int, OrderTotals], keep: Keep) -> list[Customer]:
    """The customer who is kept, then the others by number. Of equals the oldest is kept."""
    by_age = sorted(customers, key=lambda c: (totals[c.pk].since(c), c.pk))
    match keep:
        case Keep.OLDEST:
            kept = by_age[0]
        case Keep.MOST_ORDERS:
            kept = max(by_age, key=lambda c: totals[c.pk].orders)
        case Keep.LAST_ORDER:
            kept = max(by_age, key=lambda c: totals[c.pk].last_order_at or BEFORE_ALL)
    return [kept, *sorted((c for c in by_age if c is not kept), key=lambda c: c.pk)]


def newest_values(
    customers: Sequence[Customer], conflicts: Iterable[ProfileField], changed: Changed
) -> tuple[Choices, list[ProfileField]]:
    """The choice of the newest value of each field, and the fields of which nobody knows how old a value is."""
    choices: dict[str, Picked] = {}
    undated = []
    for field in conflicts:
        dates = {
            customer.pk: changed.get(customer.pk, {}).get(field.key)
            for customer in customers
            if getattr(customer, field.column) != field.blank
        }
        known = {pk: at for pk, at in dates.items() if at}
        if len(known) < len(dates):
            undated.append(field)
        else:
            choices[field.key] = Picked(max(known, key=lambda pk: known[pk]))
    return choices, undated


def values_changed(customers: Collection[int]) -> Changed:
    """When the values of the customers came to be what they are now, as far as that was written down."""
    changed: dict[int, dict[str, datetime | None]] = {pk: {} for pk in customers}
    after: dict[int, dict[str, Any]] = {pk: {} for pk in customers}
    changes = ProfileChange.objects.filter(customer__in=customers).order_by("version")
    for customer, values, at, merge in changes.values_list("customer", "values", "at", "merge"):
        for key, value in values.items():
            if after[customer].get(key) != value["after"]:
                # What a merge brought is older than the merge.
                after[customer][key], changed[customer][key] = value["after"], None if merge else at
    return changed
