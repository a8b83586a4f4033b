"""Events become deliveries in the queue of an endpoint: each event once, in order.

What was handed out last is a cursor of the endpoint. It moves in the transaction that writes the deliveries, by an
UPDATE that only one worker's can match. A queue has an end: what finds no room stays among the events for now.
"""

from django.db import transaction

from crm.webhooks.models import WebhookEndpoint
from crm.webhooks.queue import add, waiting
from crm.webhooks.replay import go_on
from customers.events.feed import events_after
from customers.lib.batches import BATCH
from customers.lib.pages import Cursor

LONGEST_QUEUE = 10_000
"""Deliveries that wait for one endpoint at most."""
MOST_REPLAYED = 500
"""A replay adds to a queue that is no longer than this, so that new events find room."""
MOST_BATCHES = 20
"""Read in one go for an endpoint that wants few of the events."""


def fill_queue(endpoint: WebhookEndpoint) -> None:
    length = waiting(endpoint).count()
    room = min(LONGEST_QUEUE - length, BATCH)
    for _ in range(MOST_BATCHES if room > 0 else 0):
        added = _hand_out(endpoint, room)
        if added is None or (room := room - added) <= 0:
            break
    if not endpoint.is_paused:
        go_on(endpoint, room=MOST_REPLAYED - length)


def _hand_out(endpoint: WebhookEndpoint, room: int) -> int | None:
    """How many of the next events it wants, at most `room`; None if there are no more, or another worker has them."""
    last = Cursor(endpoint.handed_out_at, endpoint.handed_out_pk)
    events = events_after(last, BATCH)
    subscribed = [event for event in events if endpoint.wants(event.kind)]
    if len(subscribed) > room:
        subscribed = subscribed[:room]
        events = events[: events.index(subscribed[-1]) + 1]
    following = Cursor.of(events[-1]) if events else last
    there = WebhookEndpoint.objects.filter(pk=endpoint.pk, handed_out_at=last.at, handed_out_pk=last.pk)
    with transaction.atomic():
        if not events or not there.update(handed_out_at=following.at, handed_out_pk=following.pk):
            return None
        add(endpoint, subscribed)
    endpoint.handed_out_at, endpoint.handed_out_pk = following.at, following.pk
    return len(subscribed)
