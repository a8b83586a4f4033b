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
from crm.api.chartmogul.paging import CursorQuery, PageOut, encode_cursor, place_of
from crm.api.chartmogul.snapshots import growing_list
from customers.events.feed import end_of, events_before
from customers.events.find_id import find_named
from customers.events.meaning import meaning_of
from customers.events.payload import payloads
from customers.events.purge import kept_since
from customers.lib.pages import Cursor
from customers.models import EventKind
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS

router = Router(tags=["Events"])

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


@router.get("/events", auth=Key(VIEW_CUSTOMERS), response=answers(200, EventFeedOut) | {410: Refusal})
@growing_list
def list_events(request: ApiRequest, query: Query[FeedQuery]) -> dict[str, Any]:
    after = place_of(query)
    if after and after.at < kept_since():
        raise refusal(410, FORGOTTEN, "cursor")
    kinds, customer = _kinds(request, query), _customer(query.customer)
    events = events_before(request.horizon, query.per_page + 1, after=after, kinds=kinds, customer=customer)
    shown, has_more = events[: query.per_page], len(events) > query.per_page
    last = Cursor.of(shown[-1]) if shown else after
    cursor = last if has_more and last else end_of(request.horizon, last)
    return {"entries": payloads(shown), "cursor": encode_cursor(cursor), "has_more": has_more}


def _customer(text: str) -> int | None:
    if not text:
        return None
    named = find_named(text)
    if named is None:
        raise not_found("Customer", "customer")
    return meaning_of(named).chain[-1].customer.pk


def _kinds(request: ApiRequest, query: FeedQuery) -> list[EventKind]:
    """Those to choose, none for all; RefusedError for one that the key may not see."""
    if not query.kind:
        return [] if request.by.has_perm(VIEW_ORDERS) else ABOUT_CUSTOMERS
    if not {*query.kind} <= {*ABOUT_CUSTOMERS}:
        require_permissions(request.auth, VIEW_ORDERS)
    return query.kind
