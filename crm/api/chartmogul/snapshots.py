"""Each answer to a GET shows one moment of the database. It begins once the key is known, whose use is written."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from crm.api.chartmogul.auth import ApiRequest
from customers.snapshot import READS, snapshot

P = ParamSpec("P")
Answer = TypeVar("Answer")


def operation_of_one_moment(
    operation: Callable[Concatenate[ApiRequest, P], Answer],
) -> Callable[Concatenate[ApiRequest, P], Answer]:
    @wraps(operation)
    def answer(request: ApiRequest, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        if request.method not in READS:
            return operation(request, *args, **kwargs)
        with snapshot():
            return operation(request, *args, **kwargs)

    return answer
