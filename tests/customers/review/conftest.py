import pytest

from tests.factories import customer_with_order

EMAIL = "hholy@gmail.com"


@pytest.fixture
def helena():
    return customer_with_order(email=EMAIL, total="21.78")


@pytest.fixture
def helen():
    return customer_with_order(source="Marketplace", last_name="Holy", email=EMAIL, total="27.84", external_id="MP-1")
