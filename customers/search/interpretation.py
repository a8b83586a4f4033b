"""How the text in the search box was read, where it can be read in one way only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Value

from customers.lib.phrases import isolated
from customers.models import Customer, MatchKey
from customers.search.lookups import keys_in, lookups_of
from customers.search.query import CalledNumber, called_number, is_part_of_phone, last_four, parse_query

MOST_NAMED = 20


@dataclass(frozen=True)
class Interpretation:
    """How a query was read, such as “order C3E67A9BD0”, and the one customer it names, if any.

    `is_whole` is False where only a part of a value was entered.
    """

    meaning: str
    customer: Customer | None = None
    is_whole: bool = True


def interpretation(text: str) -> Interpretation | None:
    """The only way to read the query; None when it may simply be a name."""
    called = called_number(text) or CalledNumber(text)
    named = {} if last_four(text) or not text else _named(called)
    if len(named) == 1 and not _matched_elsewhere(called.number, *named):
        [(pk, label)] = named.items()
        return Interpretation(f"{label[:1].lower()}{label[1:]} {isolated(called.number)}", Customer.objects.get(pk=pk))
    only = parse_query(text)
    return Interpretation(only, is_whole=not is_part_of_phone(text)) if only else None


def _named(called: CalledNumber) -> dict[int, str]:
    """{customer: label of the value} of the first few customers with this number or id."""
    lookups = list(lookups_of(called))
    if not lookups:
        return {}
    first, *others = (lookup.owners.annotate(label=Value(lookup.label)) for lookup in lookups)
    rows = first.union(*others, all=True)[:MOST_NAMED]
    # Backwards, so that the uuid of a customer is labelled as such, not as the external id of the staff record.
    return {pk: label for label, pk in sorted((row.pop("label"), *row.values()) for row in rows)[::-1]}


def _matched_elsewhere(text: str, named: int) -> bool:
    keys = MatchKey.objects.among(list(keys_in(text)))
    return keys.exclude(source_record__customer=named).exists()
