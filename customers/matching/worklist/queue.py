"""The queue of the worklist: shared values by their rank, the strongest group first over the whole list.

`sorting.py` says the order, and `ranks.py` gives the ranks by it. A group stands at its best value, so that it is on
one page. Only values that stand for a group have a rank, so a page is 25 rows of an index, also of a million.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from customers.lib.numbers import parse_number
from customers.lib.pages import PAGE, compared_to
from customers.matching.worklist.filters import EVERYTHING, WorklistFilter, first_passing
from customers.matching.worklist.groups import ConnectedCustomers, Place, groups_around
from customers.models import SharedValue
from customers.models.matching import Key

MOST_WINDOWS = 10
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Window:
    """The groups of some shared values, and where the next window begins; None when this is the last."""

    groups: tuple[ConnectedCustomers, ...]
    too_many: tuple[Key, ...]
    following: Place | None


def first_window_with_groups(
    after: Place | None = None, *, only: WorklistFilter = EVERYTHING, most: int = PAGE
) -> Window:
    """The next window with a group in it; after MOST_WINDOWS without one, the last of these."""
    window = read_window(after, only=only, most=most)
    for _ in range(MOST_WINDOWS - 1):
        if window.groups or not window.following or only.has_conditions:
            break
        window = read_window(window.following, only=only, most=most)
    return window


def read_window(after: Place | None = None, *, only: WorklistFilter = EVERYTHING, most: int = PAGE) -> Window:
    """The groups that stand at one of the next `most` values in the order."""
    values, following = _next_values(after, only, most)
    around = groups_around(values)
    window = {(row.rank, row.pk) for row in values}
    groups = tuple(group for group in around.groups if group.place in window)
    return Window(groups, around.too_many, following)


def _next_values(after: Place | None, only: WorklistFilter, most: int) -> tuple[list[SharedValue], Place | None]:
    values: list[SharedValue] = []
    for lowest, end in only.ranks:
        if not after or after[0] >= lowest:
            stretch = _after(after, lowest, end)
            missing = most + 1 - len(values)
            if only.has_conditions:
                rows, looked_to = first_passing(stretch, only.of_shared_values(), missing)
                values += rows
                if looked_to:
                    return values, _place(looked_to)
            else:
                values += stretch[:missing]
        if len(values) > most:
            return values[:most], _place(values[most - 1])
    return values, None


def _after(after: Place | None, lowest: int, end: int) -> QuerySet[SharedValue]:
    """The values with a rank in the range, in the order; those after the place, if one is given."""
    values = SharedValue.objects.filter(rank__gte=lowest, rank__lt=end).order_by("-rank", "-pk")
    if not after or after[0] >= end:
        return values
    return values.filter(compared_to(after, "lt", by="rank"))


def _place(row: SharedValue) -> Place:
    return row.rank, row.pk


def waiting(only: WorklistFilter = EVERYTHING) -> int:
    """How many groups wait, about: a value may no longer be shared. MOST_COUNTED + 1 are more than that."""
    return sum(
        SharedValue.objects.filter(rank__gte=lowest, rank__lt=end).order_by()[: MOST_COUNTED + 1].count()
        for lowest, end in only.ranks
    )


def written_place(place: Place | None) -> str:
    return "-".join(map(str, place)) if place else ""


def read_place(text: str) -> Place | None:
    """As `written_place` writes it; None if it is none."""
    numbers = [parse_number(part) for part in text.split("-")]
    match numbers:
        case [int(rank), int(number)]:
            return rank, number
    return None
