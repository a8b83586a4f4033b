import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    """Wrong passwords of an earlier test slow later sign-ins down, by seconds each."""
    cache.clear()
