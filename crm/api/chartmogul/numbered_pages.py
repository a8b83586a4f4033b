"""Pages by number, for older clients that know no cursor.

`page=3` begins where page 2 of the same list ended for the same key, some minutes ago. Rows that were added or removed
meanwhile neither hide a row nor show one again. Without that, the pages before it are read again, up to a limit.

`total_pages` is one more than the page as long as there is more: nothing is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from crm.api.chartmogul.auth import ApiRequest
from crm.api.chartmogul.errors import refusal
from crm.api.chartmogul.paging import CursorQuery
from crm.api.page_ends import last_end, remember

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

        return _numbered(read, query, request.auth.pk, _name_of_list(request, query))

    return answer


def _numbered(read: Read, query: CursorQuery, key: int, listed: str) -> dict[str, Any]:
    answer = read(_cursor_behind(query.page - 1, read, key, listed))
    _remember(key, listed, query.page, answer)
    total = query.page + answer["has_more"]
    return answer | {"current_page": query.page, "total_pages": total, "per_page": query.per_page, "page": query.page}


def _cursor_behind(page: int, read: Read, key: int, listed: str) -> str | None:
    """The cursor behind `page`, or behind the last page; None before the first."""
    if page == 0:
        return None
    cursor: str | None
    number, cursor = last_end(key, listed, among=range(page - MOST_READ_AGAIN, page + 1))
    if page - number > MOST_READ_AGAIN:
        raise refusal(400, "Read the pages in turn, or use the cursor of the page before", "page")
    while number < page:
        number += 1
        answer = read(cursor)
        _remember(key, listed, number, answer)
        cursor = answer["cursor"]
        if not answer["has_more"]:
            break
    return cursor


def _remember(key: int, listed: str, page: int, answer: dict[str, Any]) -> None:
    if answer["has_more"]:  # of most lists, the first page is all
        remember(key, listed, page, answer["cursor"])


def _name_of_list(request: ApiRequest, query: CursorQuery) -> str:
    filters = query.model_dump(mode="json", exclude={"page", "cursor"})
    return json.dumps([request.path, filters], sort_keys=True)
