"""While Redis does not answer, a process counts by itself; a site goes on limiting and lets good keys in."""

import time

import pytest

from crm import rate_limit
from crm.shared_cache import SharedCache
from tests.api.konnektive.konnektive_caller import KonnektiveCaller

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _without_redis(settings, monkeypatch) -> None:
    monkeypatch.setattr(SharedCache, "_away_until", 0.0)
    settings.CACHES = {"default": {"BACKEND": "crm.shared_cache.SharedCache", "LOCATION": NOBODY_LISTENS}}


def test_counts_go_on_in_the_process():
    what = f"somebody {time.monotonic()}"
    assert [rate_limit.count(what, seconds=3600) for _ in range(3)] == [1, 2, 3]
    rate_limit.take_back(what, seconds=3600)
    assert rate_limit.counted(what, seconds=3600) == 2


def test_redis_is_not_asked_again_at_once(monkeypatch):
    asked = []
    monkeypatch.setattr("redis.connection.Connection.connect", lambda self: asked.append(self) or refuse())
    for _ in range(5):
        rate_limit.counted("somebody", seconds=60)
    assert len(asked) <= 2  # one try, and one more because a connection may be left over


def refuse() -> None:
    raise ConnectionRefusedError("nobody listens")


@pytest.mark.django_db
def test_without_redis_a_good_key_enters_and_the_51st_wrong_one_is_refused(settings):
    settings.API_FAILURES_PER_ADDRESS = 50
    shop = KonnektiveCaller()
    assert shop.get("customers").status_code == 200
    wrong = [shop.client.get("/v1/customers", headers={"Authorization": "Basic d3Jvbmc6"}) for _ in range(51)]
    assert [answer.status_code for answer in wrong] == [401] * 50 + [429]
    assert shop.get("customers").status_code == 200
