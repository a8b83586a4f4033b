import pytest

from tests.api.konnektive.sales import World


@pytest.fixture
def world(db):
    return World()
