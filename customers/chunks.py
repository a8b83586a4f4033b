"""Long tables, a part at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

CHUNK = 500

Item = TypeVar("Item")


def chunks(rows: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk
