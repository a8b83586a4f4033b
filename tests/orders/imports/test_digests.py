"""The digest of a row must not change: by it a file is known that was imported before."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.crypto import salted_hmac

from orders.imports.batch.known_rows import Digests
from orders.imports.rows.imported_row import ImportedRow
from orders.intake.order import IncomingLine, IncomingOrder
from tests.factories import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 2, tzinfo=UTC)


def rows():
    zoe = person("Shop", external_id="c1", first_name="Zoë", email="zoe@reunite.cz")
    profile = {"first_name": "Zoë", "email": "zoe@reunite.cz", "billing_address": {"city": "Graz"}}
    tea = IncomingOrder(zoe, Decimal("9.90"), "USD", at=AT, external_id="o1", lines=[IncomingLine("Tea", Decimal(9))])
    return [
        ImportedRow((1,), {}, zoe, profile=profile, beside={"lead_created_at": AT}),
        ImportedRow((2,), {}, zoe, profile=profile, order=tea),
        ImportedRow((3,), {}, zoe, profile=profile, note="Called “twice”.", tags=("VIP",), attributes={"Size": "M"}),
        ImportedRow((4,), {}),
    ]


def said(row):
    """All that it says, as one list."""
    customer = ["c1", "Zoë", "", "", "zoe@reunite.cz", "", "", {}, {}] if row.customer else None
    line = ["Tea", "9", 1, "", "one_time"]
    named = ["o1", "", "COMPLETE", "NEW_SALE", "2026-01-02 00:00:00+00:00", ""]
    order = [named, ["USD", "9.90", "0", "0", "0"], [line], [], {}] if row.order else None
    about = [row.profile, {k: str(v) for k, v in row.beside.items()}, row.note, row.tags, row.attributes]
    return [7, customer, about, order, None]


def test_it_is_that_of_the_json_of_all_that_the_row_says():
    digests = Digests(7)
    for row in rows():
        text = json.dumps(said(row), sort_keys=True)
        assert digests.of(row) == salted_hmac("orders.imports", text, algorithm="sha256").hexdigest()
