"""Pages by number, for older clients that know no cursor.

`page=3` begins where page 2 of the same list ended for the same key, some minutes ago. Rows that were added or removed
meanwhile neither hide a row nor show one again. Without that, the pages before it are read again, up to a limit.

`total_pages` is one more than the page as long as there is more: nothing is counted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.cache import cache

from crm.api.chartmogul.auth import ApiRequest
from crm.api.chartmogul.errors import refusal
from crm.api.chartmogul.paging import CursorQuery

REMEMBERED_SECONDS = 10 * 60
MOST_READ_AGAIN = 50
"""So many pages are read for one that is not remembered."""

P = ParamSpec("P")
Read = Callable[[str | None], dict[str, Any]]
"""Reads the page after a cursor."""


def with_numbered_pages(
    operation: Callable[Concatenate[ApiRequest, P], Any],
) -> Callable[Concatenate[ApiRequest, P], Any]:
    @wraps(operation)
    def answer(request: ApiRequest, /, *args: P.args, **kwargs: P.kwargs) -> Any:
        query = kwargs.get("query")
        if not isinstance(query, CursorQuery) or query.cursor:
            return operation(request, *args, **kwargs)

        def read(cursor: str | None) -> dict[str, Any]:
            kwargs["query"] = query.model_copy(update={"cursor": cursor})
            page: dict[str, Any] = operation(request, *args, **kwargs)
            return page

        return _numbered(read, query, _name_of_list(request, query))

    return answer


def _numbered(read: Read, query: CursorQuery, name: str) -> dict[str, Any]:
    answer = read(_end_of(query.page - 1, read, name))
    _remember(name, query.page, answer)
    total = query.page + answer["has_more"]
    return answer | {"current_page": query.page, "total_pages": total, "per_page": query.per_page, "page": query.page}


def _end_of(page: int, read: Read, name: str) -> str | None:
    """The cursor behind `page`, or behind the last page; None before the first."""
    numbers = range(max(page - MOST_READ_AGAIN, 0) + 1, page + 1)
    cursors = cache.get_many([_key(name, number) for number in numbers])
    cursor, first = None, 1
    for number in reversed(numbers):
        if cursor := cursors.get(_key(name, number)):
            first = number + 1
            break
    if cursor is None and page > MOST_READ_AGAIN:
        raise refusal(400, "Read the pages in turn, or use the cursor of the page before", "page")
    for number in range(first, page + 1):
        answer = read(cursor)
        _remember(name, number, answer)
        cursor = answer["cursor"]
        if not answer["has_more"]:
            break
    return cursor


def _remember(name: str, page: int, answer: dict[str, Any]) -> None:
    if answer["cursor"]:
        cache.set(_key(name, page), answer["cursor"], REMEMBERED_SECONDS)


def _name_of_list(request: ApiRequest, query: CursorQuery) -> str:
    asked = query.model_dump(mode="json", exclude={"page", "cursor"})
    return json.dumps([request.auth.pk, request.path, asked], sort_keys=True)


def _key(name: str, page: int) -> str:
    return f"page-{hashlib.sha256(name.encode()).hexdigest()}-{page}"
