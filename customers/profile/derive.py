"""What a customer's profile is: a function of the decisions that stand (`replay.py`), and its columns a cache of that.

An undo restores nothing: it takes a merge out of what stands, and the profile follows. An order changes no profile:
“Why a value shows” of `docs/merging.md` says where its email is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import F

from customers.models import Customer, ProfileChange
from customers.models.functions import Now
from customers.profile.fields import BLANK, BY_KEY, FIELDS
from customers.profile.replay import ProfileHistory, Values
from customers.records.staff_record import refresh_staff_records
from customers.statements.prepared import PreparedWrite, insert, updating
from customers.statements.unsaved import unsaved

if TYPE_CHECKING:
    from crm.accounts.models import User

Difference = dict[str, dict[str, Any]]
"""{field: its values "before" and "after", and the customer it is "from"}, as a ProfileChange keeps it."""

_bump = PreparedWrite(
    lambda customers: updating(Customer.objects.filter(pk__in=customers), version=F("version") + 1, updated=Now())
)


def profile_values(customer: Customer) -> Values:
    """The profile as stored, {field: value}; a reference is a primary key."""
    return {field.key: getattr(customer, field.column) for field in FIELDS}


def write_profile_change(
    customer: Customer,
    after: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    origins: Mapping[str, int] | None = None,
    **act: Any,
) -> ProfileChange | None:
    """Write down that the profile of the locked `customer` becomes `after`; nothing when it is that already.

    `before` is what it is, when that is not what is stored; `origins` names the duplicate each value was taken from;
    `act` is by, via and merge. The caller refreshes.
    """
    changed = profile_difference(profile_values(customer) if before is None else before, after, origins or {})
    if not changed:
        return None
    bump_versions([customer])
    change = ProfileChange(customer=customer, values=changed, version=customer.version, **act)
    insert(change)
    return change


def profile_difference(
    before: Mapping[str, Any], after: Mapping[str, Any], origins: Mapping[str, int] = {}
) -> Difference:
    """What makes `before` `after`; `origins` names the duplicate each value was taken from."""
    return {
        key: {"before": before[key], "after": value, "from": origins.get(key)}
        for key, value in after.items()
        if value != before[key]
    }


def first_profile_change(customer: Customer, *, by: User | None, via: str) -> ProfileChange:
    """What a new customer came with, not saved yet, so that each of its columns can be derived."""
    values, by_id = came_with(profile_values(customer)), by.pk if by else None
    return unsaved(
        ProfileChange, customer_id=customer.pk, values=values, version=customer.version, by_id=by_id, via=via
    )


def came_with(profile: Mapping[str, Any]) -> Difference:
    """What makes a blank profile the `profile` of a new customer."""
    return {
        key: {"before": BLANK[key], "after": value, "from": None}
        for key, value in profile.items()
        if value != BLANK[key]
    }


def bump_versions(customers: Collection[Customer]) -> None:
    """Give each a new version, so that edits and merges planned on the old one are refused."""
    _bump([customer.pk for customer in customers])
    for customer in customers:
        customer.version += 1


def save_profile(
    customer: Customer, values: Mapping[str, Any], *, new_version: bool = False, **columns: Any
) -> set[str]:
    """Make the profile of the locked `customer` say `values`, and write other `columns`; the names of what differed.

    With a `new_version`, edits and merges planned on the old one are refused.
    """
    columns |= {BY_KEY[key].column: value for key, value in values.items()}
    changed = {name: value for name, value in columns.items() if getattr(customer, name) != value}
    for name, value in changed.items():
        setattr(customer, name, value)
    if bytes(customer.sort_name) != customer.name_sort_key:
        customer.sort_name = changed["sort_name"] = customer.name_sort_key
    stamps = _new_version(customer) if new_version else {}
    if changed or stamps:
        Customer.objects.filter(pk=customer.pk).update(**changed, **stamps)
    return set(changed)


def _new_version(customer: Customer) -> dict[str, Any]:
    customer.version += 1
    vars(customer).pop("updated", None)  # it is the time of the database, and read when it is asked for
    return {"version": customer.version, "updated": Now()}


def refresh_profiles(customers: Collection[int]) -> list[str]:
    """Derive profile columns and staff records again; return a line for each column that differed."""
    history = ProfileHistory(customers)
    rows = list(Customer.objects.filter(pk__in=customers, erased_at=None))
    differed = [
        f"{name} of customer {customer.pk}"
        for customer in rows
        for name in sorted(save_profile(customer, history.profile(customer.pk)))
    ]
    return differed + refresh_staff_records(rows)
