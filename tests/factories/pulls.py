from datetime import date
from typing import Any

from crm.pulls.models import Pull
from tests.factories.customers import DataSourceFactory


def make_pull(**values: Any) -> Pull:
    """Its password cannot be read, so that no test asks anybody."""
    values = {"url": "https://crm.example.com", "login": "api", "encrypted": "unreadable", "zone": "UTC", **values}
    source = DataSourceFactory(name=f"Old CRM {Pull.objects.count()}")
    return Pull.objects.create(data_source=source, since=date(2026, 1, 1), every=6, **values)
