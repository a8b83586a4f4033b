"""Long tables, a part at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

BATCH = 500

Item = TypeVar("Item")


def batches(rows: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk
