"""Events become deliveries in the queue of an endpoint: each event once, in order.

What was handed out last is a cursor of the endpoint. It moves in the transaction that writes the deliveries, by an
UPDATE that only one worker's can match. A queue has an end: what finds no room stays among the events for now.
"""

from django.db import transaction

from crm.webhooks.models import WebhookEndpoint
from crm.webhooks.queue import add, waiting
from crm.webhooks.replay import go_on
from customers.events.feed import cursor_of, events_after
from customers.records.newest import Cursor

LONGEST_QUEUE = 10_000
"""Deliveries that wait for one endpoint at most."""
MOST_REPLAYED = 500
"""A replay adds to a queue that is no longer than this, so that new events find room."""
BATCH = 500


def fill_queue(endpoint: WebhookEndpoint) -> None:
    length = waiting(endpoint).count()
    _hand_out(endpoint, room=min(LONGEST_QUEUE - length, BATCH))
    if not endpoint.is_paused:
        go_on(endpoint, room=MOST_REPLAYED - length)


def _hand_out(endpoint: WebhookEndpoint, *, room: int) -> None:
    last = Cursor(endpoint.handed_out_at, endpoint.handed_out_pk)
    events = events_after(last, room) if room > 0 else []
    if not events:
        return
    following = cursor_of(events[-1])
    there = WebhookEndpoint.objects.filter(pk=endpoint.pk, handed_out_at=last.at, handed_out_pk=last.pk)
    with transaction.atomic():
        if there.update(handed_out_at=following.at, handed_out_pk=following.pk):
            add(endpoint, [event for event in events if endpoint.wants(event.kind)])
