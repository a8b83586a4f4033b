"""What moves with a merge: how many rows of each kind, and of each kind how many from whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from customers.models import LinkedRow
from customers.records.counts import RowCount, add_counts

MOST_NAMED = 5


@dataclass(frozen=True)
class MovedRows:
    """All rows of one kind, and those of each duplicate that has any, most first."""

    tally: RowCount
    of: tuple[tuple[int, RowCount], ...]

    @property
    def by_customer(self) -> str:
        """Such as “2 from 61, 1 from 74”."""
        named = [f"{tally.shown} from {pk}" for pk, tally in self.of[:MOST_NAMED]]
        return ", ".join([*named, *(["the rest from others"] if len(self.of) > MOST_NAMED else [])])


def moves(counted: Mapping[int, Collection[RowCount]]) -> tuple[MovedRows, ...]:
    """What `counted` {duplicate: its tallies} comes to; kinds of which there is nothing are left out."""
    found: dict[type[LinkedRow], list[tuple[int, RowCount]]] = {}
    for pk, some in counted.items():
        for tally in some:
            if tally.number:
                found.setdefault(tally.kind, []).append((pk, tally))
    for of in found.values():
        of.sort(key=lambda each: (-each[1].number, each[0]))
    return tuple(MovedRows(tally, tuple(found[tally.kind])) for tally in add_counts(counted.values()))
