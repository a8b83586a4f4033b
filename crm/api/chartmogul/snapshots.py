"""Each answer to a GET shows one moment of the database. It begins once the key is known, whose use is written."""

from collections.abc import Callable
from functools import wraps
from inspect import unwrap
from typing import Any, Concatenate, ParamSpec, TypeVar

from crm.api.chartmogul.auth import ApiRequest
from customers.records.horizon import horizon
from customers.snapshot import READS, snapshot

P = ParamSpec("P")
Answer = TypeVar("Answer")
Operation = TypeVar("Operation", bound=Callable[..., Any])

_growing_lists: set[Callable[..., Any]] = set()


def operation_of_one_moment(
    operation: Callable[Concatenate[ApiRequest, P], Answer],
) -> Callable[Concatenate[ApiRequest, P], Answer]:
    @wraps(operation)
    def answer(request: ApiRequest, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        if request.method not in READS:
            return operation(request, *args, **kwargs)
        # Before the snapshot: what is committed between the two is then in it.
        request.horizon = horizon() if unwrap(operation) in _growing_lists else None
        with snapshot():
            return operation(request, *args, **kwargs)

    return answer


def growing_list(operation: Operation) -> Operation:
    """A list that grows at its end, where programs read on later: it is told the horizon, as `request.horizon`."""
    _growing_lists.add(operation)
    return operation
