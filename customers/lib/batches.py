"""Long tables, a part at a time: batches for acts, pages for readers."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

BATCH = 500
PAGE = 25
"""Rows of a list that a page shows."""

Item = TypeVar("Item")


def batches(rows: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk
