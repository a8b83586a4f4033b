import pytest

from customers.models import Customer
from tests.api.caller import Caller
from tests.api.chartmogul.invoices import invoice_requests
from tests.api.chartmogul.published_client import published_client
from tests.factories import DataSourceFactory


@pytest.fixture
def caller(db) -> Caller:
    return Caller()


@pytest.fixture
def shop(db):
    return DataSourceFactory(name="Shop")


@pytest.fixture
def market(db):
    return DataSourceFactory(name="Market")


@pytest.fixture
def config(live_server):
    """Of the published client, with a key that may do everything."""
    return published_client(live_server, Caller().token)


@pytest.fixture
def helena(db) -> Customer:
    """Known to the data source Billing as scus_1."""
    return invoice_requests.known()
