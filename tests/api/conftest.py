import time
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from crm import rate_limit


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch):
    """No request of another test counts towards a limit, and no window of time ends while a test counts."""
    cache.clear()
    moment = time.time()
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(time=lambda: moment))
