from datetime import timedelta

import pytest

from customers.models import Customer, DataSource
from tests.customers.pages.page_requests import WHEN
from tests.factories import SourceRecordFactory, customer_with_order, order


@pytest.fixture
def helena(db) -> Customer:
    return customer_with_order(email="hholy@gmail.com", external_id="7", at=WHEN)


@pytest.fixture
def market(helena) -> DataSource:
    """Where Helena has bought as well, twice."""
    record = SourceRecordFactory(customer=helena, data_source__name="Marketplace", external_id="MP-9")
    for n in range(2):
        order("Marketplace", external_id="MP-9", total="3.00", at=WHEN + timedelta(days=n))
    return record.data_source
