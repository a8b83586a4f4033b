"""A run of deliveries: the clock starts one every few seconds, in every worker that has none running.

One thread talks to the database: it fills the queues, claims what is due, and notes what came of it. Others wait for
the receivers. No endpoint has more than a few requests under way, so one that does not answer keeps no other waiting.
"""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from crm.webhooks.claims import claim, note
from crm.webhooks.endpoints import pause_by_itself
from crm.webhooks.hand_out import fill_queue
from crm.webhooks.models import Delivery, WebhookEndpoint
from crm.webhooks.post import Reply, post
from crm.webhooks.prepared_bodies import PreparedBodies
from crm.webhooks.queue import due
from crm.webhooks.signing import SecretUnreadableError, signed_headers
from customers.lib.counting import Counted, count

AT_ONCE, AT_ONCE_TO_ONE = 16, 4
LONGEST_RUN = 20.0
"""Seconds in which new requests are begun. The next run has the endpoints that were added meanwhile."""


@dataclass
class Line:
    """One endpoint within a run."""

    endpoint: WebhookEndpoint
    due: deque[int] = field(default_factory=deque)
    under_way: int = 0
    has_changed: bool = True
    """Whether more may be due than when it was last looked at."""
    prepared: PreparedBodies = field(default_factory=PreparedBodies)

    def look(self) -> None:
        self.endpoint.refresh_from_db()
        fill_queue(self.endpoint)
        self.due.extend(due(self.endpoint, timezone.now()))
        self.has_changed = False


@dataclass(frozen=True)
class Sending:
    line: Line
    delivery: Delivery
    at: datetime


def deliver_due(*, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Send what is due now, and what becomes due by that. Returns how many requests were made."""
    lines = [Line(endpoint) for endpoint in WebhookEndpoint.objects.current().order_by("pk")]
    under_way: dict[Future[Reply], Sending] = {}
    requests, ends = 0, time.monotonic() + LONGEST_RUN
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as threads:
        while True:
            if not is_stopping() and time.monotonic() < ends:
                for line in lines:
                    _begin(line, under_way, threads)
            if not under_way:
                return requests
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                _end(under_way.pop(future), future.result())
                requests += 1


def _begin(line: Line, under_way: dict[Future[Reply], Sending], threads: ThreadPoolExecutor) -> None:
    if not line.due and line.has_changed:
        line.look()
    while line.due and line.under_way < AT_ONCE_TO_ONE and len(under_way) < AT_ONCE:
        delivery = claim(line.due.popleft())
        if delivery and (future := _send(delivery, line, threads)):
            under_way[future] = Sending(line, delivery, timezone.now())
            line.under_way += 1


def _send(delivery: Delivery, line: Line, threads: ThreadPoolExecutor) -> Future[Reply] | None:
    try:
        body, secrets = line.prepared.message(delivery, line.due)
        headers = signed_headers(delivery.message_id, body, at=timezone.now(), by=secrets)
    except SecretUnreadableError as error:
        pause_by_itself(delivery.endpoint, str(error))
        return None
    return threads.submit(post, delivery.endpoint.url, body, headers)


def _end(sending: Sending, reply: Reply) -> None:
    note(sending.delivery, reply, sent_at=sending.at)
    count(Counted.DELIVERY, "delivered" if reply.is_success else "failed")
    line = sending.line
    line.under_way -= 1
    line.has_changed = True
    if not reply.is_success:
        line.due.clear()  # it may have to rest now
