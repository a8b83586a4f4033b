"""Customers who refused something, with the email or phone of one who did not: likely the same person, unmerged.

Values that do not count for matching, and pairs marked as not duplicates, are left out as everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from customers.lib.dates import format_day
from customers.lib.phrases import customer_numbers, join_words
from customers.matching.duplicates import Candidate, shared_keys_of
from customers.matching.judgement import Strength, match_strength
from customers.matching.not_duplicates import not_duplicates_among, ordered_pair
from customers.models import Customer
from customers.profile.refusals import CONSENTS, refusals_of, refused_at, subjects_of

OWNER = "source_record__customer"
MOST_SHOWN = 5
SHARED = {Strength.BOTH: "same email and phone", Strength.EMAIL: "same email", Strength.PHONE: "same phone"}


@dataclass(frozen=True)
class Refuser:
    """Somebody with the same email or phone, and what the customer did not refuse: “email and SMS on 3 Jan 2026”."""

    customer: Customer
    shared: str
    refused: str


def refusers_among(customer: Customer, candidates: Iterable[Candidate]) -> list[Refuser]:
    """At most MOST_SHOWN of the possible duplicates."""
    refusing = [c for c in candidates if c.reasons and not c.dismissal and _refused_only_by(c.customer, customer)]
    refusing = refusing[:MOST_SHOWN]
    if not refusing:
        return []
    times = refused_at([candidate.customer.pk for candidate in refusing])
    return [
        Refuser(
            candidate.customer,
            SHARED[match_strength(reason.kind for reason in candidate.reasons)],
            _by_day(_refused_only_by(candidate.customer, customer), times[candidate.customer.pk]),
        )
        for candidate in refusing
    ]


def _by_day(refused: Iterable[str], times: Mapping[str, datetime]) -> str:
    refused_on: defaultdict[str, list[str]] = defaultdict(list)
    for key in refused:
        refused_on[format_day(times[key]) if key in times else ""].append(key)
    texts = {day: join_words(subjects_of(keys)) for day, keys in refused_on.items()}
    return join_words([f"{text} on {day}" if day else text for day, text in texts.items()])


def _refused_only_by(other: Customer, customer: Customer) -> list[str]:
    return [key for key in refusals_of(other) if key not in refusals_of(customer)]


def refusals_nearby(customers: Collection[Customer]) -> dict[int, str]:
    """{customer: “customer 61 refused email and SMS”} by those with the same email or phone; "" if there are none.

    A few statements for all customers together.
    """
    refusing = _refusing([customer.pk for customer in customers])
    return {
        customer.pk: "; ".join(
            f"{customer_numbers([other.pk])} refused {join_words(subjects_of(keys))}"
            for other in refusing.get(customer.pk, ())
            if (keys := _refused_only_by(other, customer))
        )
        for customer in customers
    }


def _refusing(customers: Collection[int]) -> dict[int, list[Customer]]:
    """{customer: the others with the same email or phone who refused something}."""
    shared = shared_keys_of(customers, others=_refused(f"{OWNER}__"))
    pairs = [(pk, other) for pk, keys_of in shared.items() for other in keys_of]
    others = Customer.objects.live().filter(_refused()).in_bulk({other for _, other in pairs})
    pairs = [(pk, other) for pk, other in pairs if other in others]
    marks = not_duplicates_among({pk for pair in pairs for pk in pair}) if pairs else {}
    refusing: defaultdict[int, list[Customer]] = defaultdict(list)
    for pk, other in sorted(pairs):
        if ordered_pair(pk, other) not in marks:
            refusing[pk].append(others[other])
    return refusing


def _refused(path: str = "") -> Q:
    return Q(*((path + key, field.strictest) for key, field in CONSENTS.items()), _connector=Q.OR)
