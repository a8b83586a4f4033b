import pytest

from tests.orders.payments.changing_gateway import changing
from tests.recording_gateway import recording


@pytest.fixture
def recording_gateway():
    with recording() as gateway:
        yield gateway


@pytest.fixture
def changing_gateway():
    with changing() as gateway:
        yield gateway
