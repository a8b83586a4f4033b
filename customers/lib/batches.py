"""Long tables, a part at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

BATCH = 500

Item = TypeVar("Item")


def batches(rows: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk


def delete_in_batches(rows: QuerySet[Any]) -> int:
    """The number of `rows` deleted. Each batch is a transaction of its own, so that nobody waits for long."""
    deleted = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=keys).delete()
        deleted += len(keys)
    return deleted
