from collections.abc import Callable

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from crm.metrics.numbers import COUNTED

TOKEN = "a-token-of-at-least-32-characters"

Series = tuple[str, tuple[str, ...]]


@pytest.fixture
def counting(settings):
    """Everything is counted, as with METRICS_TOKEN."""
    settings.METRICS_TOKEN, settings.COUNTER = TOKEN, "crm.metrics.acts.count"
    settings.MIDDLEWARE = [
        "crm.metrics.exposition.answer_metrics",
        "crm.metrics.requests.measure",
        *settings.MIDDLEWARE,
    ]


@pytest.fixture
def since() -> Callable[[], dict[Series, float]]:
    """Asked, it says what was counted since: a process counts on through all its tests."""
    before = series()
    return lambda: {name: value - before.get(name, 0) for name, value in series().items() if value != before.get(name)}


def series() -> dict[Series, float]:
    """{(name, values of the labels): number} without times."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in COUNTED.collect()
        for sample in family.samples
        if not sample.name.endswith(("_created", "_bucket", "_sum"))
    }


def read_metrics(client: Client | None = None, token: str = TOKEN) -> dict[str, float]:
    """{name: the sum of its series} as Prometheus would read them."""
    answer = (client or Client()).get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0) + sample.value
    return sums
