"""Replays: all events since a time are sent to an endpoint again, for receivers that lost some."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.accounts.models import User
from crm.webhooks.endpoints import note
from crm.webhooks.models import Replay, WebhookEndpoint
from crm.webhooks.queue import add, put_back
from customers.events.feed import events_after
from customers.lib.errors import ActionError
from customers.lib.pages import Cursor, compared_to
from customers.locks import get_locked
from customers.models import Event


class ReplayError(ActionError):
    """Nothing is sent again."""


@transaction.atomic
def start(endpoint: WebhookEndpoint, *, since: datetime, kinds: Sequence[str] = (), by: User) -> Replay:
    """From `since` to what was handed out last; what comes after that is sent anyway."""
    endpoint = get_locked(WebhookEndpoint.objects.select_for_update(), endpoint.pk)
    if endpoint.replays.filter(ended=None).exists():
        raise ReplayError("A replay to this endpoint has not ended yet. Cancel it, or wait until it has.")
    if not any(events.exists() for events in _events_by_kind(endpoint, since, kinds)):
        raise ReplayError("No events to replay: none of these kinds were sent to this endpoint since then.", "since")
    note(endpoint, "events are sent again", by=by)
    return Replay.objects.create(
        endpoint=endpoint,
        kinds=list(kinds),
        since=since,
        next_at=since,
        until_at=endpoint.handed_out_at,
        until_pk=endpoint.handed_out_pk,
        by=by,
    )


@transaction.atomic
def cancel(endpoint: WebhookEndpoint, *, by: User) -> None:
    """What is in the queue already is sent."""
    if Replay.objects.filter(endpoint=endpoint, ended=None).update(ended=timezone.now()):
        note(endpoint, "sending again cancelled", by=by)


def count_events(endpoint: WebhookEndpoint, since: datetime, kinds: Sequence[str], *, most: int) -> int:
    """How many a replay would send; where there are more than `most`, only that there are."""
    number = 0
    for events in _events_by_kind(endpoint, since, kinds):
        number += events[: most + 1 - number].count()
        if number > most:
            break
    return number


def _events_by_kind(endpoint: WebhookEndpoint, since: datetime, kinds: Sequence[str]) -> "list[QuerySet[Event]]":
    """Each kind by itself, through its index: rare kinds are not sought among all events."""
    last = Cursor(endpoint.handed_out_at, endpoint.handed_out_pk)
    events = Event.objects.filter(compared_to(last, "lte"), at__gte=since)
    selected = [set(chosen) for chosen in (endpoint.kinds, kinds) if chosen]
    return [events.filter(kind=kind) for kind in sorted(set.intersection(*selected))] if selected else [events]


def go_on(endpoint: WebhookEndpoint, *, room: int) -> None:
    """Put the next events of the replay in the queue, at most `room`. Those that wait there keep their place."""
    replay = endpoint.replays.filter(ended=None).order_by("pk").first()
    if replay is None or room <= 0:
        return
    last = Cursor(replay.next_at, replay.next_pk)
    end = Cursor(replay.until_at, replay.until_pk)
    read = events_after(last, room)
    events = [event for event in read if Cursor.of(event) <= end]
    subscribed = [
        event for event in events if endpoint.wants(event.kind) and event.kind in (replay.kinds or [event.kind])
    ]
    following = Cursor.of(events[-1]) if events else last
    is_last = len(events) < room or following == end
    there = Replay.objects.filter(pk=replay.pk, next_at=last.at, next_pk=last.pk, ended=None)
    values = {"next_at": following.at, "next_pk": following.pk, "events": replay.events + len(subscribed)}
    with transaction.atomic():
        if there.update(**values, ended=timezone.now() if is_last else None):
            put_back(endpoint.deliveries.filter(event__in=subscribed))
            add(endpoint, subscribed)
