"""When each value of a profile was last set, and by whom: what staff weigh when two customers differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from customers.lib.phrases import isolated
from customers.models import ProfileChange, Via
from customers.profile.replay import BY_PURCHASE, BroughtByMerge, ProfileHistory

API_CLIENT, PURCHASE = "API client", "a purchase"


@dataclass(frozen=True)
class LastSet:
    """`by` says who it was, or which merge brought the value; "" when that is not known."""

    at: datetime
    by: str


def last_set(
    customers: Collection[int],
    sources: Mapping[int, str],
    *,
    history: ProfileHistory | None = None,
    until: Mapping[int, int] = MappingProxyType({}),
) -> dict[int, dict[str, LastSet]]:
    """{customer: {field: when it was last set}}; fields that nobody ever set are left out.

    `sources` name the data source that a customer came from, `until` are the versions that count, else all.
    """
    history = history or ProfileHistory(customers)
    return {
        pk: {
            key: _last_set(decision, sources.get(pk, ""))
            for key, decision in history.derived(pk, until=until.get(pk)).by.items()
        }
        for pk in customers
    }


def _last_set(decision: ProfileChange | BroughtByMerge, source: str) -> LastSet:
    if isinstance(decision, BroughtByMerge):
        return LastSet(decision.merge.created, str(decision.merge))
    if decision.by:
        return LastSet(decision.at, isolated(decision.by))
    by = {Via.PAGE.value: "", Via.API.value: API_CLIENT, BY_PURCHASE: PURCHASE}.get(decision.via, source)
    return LastSet(decision.at, by)
