import pytest

from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.api.konnektive.store import Store


@pytest.fixture
def shop(db) -> KonnektiveCaller:
    return KonnektiveCaller()


@pytest.fixture
def store(db) -> Store:
    return Store()
