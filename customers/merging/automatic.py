"""What a merge becomes that nobody looks at field by field: who is kept, and what is done where values differ.

Which values differ is in conflicts.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from customers.lib.names import normal_name
from customers.matching.judgement import OF_A_PERSON
from customers.models import Customer, ProfileChange
from customers.models.merge import Kept
from customers.profile.decisions import Choices, Picked
from customers.profile.fields import ProfileField
from customers.totals.sums import OrderTotals

Changed = Mapping[int, Mapping[str, datetime | None]]
"""{customer: {field: when somebody said the value; None if nobody knows}}"""
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def kept_first(customers: Iterable[Customer], totals: Mapping[int, OrderTotals], keep: str) -> list[Customer]:
    """The customer who is kept by `Kept`, then the others by number. Of equals the oldest is kept.

    Of which data source somebody is, the caller knows.
    """
    by_age = sorted(customers, key=lambda c: (totals[c.pk].since(c), c.pk))
    match keep:
        case Kept.MOST_ORDERS:
            kept = max(by_age, key=lambda c: totals[c.pk].orders)
        case Kept.LAST_ORDER:
            kept = max(by_age, key=lambda c: totals[c.pk].last_order_at or BEFORE_ALL)
        case _:
            kept = by_age[0]
    return [kept, *sorted((c for c in by_age if c is not kept), key=lambda c: c.pk)]


def fuller_names(customers: Sequence[Customer]) -> Choices:
    """The choice of a whole first or last name where the kept customer, who comes first, has only its initial."""
    kept, *others = customers
    choices: dict[str, Picked] = {}
    for part in OF_A_PERSON:
        initial = normal_name(getattr(kept, part))
        names = {other.pk: normal_name(getattr(other, part)) for other in others}
        whole = [pk for pk, name in names.items() if len(name) > 1 and name.startswith(initial)]
        if len(initial) == 1 and whole:
            choices[part] = Picked(max(whole, key=lambda pk: len(names[pk])))
    return choices


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
