import pytest

from tests.customers.pages.page_requests import WHEN
from tests.factories import customer_with_order


@pytest.fixture
def helena(db):
    return customer_with_order(
        email="hholy@gmail.com", phone="+420 241 770 449", country="CZ", at=WHEN,
        billing_address={"line1": "Rilská 3174/6", "city": "Prague", "postal_code": "14300", "country": "CZ"},
    )  # fmt: skip


@pytest.fixture
def double(db):
    return customer_with_order(first_name="H.", email="hholy@gmail.com", source="Marketplace", at=WHEN)
