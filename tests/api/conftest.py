import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_counted():
    """No request of another test counts towards a limit."""
    cache.clear()
