"""A few duplicates that the agent has found already: two people are merged, and one merge was taken back."""

from crm.accounts.models import User
from crm.demo.files import Person
from crm.demo.store import Store
from customers import merging, undoing
from customers.models import Merge, Via

MERGED = {15: "Wrote from both addresses", 54: "Confirmed on the phone"}
TAKEN_BACK = {33: "Same phone"}


def hold(store: Store, *, by: User) -> None:
    for person in list(store.records):
        if person.number in MERGED:
            _merge(store, person, reason=MERGED[person.number], by=by)
        elif person.number in TAKEN_BACK:
            undoing.undo(_merge(store, person, reason=TAKEN_BACK[person.number], by=by), by=by)


def _merge(store: Store, person: Person, *, reason: str, by: User) -> Merge:
    """All that the person is into the oldest, with the phone as the latest wrote it."""
    survivor, *duplicates = store.customers(person)
    latest = next((c for c in reversed(duplicates) if c.phone), survivor)
    agreed = merging.plan(survivor, duplicates, {"phone": merging.Picked(latest.pk)})
    return merging.merge(agreed, by=by, via=Via.PAGE, reason=reason)
