"""Deriving every cache about customers again, with a line for every difference.

It uses the functions that the acts use, so after any history there should be no lines. Each batch of customers is one
short transaction with the same locks as the acts, in the same order, so that users can work meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

from django.db import transaction

from customers.lib.batches import BATCH, batches
from customers.locks import lock
from customers.matching.evidence import keys as evidence_keys
from customers.matching.rebuild import renew_exclusions, renew_ignored_values
from customers.models import BeginningProgress, Customer, FilterProgress, MergeMember, SourceRecord
from customers.models.customer import CustomerQuerySet
from customers.profile.derive import refresh_profiles
from customers.records import match_keys, ownership, shared_values
from customers.review.counts import recount_merges
from customers.totals import billing_status
from customers.totals.phase_sums import recount_phase_sums

OfRecords = Callable[[Sequence[int]], list[str]]
Place = Sequence[Any]
"""Where a stretch begins, fit for JSON: the name of a phase, and after which row of it."""


@dataclass(frozen=True)
class RebuiltStretch:
    """A line for each difference; `following` is None at the end."""

    differences: Sequence[str]
    following: Place | None
    customers: int = 0
    """How many customers are through with it."""


def rebuild(totals: OfRecords) -> Iterator[str]:
    """Derive owners, profiles, match keys, billing status and shared values; a line for each that differed.

    Counts of merges, too. Values that staff excluded or ignored get their normal form anew.

    `totals` does the same for the totals of records, before the billing status is derived from them.
    """
    place: Place | None = ()
    while place is not None:
        stretch = rebuild_stretch(place, totals)
        yield from stretch.differences
        place = stretch.following


@transaction.atomic
def rebuild_stretch(place: Place, totals: OfRecords) -> RebuiltStretch:
    """A short part of it, from `place` on, which is () at first."""
    phases: dict[str, Callable[[Place], RebuiltStretch]] = {
        "owners": _owners,
        "records": _owners_of_records,
        "ignored": lambda after: RebuiltStretch(renew_ignored_values(), None),
        "caches": partial(_caches, totals=totals),
        "missing": _missing_shared_values,
        "unshared": _unshared_values,
        "counts": _counts_of_merges,
        "funnel": lambda after: RebuiltStretch(recount_phase_sums(), None),
    }
    names = list(phases)
    if not place:
        # No act writes evidence keys. What does writes all of them again, a while after this.
        evidence_keys.begin_anew()
    name, *after = place or (names[0],)
    stretch = phases[name](after)
    if stretch.following is not None:
        return replace(stretch, following=(name, *stretch.following))
    following = following_phase(names, name)
    if following is None:
        # Of all customers, since a profile is corrected without a change that is told.
        FilterProgress.begin_anew()
        BeginningProgress.begin_anew()
    return replace(stretch, following=following)


def following_phase(names: Sequence[str], name: str) -> Place | None:
    return next(([after] for before, after in pairwise(names) if before == name), None)


def _owners(after: Place) -> RebuiltStretch:
    """All that are wrong in one lock: a merge leads from one customer to another."""
    (last,) = after or (0,)
    wrong = sorted(row for row in ownership.misplaced_customers() if row[0] > last)[:BATCH]
    ownership.refresh(list(lock({pk for row in wrong for pk in row if pk})))
    lines = [f"merged_into of customer {customer}: {stored}, not {derived}" for customer, stored, derived in wrong]
    return RebuiltStretch(lines, [wrong[-1][0]] if wrong else None)


def _owners_of_records(after: Place) -> RebuiltStretch:
    retired = MergeMember.objects.filter(undone_at=None).values("duplicate")
    survivors = _batch(Customer.objects.exclude(pk__in=retired), after)
    # Customers that were merged meanwhile are left out.
    live = [pk for pk, customer in lock(survivors).items() if customer.merged_into_id is None]
    moved = ownership.refresh(live)
    return RebuiltStretch([f"owner of {moved} records"] if moved else [], survivors[-1:] or None)


def _caches(after: Place, *, totals: OfRecords) -> RebuiltStretch:
    customers = _batch(Customer.objects.all(), after)
    if not customers:
        return RebuiltStretch([], None)
    lock(customers)
    differed = refresh_profiles(customers)
    # Read under the lock: no record can be moved or added meanwhile.
    records = list(SourceRecord.objects.filter(customer__in=customers).select_related("origin").order_by("pk"))
    differed += renew_exclusions(records)
    for batch in batches(records):
        differed += match_keys.refresh(batch)
    for batch in batches(records):
        differed += totals([record.pk for record in batch])
    return RebuiltStretch(differed + billing_status.refresh(customers), customers[-1:], len(customers))


def _missing_shared_values(after: Place) -> RebuiltStretch:
    missing, following = shared_values.add_missing(after)
    return RebuiltStretch([f"shared value {key} missing" for key in missing], following)


def _unshared_values(after: Place) -> RebuiltStretch:
    return RebuiltStretch([], shared_values.drop_all_unshared(after))


def _counts_of_merges(after: Place) -> RebuiltStretch:
    differed, following = recount_merges(after)
    return RebuiltStretch([f"counts of merges of {day}" for day in differed], following)


def _batch(customers: CustomerQuerySet, after: Place) -> list[int]:
    (last,) = after or (0,)
    return list(customers.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
