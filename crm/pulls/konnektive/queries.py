"""The query calls of Konnektive: a page of the customers or orders that changed on some days.

The HTTP status says nothing there: an error is an answer with a text, and so is that nothing was found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.views.decorators.debug import sensitive_variables

from crm.pulls.errors import PullError
from crm.pulls.konnektive.places import CUSTOMERS, ORDERS, PURCHASES, TRANSACTIONS, PullPlace
from crm.pulls.models import Pull
from crm.pulls.passwords import password_of
from crm.pulls.request import post
from crm.webhooks.post import readable

MOST_PER_PAGE = 200
CALLS = {
    CUSTOMERS: "customer/query/",
    ORDERS: "order/query/",
    PURCHASES: "purchase/query/",
    TRANSACTIONS: "transactions/query/",
}
NOTHING_FOUND = re.compile(r"no\b.*\b(found|matching)\b", re.IGNORECASE | re.DOTALL)
STRANGE = "The answer is not one of the Konnektive API. Check the URL."

Row = Mapping[str, Any]


@dataclass(frozen=True)
class KonnektivePage:
    rows: Sequence[Row] = ()
    total: int = 0
    is_last: bool = True


@sensitive_variables("password", "parameters")
def page_at(place: PullPlace, pull: Pull, *, size: int = MOST_PER_PAGE) -> KonnektivePage:
    """TryLaterError if there is no answer now, PullError if the account refuses."""
    password = password_of(pull)
    parameters = {
        "loginId": pull.login,
        "password": password,
        "dateRangeType": "dateUpdated",
        "startDate": f"{place.first:%m/%d/%Y}",
        "endDate": f"{place.last:%m/%d/%Y}",
        "sortDir": "1",
        "page": str(place.page),
        "resultsPerPage": str(size),
    }
    return _page(post(f"{pull.url.rstrip('/')}/{CALLS[place.subject]}", parameters), place.page)


def _page(answer: Any, number: int) -> KonnektivePage:
    if not isinstance(answer, dict) or "message" not in answer:
        raise PullError(STRANGE)
    message = answer["message"]
    if answer.get("result") != "SUCCESS":
        text = _text(message)
        if NOTHING_FOUND.match(text):
            return KonnektivePage()
        raise PullError(f"The account refused: {text or STRANGE}")
    if not isinstance(message, dict):
        raise PullError(STRANGE)
    return _of_message(message, number)


def _of_message(message: Row, number: int) -> KonnektivePage:
    data = message.get("data")
    rows = list(data.values()) if isinstance(data, dict) else data
    try:
        total, size = int(message["totalResults"]), int(message["resultsPerPage"])
    except (KeyError, TypeError, ValueError):
        raise PullError(STRANGE) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PullError(STRANGE)
    return KonnektivePage(rows, total, is_last=not rows or number * size >= total)


def _text(message: Any) -> str:
    """A text, or {parameter: text}; cut, and without what looks like a secret."""
    if isinstance(message, dict):
        message = " ".join(f"{name}: {text}" for name, text in message.items())
    return readable(str(message).encode())
