"""The requirement's own rule in every cell of its table: the same email or phone and the same first or last name.

For each of the four, the known customer has it or not, and the incoming person has the same, another or none: 625
cells, each with deduplication on and off, by the same data source and by another.
"""

from itertools import product

import pytest
from django.db import connection

from customers.lib.identity import Identity
from customers.models import DataSource
from orders.intake.match_customer import find_or_create
from orders.intake.order import IncomingCustomer
from tests.database import rolled_back
from tests.factories import DataSourceFactory
from tests.tables import table

pytestmark = pytest.mark.django_db

KNOWN = {"email": "hholy@gmail.com", "phone": "+420 241 770 449", "first_name": "Helena", "last_name": "Holý"}
ANOTHER = {"email": "frank@x.cz", "phone": "+420 602 330 910", "first_name": "Frank", "last_name": "Harris"}
FIELDS = tuple(KNOWN)


def identities(known: dict[str, str]) -> list[dict[str, str]]:
    """Of each field the same as in `known`, another, and none."""
    return [
        dict(zip(FIELDS, values, strict=True))
        for values in product(*(dict.fromkeys((known[name], ANOTHER[name], "")) for name in FIELDS))
    ]


def joins(known: dict[str, str], incoming: dict[str, str], *, same_source: bool) -> bool:
    same = {name for name in FIELDS if known[name] and known[name] == incoming[name]}
    if not same & {"email", "phone"}:
        return False
    # A person sent again by one data source, exactly as before, is the same record, also without a name.
    return bool(same & {"first_name", "last_name"}) or (same_source and known == incoming)


def customer_of(source: DataSource, identity: dict[str, str], *, deduplicate: bool = True) -> int:
    incoming = IncomingCustomer(source, Identity(**identity), deduplicate=deduplicate)
    return find_or_create(incoming, by=None).record.customer_id


GIVEN = [
    {name: KNOWN[name] if has else "" for name, has in zip(FIELDS, given, strict=True)}
    for given in product((True, False), repeat=len(FIELDS))
]
# The rule is ours, whatever the database: on PostgreSQL, who has all four stands for the others.
ON_THIS_DATABASE = GIVEN if connection.vendor == "sqlite" else GIVEN[:1]


@table("known", ON_THIS_DATABASE)
def test_the_same_email_or_phone_and_the_same_first_or_last_name_joins_and_nothing_else(known):
    shop, market = DataSourceFactory(name="Shop"), DataSourceFactory(name="Market")
    customer = customer_of(shop, known)
    wrong = []
    for source, incoming in product((shop, market), identities(known)):
        expected = joins(known, incoming, same_source=source == shop)
        with rolled_back():
            if (customer_of(source, incoming) == customer) is not expected:
                wrong.append((source.name, incoming, expected))
    assert wrong == []


@pytest.mark.one_database  # nothing is looked for, so no database answers differently
@table("known", GIVEN)
def test_without_deduplication_nobody_joins(known):
    shop, market = DataSourceFactory(name="Shop"), DataSourceFactory(name="Market")
    customers = [customer_of(shop, known)]
    for source, incoming in product((shop, market), identities(known)):
        if joins(known, incoming, same_source=source == shop):  # the others join nobody anyway
            customers.append(customer_of(source, incoming, deduplicate=False))
    assert len({*customers}) == len(customers)
