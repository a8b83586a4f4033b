"""A few duplicates that the agent has found already.

One merge stands, some were taken back, and one person came together in two steps, of which a part was taken back again.
"""

from collections.abc import Sequence

from crm.accounts.models import User
from crm.demo import backdating
from crm.demo.files import Person
from crm.demo.store import Store
from customers.merging.merge import merge_customers
from customers.merging.plan import Picked, plan_merge
from customers.merging.preview import warnings
from customers.merging.undo import undo_merge
from customers.models import Customer, Merge, Via

MERGED = {54: "Confirmed on the phone"}
TAKEN_BACK = {12: "The initial agrees", 33: "Same phone", 36: "The initial agrees"}
IN_STEPS = {15: ("Twice the same guest", "Wrote from both addresses")}


def hold(store: Store, *, by: User) -> None:
    for person in list(store.records):
        if person.number in MERGED:
            _merge(store.customers(person), reason=MERGED[person.number], by=by)
        elif person.number in TAKEN_BACK:
            undo_merge(_merge(store.customers(person), reason=TAKEN_BACK[person.number], by=by), by=by)
        elif person.number in IN_STEPS:
            _merge_in_steps(store, person, by=by)
    backdating.spread()


def _merge_in_steps(store: Store, person: Person, *, by: User) -> None:
    """The youngest into the next, then all into the oldest; the second of them comes back."""
    first, second = IN_STEPS[person.number]
    *older, youngest = store.customers(person)
    _merge([older[-1], youngest], reason=first, by=by)
    merged = _merge([Customer.objects.get(pk=each.pk) for each in older], reason=second, by=by)
    undo_merge(merged, by=by, only=[older[1].pk])


def _merge(customers: Sequence[Customer], *, reason: str, by: User) -> Merge:
    """The rest of them into the first, with the phone as the latest wrote it."""
    survivor, *duplicates = customers
    latest = next((c for c in reversed(duplicates) if c.phone), survivor)
    agreed = plan_merge(survivor, duplicates, {"phone": Picked(latest.pk)})
    said = warnings(customers, agreed)
    return merge_customers(agreed, by=by, via=Via.PAGE, reason=reason, warnings=said)
