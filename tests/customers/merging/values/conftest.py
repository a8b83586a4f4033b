import pytest

from tests.acts import edit
from tests.customers.merging.values.values_form import ADDRESS, EMAIL
from tests.factories import customer_with_order


@pytest.fixture
def helena():
    return customer_with_order(email=EMAIL, phone="+420 241 770 449", billing_address=ADDRESS)


@pytest.fixture
def helen():
    helen = customer_with_order(source="Marketplace", last_name="Holy", email=EMAIL.upper(), phone="+420 2 4177 0449")
    return edit(helen, company="Holý Design", email_opt_in=False, tax_exempt=True)
