import pytest

from customers.models import SourceRecord
from tests.orders.intake.people import HELENA, lead


@pytest.fixture
def helena() -> SourceRecord:
    return lead(**HELENA).record
