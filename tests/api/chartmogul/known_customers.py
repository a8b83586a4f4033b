"""Customers whom a data source knows, for what programs attach to them."""

from customers.models import Customer, SourceRecord
from tests.factories import CustomerFactory, DataSourceFactory, SourceRecordFactory

NOWHERE = "00000000-0000-0000-0000-000000000000"
UNSTORABLE = ["a\x00b", "\ud800"]


def known(external_id: str = "cus_004", source: str = "Billing", **profile: str) -> Customer:
    """A customer whom a data source knows."""
    return record(external_id, source, **profile).customer


def record(external_id: str = "cus_004", source: str = "Billing", **profile: str) -> SourceRecord:
    customer = CustomerFactory(**({"company": f"Initrode {external_id}"} | profile))
    return SourceRecordFactory(customer=customer, data_source=DataSourceFactory(name=source), external_id=external_id)
