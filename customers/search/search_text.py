"""The text in the search box as a criterion of the list of customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from customers.models import Customer
from customers.search.filters import Criterion
from customers.search.find import at_most, few_with_all, read_word
from customers.search.intersect import Intersection, intersection_of
from customers.search.lookups import Lookup, lookups_by_word, union_of_owners, whole_lookups

MOST_KNOWN = 8_000
"""Who match words are few up to here where they are known from bits, without being read."""
MOST_JOINED, MOST_COMPARED = 20_000, 50_000
"""Of so many who match it is asked one by one whether they pass filters; of so many who do, whether they match."""


@dataclass(frozen=True)
class SearchText(Criterion):
    """The customer matches the search box."""

    text: str

    @cached_property
    def words(self) -> list[list[Lookup]]:
        return lookups_by_word(self.text)

    @cached_property
    def whole(self) -> list[Lookup]:
        return whole_lookups(self.text) if len(self.words) > 1 else []

    @cached_property
    def intersection(self) -> Intersection | None:
        return intersection_of(self.words)

    @cached_property
    def condition(self) -> Q:
        if self.intersection:
            by_words = self.intersection.condition
        else:
            by_words = Q(*(read_word(lookups).condition() for lookups in self.words)) if self.words else Q(pk__in=[])
        return by_words | read_word(self.whole).condition() if self.whole else by_words

    def ids_if_few(self, most: int) -> set[int] | None:
        ids = self._with_all_words(most)
        if ids is None or self._whole is None or len(self._whole) > most:
            return None
        return ids | self._whole

    def finds_anybody(self) -> bool:
        """Also a customer who was merged."""
        ids = self.ids_if_few(1)
        if not ids or self.intersection is None:
            return ids != set()
        return Customer.objects.filter(self.condition_of_few, pk__among=sorted(ids)).exists()

    @property
    def condition_of_few(self) -> Q:
        if self.intersection is None:
            return Q()
        of_whole = Q(pk__among=sorted(self._whole)) if self._whole else Q(pk__in=[])
        return self.intersection.condition_of_found | of_whole

    @cached_property
    def _whole(self) -> set[int] | None:
        return at_most(MOST_JOINED, union_of_owners(self.whole)) if self.whole else set()

    def _with_all_words(self, most: int) -> set[int] | None:
        if self.intersection:
            return self.intersection.ids_if_few(max(most, MOST_KNOWN))
        return few_with_all(self.words, most) if self.words else set()

    def ids_among(self, owners: Sequence[Lookup], most: int, *, by_reading: bool) -> set[int] | None:
        """As `ids_if_few`, of those who are among all these `owners`, of whom few match.

        Where bits do not say, the database may read all who match or all `owners`: only `by_reading`.
        """
        if self.intersection and (ids := self._among_owners(owners)) is not None:
            return ids if len(ids) <= max(most, MOST_KNOWN) else None
        if not by_reading:
            return None
        readings = [self.words, *([[self.whole]] if self.whole else [])]
        read = [few_with_all([*words, *([one] for one in owners)], most, are_many=False) for words in readings]
        return None if None in read else {pk for some in read for pk in some or ()}

    @property
    def is_known(self) -> bool:
        return self.intersection is not None and self._whole is not None

    def known_among(self, customers: set[int]) -> set[int]:
        """Those who match, and maybe others who do not pass `condition_of_few`; for a text that `is_known`."""
        by_words = self.intersection.ids_among(customers) if self.intersection else set()
        return by_words | (customers & (self._whole or set()))

    def _among_owners(self, owners: Sequence[Lookup]) -> set[int] | None:
        """By bits, where few match or few are among `owners`."""
        if (ids := self.ids_if_few(MOST_JOINED)) is not None:
            return _among(ids, owners)
        among = few_with_all([[one] for one in owners], MOST_COMPARED, are_many=False)
        return self.known_among(among) if among is not None and self.is_known else None

    def those_of(self, customers: Collection[int]) -> set[int]:
        passing = (
            Customer.objects.filter(self.condition, pk__among=sorted(customers))
            if customers
            else Customer.objects.none()
        )
        return set(passing.values_list("pk", flat=True))


def _among(ids: set[int], owners: Sequence[Lookup]) -> set[int]:
    for one in owners:
        among = one.rows.filter(**{f"{one.owner}__among": sorted(ids)})
        ids = {*among.order_by().values_list(one.owner, flat=True)}
    return ids
