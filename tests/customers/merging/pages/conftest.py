import pytest

from tests.customers.merging.pages.merge_steps import EMAIL, PHONE
from tests.factories import customer_with_order


@pytest.fixture
def helena():
    return customer_with_order(email=EMAIL, phone=PHONE, country="CZ", total="21.78")


@pytest.fixture
def helen():
    """Shares email and phone with helena."""
    return customer_with_order(source="Marketplace", last_name="Holy", email=EMAIL.upper(), phone=PHONE, total="27.84")


@pytest.fixture
def zdenek():
    """Shares nothing with anybody."""
    return customer_with_order(first_name="Zdeněk", email="zdenek@holy.cz")
