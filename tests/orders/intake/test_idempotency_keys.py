"""The keys of requests are kept as long as somebody may send one again, and then forgotten."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from customers.lib import batches
from orders.models import IdempotencyKey, Order
from tests.api.konnektive.store import Store

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _stopped_clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store():
    return Store()


def sent(store: Store, key: str, *, days_ago: int = 0) -> str:
    """The number of the order that answers a request with the key."""
    about = {"campaignId": store.campaign.pk, "paySource": "PREPAID", "product1_id": store.video.pk}
    who = {"firstName": "Helena", "lastName": "Holý", "emailAddress": "hholy@gmail.com"}
    headers = {"Idempotency-Key": key}
    response = store.caller.client.post("/order/import/", store.caller.login | about | who, headers=headers)
    if days_ago:
        IdempotencyKey.objects.filter(key=key).update(created=NOW - timedelta(days=days_ago))
    return response.json()["message"]["orderId"]


def forget(*options: str) -> str:
    out = StringIO()
    call_command("forget_idempotency_keys", *options, stdout=out)
    return out.getvalue()


def test_a_key_is_forgotten_after_thirty_days_and_its_order_stays(store):
    for key, days in (("old", 31), ("young", 30)):
        sent(store, key, days_ago=days)

    assert forget() == "1 key deleted.\n"
    assert [row.key for row in IdempotencyKey.objects.all()] == ["young"]
    assert Order.objects.count() == 2
    assert forget() == "0 keys deleted.\n"


def test_a_request_whose_key_is_kept_is_answered_as_before_and_one_whose_key_is_forgotten_is_new(store):
    old, young = sent(store, "old", days_ago=8), sent(store, "young", days_ago=6)
    forget("--days", "7")

    assert sent(store, "young") == young
    assert sent(store, "old") != old


@pytest.mark.parametrize("days", ["0", "-1", "99999999"])
def test_no_key_of_the_last_day_is_forgotten(days):
    with pytest.raises(CommandError, match="Keep keys for 1 to"):
        forget("--days", days)


def test_many_are_forgotten_some_at_a_time(store, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    for n in range(5):
        sent(store, f"key {n}", days_ago=40)

    assert forget() == "5 keys deleted.\n"
