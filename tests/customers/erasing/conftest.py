from decimal import Decimal

import pytest

from customers.credit import credit
from customers.engagement import notes
from customers.labels.attributes import set_attributes
from customers.labels.tags import add_tags
from customers.models import Customer
from customers.profile.edit import edit_profile
from tests.acts import fresh
from tests.customers.erasing.marked_rows import MARK, PERSON, mark_rows
from tests.factories import customer_with_order


@pytest.fixture
def zyx() -> Customer:
    """Somebody of whom every table that a customer can be in says something."""
    zyx = customer_with_order(**PERSON, external_id="Z-1", billing_address={"line1": f"{MARK} street 1"})
    values = {f"custom{n}": f"{MARK} {n}" for n in range(1, 6)}
    values |= {
        "company": MARK,
        "website": f"https://{MARK}.example",
        "cart_login": MARK,
        "shipping_address": {"line1": MARK},
    }
    zyx = edit_profile(zyx, values, version=zyx.version, by=None, via="page")
    notes.add(zyx, {"text": f"{MARK} called."}, by=None)
    add_tags(zyx, MARK, by=None)
    set_attributes(zyx, {MARK: MARK}, by=None)
    credit.adjust(zyx, Decimal(5), "USD", reason=MARK, by=None)
    [record] = zyx.records.exclude(data_source__name="Staff")
    mark_rows(record)
    return fresh(zyx)[0]
