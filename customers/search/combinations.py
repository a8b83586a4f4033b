"""Which combinations of filter values customers have. The clock notes them for who changed, and no act does.

An order or a merge would pay for what is asked for rarely, and customers with the same values would wait for one row.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from customers.lib.addresses.countries import country_code
from customers.lib.batches import BATCH, batches
from customers.models import (
    OPEN_FORECASTS,
    CombinationMember,
    Customer,
    DataSource,
    FilterCombination,
    FilterProgress,
    MatchKey,
    Opportunity,
    SharedValue,
    SourceRecord,
)
from customers.models.places import BillingCountry
from customers.records.changed_customers import changed_customers, changes_have_appeared_to
from customers.search.filters import SHARES_A_VALUE

PROGRESS = 2
"""The row of FilterProgress. It is another one when combinations say more: then all customers are noted anew, and the
clock of the program before, which may still run, goes on with its own."""
TURN = 20.0
"""Seconds: the clock asks again soon."""
MOST_HOLDERS = 2_000
"""Of a value that more customers have, all but the newest are known to share it."""


class Combination(NamedTuple):
    """The columns of FilterCombination."""

    data_source: int
    country: str
    billing_status: str
    lead_status: str
    account_type: int
    lead_phase: int
    shares_value: bool
    opportunity_phase: int = 0
    closing_reason: int = 0


def keep_up_combinations() -> str:
    """Bring the combinations up to date, for some seconds; what it did, in words."""
    ends = time.monotonic() + TURN
    progress = FilterProgress.objects.filter(pk=PROGRESS).first() or _begin()
    noted, is_behind = 0, True
    while is_behind and time.monotonic() < ends:
        number, is_behind = _note_changed(progress)
        noted += number
    while progress.next_customer is not None and time.monotonic() < ends:
        noted += _note_following(progress)
    return f"Filters of {noted} customers noted." if noted else ""


def _begin() -> FilterProgress:
    progress, _ = FilterProgress.objects.get_or_create(pk=PROGRESS, defaults={"noted_to": changes_have_appeared_to()})
    return progress


def _note_changed(progress: FilterProgress) -> tuple[int, bool]:
    """How many customers were noted, and whether there are more."""
    changed = changed_customers(progress.noted_to, most=BATCH)
    noted = 0
    for some in batches(sorted({*changed.pks, *sharing_with(changed.pks)})):
        note_combinations(some)
        noted += len(some)
    progress.noted_to = changed.up_to
    progress.save(update_fields=["noted_to"])
    return noted, not changed.are_all


def _note_following(progress: FilterProgress) -> int:
    position = progress.next_customer or 0
    customers = list(Customer.objects.filter(pk__gt=position).order_by("pk").values_list("pk", flat=True)[:BATCH])
    is_end = len(customers) < BATCH
    stored = CombinationMember.objects.filter(customer__gt=position)
    with transaction.atomic():
        _note(customers, stored if is_end else stored.filter(customer__lte=customers[-1]))
        # `rebuild` may have begun anew meanwhile.
        same = FilterProgress.objects.filter(pk=progress.pk, next_customer=progress.next_customer)
        following = {"next_customer": None, "is_complete": True} if is_end else {"next_customer": customers[-1]}
        same.update(**following)
    progress.refresh_from_db(fields=["next_customer"])
    return len(customers)


def sharing_with(customers: Collection[int]) -> set[int]:
    """Who has an email or phone in common with one of them, and shares a value because of it, without a change."""
    if not customers:
        return set()
    theirs = MatchKey.objects.filter(source_record__customer__in=customers).values_list("kind", "value")
    few = SharedValue.objects.filter(holders__lte=MOST_HOLDERS)
    shared = list(few.among(set(theirs)).values_list("kind", "value"))
    return set(MatchKey.objects.among(shared).values_list("source_record__customer", flat=True))


@transaction.atomic
def note_combinations(customers: Collection[int]) -> None:
    _note(customers, CombinationMember.objects.filter(customer__in=customers))


def _note(customers: Collection[int], stored: QuerySet[CombinationMember]) -> None:
    """Write the combinations of `customers` where they differ from the rows `stored`."""
    combinations = combinations_of(customers)
    rows = {(customer, combination) for customer, theirs in combinations.items() for combination in theirs}
    number_of = _numbers({combination for _, combination in rows})
    wanted = {(customer, number_of[combination]) for customer, combination in rows}
    pk_of = {(customer, number): pk for pk, customer, number in stored.values_list("pk", "customer", "combination")}
    if extra := [pk for row, pk in pk_of.items() if row not in wanted]:
        CombinationMember.objects.filter(pk__in=extra).delete()
    missing = sorted(wanted - pk_of.keys())
    # Two workers may note the same customers.
    CombinationMember.objects.bulk_create(
        (CombinationMember(customer_id=customer, combination_id=number) for customer, number in missing),
        ignore_conflicts=True,
    )


def combinations_of(customers: Collection[int]) -> Mapping[int, set[Combination]]:
    """{customer: combinations} of those who are live."""
    sources: defaultdict[int, set[int]] = defaultdict(set)
    records = SourceRecord.objects.filter(customer__in=customers).exclude(data_source__name=DataSource.STAFF).order_by()
    for customer, source in records.values_list("customer", "data_source").distinct():
        sources[customer].add(source)
    rows = (
        Customer.objects.live()
        .filter(pk__in=customers)
        .annotate(written_country=BillingCountry(), shares_value=SHARES_A_VALUE)
        .values_list(
            *("pk", "written_country", "billing_status", "lead_status"),
            *("account_type", "lead_phase", "shares_value"),
        )
    )
    opportunities = _opportunities_of(customers)
    return {
        pk: {
            Combination(
                *(source, country_code(country or ""), billing, lead, account_type or 0, phase or 0, shares),
                *opportunity,
            )
            for source in sources[pk] or {0}
            for opportunity in opportunities[pk]
        }
        for pk, country, billing, lead, account_type, phase, shares in rows
    }


def _opportunities_of(customers: Collection[int]) -> Mapping[int, set[tuple[int, int]]]:
    """{customer: (phase of an open one, closing reason)}, where one is 0, and both are for whoever asks for neither."""
    found: defaultdict[int, set[tuple[int, int]]] = defaultdict(lambda: {(0, 0)})
    columns = ("source_record__customer", "forecast_category", "phase", "closing_reason")
    rows = Opportunity.objects.filter(source_record__customer__in=customers).order_by()
    for customer, forecast, phase, reason in rows.values_list(*columns):
        if phase and forecast in OPEN_FORECASTS:
            found[customer].add((phase, 0))
        if reason:
            found[customer].add((0, reason))
    return found


def _numbers(combinations: Collection[Combination]) -> dict[Combination, int]:
    known = _known(combinations)
    if missing := combinations - known.keys():
        rows = (FilterCombination(**combination._asdict()) for combination in sorted(missing))
        FilterCombination.objects.bulk_create(rows, ignore_conflicts=True)
        known |= _known(missing)
    return known


def _known(combinations: Iterable[Combination]) -> dict[Combination, int]:
    # The first columns of the index.
    first = ("opportunity_phase", "closing_reason", "country")
    rows = FilterCombination.objects.filter(
        **{f"{name}__in": {getattr(combination, name) for combination in combinations} for name in first}
    )
    return {Combination(*values): pk for pk, *values in rows.values_list("pk", *Combination._fields)}
