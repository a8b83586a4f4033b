import pytest

from customers.models import SourceRecord
from tests.factories import IDENTITY, lead


@pytest.fixture
def helena() -> SourceRecord:
    return lead(**IDENTITY).record
