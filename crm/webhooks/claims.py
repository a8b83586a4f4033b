"""Who sends a delivery has a claim of it, taken by one UPDATE, which ends by itself when a worker is lost.

What came of a request is noted by the holder of the claim only. A worker that was lost may have sent the request, so a
receiver can get it twice, with the same id.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm.webhooks.endpoints import NEVER_FAILED, pause_by_itself
from crm.webhooks.models import Attempt, Delivery, DeliveryState, WebhookEndpoint
from crm.webhooks.post import MOST_KEPT, Reply
from crm.webhooks.queue import MOST_FAILURES, RETRIED_FOR, waiting

CLAIM = timedelta(minutes=2)
"""Longer than any request takes, with the search for its host."""
PAUSES = [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200)]
"""Between the attempts; the last one is repeated until the delivery is given up."""
LEAST_ATTEMPTS = 5
"""Before it is given up, however long it had to wait for its turn."""
FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)
GONE = 410
"""The receiver wants no more of this."""


def claim(pk: int) -> Delivery | None:
    """None if another worker has it, or it is no longer due."""
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    deliveries = Delivery.objects.filter(endpoint__in=WebhookEndpoint.objects.current())
    due = deliveries.filter(free, pk=pk, state=DeliveryState.WAITING, next_at__lte=now)
    if not due.update(claim=uuid4(), claimed_until=now + CLAIM):
        return None
    return Delivery.objects.select_related("endpoint", "event").get(pk=pk)


@transaction.atomic
def note(delivery: Delivery, reply: Reply, *, sent_at: datetime) -> None:
    state, next_at = _following(delivery, reply, sent_at)
    mine = Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim, state=DeliveryState.WAITING)
    if not mine.update(
        state=state,
        next_at=next_at,
        attempts=delivery.attempts + 1,
        claim=None,
        claimed_until=None,
        sent_at=sent_at,
        status=reply.status,
        milliseconds=reply.milliseconds,
    ):
        return
    Attempt.objects.create(
        delivery=delivery,
        at=sent_at,
        status=reply.status,
        milliseconds=reply.milliseconds,
        text=reply.text[:MOST_KEPT],
    )
    if reply.is_success:
        _note_success(delivery.endpoint, sent_at)
    elif not delivery.is_test:
        _note_failure(delivery, reply, sent_at, is_given_up=state == DeliveryState.GIVEN_UP)


def _following(delivery: Delivery, reply: Reply, sent_at: datetime) -> tuple[DeliveryState, datetime]:
    if reply.is_success:
        return DeliveryState.DELIVERED, sent_at
    is_over = sent_at >= delivery.given_up_at and delivery.attempts + 1 >= LEAST_ATTEMPTS
    if is_over or delivery.is_test:
        return DeliveryState.GIVEN_UP, sent_at
    pause = PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
    following = sent_at + pause * (1 + delivery.pk % 20 / 100)  # not all at once that failed at once
    return DeliveryState.WAITING, min(following, max(delivery.given_up_at, sent_at + PAUSES[0]))


def _note_success(endpoint: WebhookEndpoint, sent_at: datetime) -> None:
    values = {**NEVER_FAILED, "delivered_at": sent_at}
    there = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    has_recovered = there.filter(failures__gte=MOST_FAILURES).update(**values)
    if has_recovered:
        waiting(endpoint).filter(attempts__gt=0).update(next_at=sent_at)
    else:
        there.update(**values)


def _note_failure(delivery: Delivery, reply: Reply, sent_at: datetime, *, is_given_up: bool) -> None:
    there = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
    there.update(failures=F("failures") + 1, failing_since=Coalesce("failing_since", sent_at))
    endpoint = there.get()
    if endpoint.failures >= MOST_FAILURES:
        rest = min(FIRST_REST * 2 ** min(endpoint.failures - MOST_FAILURES, 10), LONGEST_REST)
        there.update(rests_until=sent_at + rest)
    if reply.status == GONE:
        pause_by_itself(endpoint, "It answered 410 Gone: the receiver wants no more events.")
    elif is_given_up and endpoint.failing_since and endpoint.failing_since <= sent_at - RETRIED_FOR:
        pause_by_itself(endpoint, "Every delivery failed for three days.")
