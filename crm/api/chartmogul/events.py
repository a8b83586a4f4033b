"""The feed of events, oldest first, for programs that read on: an addition of Reunite.

It ends at the horizon, so each event comes once and in its place. At the end the cursor goes on with the time, and one
that is older than what is kept is refused: what was deleted since would be missed.
"""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Schema

from crm.api.auth import require_permissions
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import Refusal, answers, not_found, refusal
from crm.api.chartmogul.paging import CursorQuery, PageOut, decode_cursor, encode_cursor, page_growing
from crm.api.chartmogul.snapshots import growing_list
from customers.events.feed import appeared, cursor_of, end_of
from customers.events.meaning import find_named, meaning_of
from customers.events.payload import payloads
from customers.events.purge import kept_since
from customers.models import EventKind

router = Router(tags=["Events"])

VIEW, ORDERS = "customers.view_customer", "orders.view_order"
ABOUT_CUSTOMERS = [kind for kind in EventKind if kind.startswith("customer.")]
FORGOTTEN = "Events since this cursor were deleted. Read everything anew, then begin without a cursor"


class FeedQuery(CursorQuery):
    kind: list[EventKind] = []
    """One or several."""
    customer: str = ""
    """An id of Reunite: with the events of all customers that are merged into it."""


class ToldEventOut(Schema):
    id: str
    type: str
    timestamp: str
    sequence: int
    data: dict[str, Any]


class EventFeedOut(PageOut):
    entries: list[ToldEventOut]


@router.get("/events", auth=Key(VIEW), response=answers(200, EventFeedOut) | {410: Refusal})
@growing_list
def list_events(request: ApiRequest, query: Query[FeedQuery]) -> dict[str, Any]:
    if query.cursor and decode_cursor(query.cursor).at < kept_since():
        raise refusal(410, FORGOTTEN, "cursor")
    events = appeared(request.horizon, kinds=_kinds(request, query), customer=_customer(query.customer))
    page = page_growing(events, query, None)
    cursor = page.cursor
    if not page.has_more:
        last = cursor_of(page.rows[-1]) if page.rows else decode_cursor(cursor) if cursor else None
        cursor = encode_cursor(end_of(request.horizon, last))
    return {"entries": payloads(page.rows), "cursor": cursor, "has_more": page.has_more}


def _customer(text: str) -> int | None:
    if not text:
        return None
    named = find_named(text)
    if named is None:
        raise not_found("Customer", "customer")
    return meaning_of(named).chain[-1].customer.pk


def _kinds(request: ApiRequest, query: FeedQuery) -> list[EventKind]:
    """Those asked for, or all that the key may see; RefusedError for one that it may not."""
    if not query.kind:
        return [*EventKind] if request.by.has_perm(ORDERS) else ABOUT_CUSTOMERS
    if not {*query.kind} <= {*ABOUT_CUSTOMERS}:
        require_permissions(request.auth, ORDERS)
    return query.kind
