"""Numbers of the whole system, asked of the database and the cache when they are read, in six short statements."""

import math
from collections.abc import Iterator
from datetime import datetime

from django.db import Error
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from crm.jobs.models import UNFINISHED, Job, Schedule
from crm.shared_cache import ask_cache, failures
from crm.webhooks.models import Delivery, DeliveryState, WebhookEndpoint
from customers.models import Event

CLOCK = "wake_lost_jobs"
"""What workers do most often of all that is the same everywhere: by it one sees that any is there."""


class StoredNumbers(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            gauges = [*_jobs(), *_webhooks()]
        except Error:
            gauges = []
        yield _gauge("reunite_database_up", "Whether the database answers", float(bool(gauges)))
        yield _gauge("reunite_cache_up", "Whether the cache answers", float(_is_cache_up()))
        yield from gauges


def _jobs() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    unfinished = Job.objects.filter(state__in=UNFINISHED).order_by()
    waiting = unfinished.filter(lease=None, wake_at__lte=now).aggregate(number=Count("pk"), oldest=Min("wake_at"))
    yield _gauge("reunite_jobs_waiting", "Jobs that wait for a worker", waiting["number"])
    yield _gauge("reunite_queue_age_seconds", "How long the first of them has waited", _age(waiting["oldest"], now))
    running = unfinished.exclude(lease=None).count()
    yield _gauge("reunite_jobs_running", "Jobs that a worker has", running)
    started = Schedule.objects.filter(name=CLOCK).values_list("started", flat=True).first()
    clock_age = _age(started, now) if started else math.inf
    yield _gauge("reunite_clock_age_seconds", "Since a worker last looked at the clock", clock_age)


def _webhooks() -> Iterator[GaugeMetricFamily]:
    """An endpoint that staff paused is late on purpose."""
    now = timezone.now()
    sent_to = WebhookEndpoint.objects.current().filter(paused_at=None).order_by()
    waiting = Delivery.objects.filter(endpoint__in=sent_to, state=DeliveryState.WAITING).order_by()
    queue = waiting.aggregate(number=Count("pk"), oldest=Min("at"))
    ages = [_age(queue["oldest"], now)]
    if handed_out := sent_to.aggregate(at=Min("handed_out_at"))["at"]:
        ages.append(_age(Event.objects.filter(at__gt=handed_out).aggregate(at=Min("at"))["at"], now))
    yield _gauge("reunite_deliveries_waiting", "Webhooks that wait to be sent", queue["number"])
    yield _gauge("reunite_outbox_lag_seconds", "Age of the first event that an endpoint has not got", max(ages))


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0) if since else 0.0


def _is_cache_up() -> bool:
    try:
        ask_cache()
    except failures():
        return False
    return True


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value)
