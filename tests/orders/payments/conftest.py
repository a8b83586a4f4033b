import pytest

from tests.recording_gateway import recording


@pytest.fixture
def recording_gateway():
    with recording() as gateway:
        yield gateway
