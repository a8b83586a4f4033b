"""The groups of the worklist that its filters let through, the strongest first, to be merged as a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from customers.lib.numbers import parse_numbers
from customers.matching.worklist.filters import WorklistFilter
from customers.matching.worklist.groups import Place
from customers.matching.worklist.page import Group, WorklistPage
from customers.matching.worklist.pairs import PageOfPairs
from customers.matching.worklist.queue import read_place
from customers.matching.worklist.tabs import GroupsTab, read_page

MOST_GROUPS = 500
"""Of one batch: a preview that somebody looks at."""


def worklist_groups(tab: GroupsTab, only: WorklistFilter) -> tuple[list[list[int]], bool]:
    """The customers of each of the first MOST_GROUPS groups, the oldest first, and whether there are more."""
    groups = _read_on(lambda after: read_page(tab, after, only=only, most=MOST_GROUPS))
    read = [[member.customer.pk for member in group.members] for group in islice(groups, MOST_GROUPS + 1)]
    return read[:MOST_GROUPS], len(read) > MOST_GROUPS


def _read_on(read: Callable[[Place | None], WorklistPage | PageOfPairs]) -> Iterator[Group]:
    page = read(None)
    yield from page.groups
    while page.following:
        page = read(read_place(page.following))
        yield from page.groups


def read_groups(text: str) -> list[list[int]]:
    """The groups that an address or a form names, such as “34-71.15-62-92”; a part that is no group is left out."""
    groups = (parse_numbers(part.split("-")) for part in text.split("."))
    return [group for group in islice(groups, MOST_GROUPS) if len(group) > 1]


def write_groups(groups: Sequence[Sequence[int]]) -> str:
    return ".".join("-".join(map(str, group)) for group in groups)
