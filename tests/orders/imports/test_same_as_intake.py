"""An import judges many rows at once. It comes to what an intake of one after the other comes to."""

import random
from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection, transaction

from customers.lib.identity import Identity
from customers.locks import lock_numbers
from customers.matching.exclusions import exclude
from customers.matching.ignored_values import ignore_value
from customers.matching.not_duplicates import mark_not_duplicates
from customers.models import Customer, Event, SourceRecord
from customers.rebuild import rebuild
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.write import write_chunk
from orders.imports.rows.imported_row import ImportedRow
from orders.intake.idempotency import RepeatedRequestError
from orders.intake.match_customer import find_or_create, names_of
from orders.intake.order import IncomingCustomer, IncomingLine, IncomingOrder, in_default_country, of_known_customer
from orders.intake.take import _write_other_identity, take_order
from orders.models import Import, MatchedBy
from orders.totals.add import rebuild_totals
from tests.acts import merge
from tests.factories import DataSourceFactory, ProductFactory, make_user, order
from tests.orders.imports.written import customers_written, shared_values

pytestmark = pytest.mark.django_db

FIRST = ("Jane", "Jane", "J.", "Janet", "Bob", "Robert", "", "Zoë", "n/a")
LAST = ("Doe", "Doe", "Roe", "van der Berg", "", "Smith", "Smith Jr.")
EMAILS = (
    "jane@doe.example",
    "JANE@doe.example",
    "roe@doe.example",
    "info@crowd.example",
    "mail@ignored.example",
    "none@none.com",
    "no mail",
    "",
    "",
)
PHONES = ("+1 817 924 7272", "817-924-7272", "0612345678", "+31 6 12345678", "0000000000", "", "", "555 0100")
COUNTRIES = ("US", "NL", "", "")
IDS = ("", "", "", "c1", "c2", "c3", "c4")


def person(chance, source):
    pick = chance.choice
    identity = Identity(pick(FIRST), pick(LAST), "", pick(EMAILS), pick(PHONES), pick(COUNTRIES))
    address = {"city": pick(("Graz", "Linz"))} if chance.random() < 0.3 else {}
    return IncomingCustomer(source, identity, pick(IDS), billing_address=address)


def row(chance, source, number, product):
    customer = person(chance, source)
    if chance.random() < 0.5:
        return ImportedRow((number,), {}, customer)
    lines = [IncomingLine("Tea", Decimal(5), 2)]
    if chance.random() < 0.3:
        lines.append(IncomingLine("Club", Decimal(9), 1, product, kind="subscription"))
    taken = IncomingOrder(
        customer,
        Decimal(chance.randrange(1, 4)),
        chance.choice(("USD", "EUR")),
        external_id=chance.choice(("", f"o{number}", f"o{chance.randrange(30)}")),
        status=chance.choice(("COMPLETE", "COMPLETE", "DECLINED", "PARTIAL")),
        lines=lines,
    )
    return ImportedRow((number,), {}, customer, order=taken)


def take_one(row):
    """What an intake makes of the row."""
    if row.order:
        try:
            taken = take_order(row.order)
        except RepeatedRequestError:
            return None, "refused"
        return taken.assigned.record, "order" if taken.is_repeat else taken.assigned.kind
    customer = in_default_country(row.customer)
    with transaction.atomic():
        lock_numbers(names_of(customer))
        assigned = find_or_create(customer, by=None)
        if assigned.kind == "known":
            _write_other_identity(assigned.record, of_known_customer(row.customer, assigned.record).identity)
    return assigned.record, assigned.kind


RULES = {
    MatchedBy.NEW: "new",
    MatchedBy.ID: "known",
    MatchedBy.IDENTITY: "identity",
    MatchedBy.EMAIL: "match",
    MatchedBy.PHONE: "match",
    MatchedBy.BOTH: "match",
    MatchedBy.ORDER: "order",
    "": "refused",
}


def groups(records):
    """Which rows belong together, whatever the numbers of their customers."""
    customers = dict(SourceRecord.objects.values_list("pk", "customer"))
    owners = [customers[record] if record else None for record in records]
    return [owners.index(owner) for owner in owners]


def events():
    """How many events of each kind; of customers, only orders tell in an intake."""
    return Counter(Event.objects.exclude(kind__startswith="customer").values_list("kind", flat=True))


def rolled_back(act):
    """What `act` answers; what it wrote is gone."""
    with transaction.atomic():
        answer = act()
        transaction.set_rollback(True)
    return answer


@pytest.fixture
def world():
    """A shop with customers: merged, with a value that is ignored, in a crowd, marked and excluded."""
    shop, user = DataSourceFactory(name="Shop"), make_user("importer")
    helena = order(first_name="Jane", last_name="Doe", email="jane@doe.example", external_id="c1", country="US")
    double = order("Other", first_name="Jane", last_name="Doe", phone="+1 817 924 7272", country="US")
    zoe = order("Other", first_name="Zoë", last_name="Roe", email="roe@doe.example", phone="0612345678", country="NL")
    owner = Customer.objects.get(pk=helena.assigned.record.customer_id)
    merge(owner, Customer.objects.get(pk=double.assigned.record.customer_id))
    for number in range(22):
        name = {"first_name": "Bob" if number == 3 else f"N{number}", "last_name": "Smith" if number == 3 else "X"}
        order("Other", email="info@crowd.example", deduplicate=False, **name)
    ignore_value("mail@ignored.example", by=user)
    exclude(Customer.objects.get(pk=owner.pk), "phone", "+18179247272", by=user)
    roe = order("Other", first_name="Bob", last_name="Roe", email="roe@doe.example").assigned.record.customer
    mark_not_duplicates(zoe.assigned.record.customer, roe, by=user)
    return shop


# The rule is ours, whatever the database: on PostgreSQL, one stands for the others.
SEEDS = [0, 1, 39] if connection.vendor == "sqlite" else [1]


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_come_to_the_same_at_once_and_one_by_one(world, seed):
    shop = world
    shop.default_country = "US" if seed % 2 else ""
    shop.save()
    chance = random.Random(seed)  # noqa: S311 - the same rows each time
    product = ProductFactory(name="Club", interval_count=1, interval_unit="month")
    rows = [row(chance, shop, number, product) for number in range(1, 41)]

    def one_by_one():
        taken = [take_one(row) for row in rows]
        records = [record.pk if record else None for record, _ in taken]
        return [rule for _, rule in taken], groups(records), customers_written(), events(), shared_values()

    def at_once():
        imported = Import.objects.create(data_source=shop, source_name=shop.name, name="a.csv")
        verdicts = write_chunk(imported, shop, IncomingChunk(rows, shop))
        rules = [RULES[verdict.evidence] for verdict in verdicts]
        written = rules, groups([v.record_pk for v in verdicts]), customers_written(), events(), shared_values()
        assert [*rebuild(rebuild_totals)] == []
        return written

    one, many = rolled_back(one_by_one), rolled_back(at_once)
    assert list(zip(one[0], rows, strict=True)) == list(zip(many[0], rows, strict=True))
    assert one[1] == many[1]
    assert one[2] == many[2]
    assert one[3] == many[3]
    assert one[4] <= many[4]
