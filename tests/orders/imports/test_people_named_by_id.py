"""Who is named by an ID, and is as the shop said before, is not looked for. A row without the ID still finds them."""

from decimal import Decimal

import pytest

from customers.models import SourceRecord
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.write import write_chunk
from orders.imports.rows.imported_row import ImportedRow
from orders.intake.order import IncomingOrder
from orders.models import ErasedId, Import, MatchedBy, Order
from orders.models.erased_id import MANY
from tests.factories import DataSourceFactory, order, person

pytestmark = pytest.mark.django_db
BOB = {"first_name": "Bob", "last_name": "Smith", "email": "info@crowd.example"}


def imported(*people):
    shop = DataSourceFactory(name="Shop")
    rows = [
        ImportedRow((n,), {}, who, order=IncomingOrder(who, Decimal(9), "USD", external_id=f"o{n}"))
        for n, who in enumerate(people, 1)
    ]
    return write_chunk(
        Import.objects.create(data_source=shop, source_name="Shop", name="a.csv"), shop, IncomingChunk(rows, shop)
    )


@pytest.mark.parametrize("others", [0, 22])
def test_a_row_without_the_id_joins_who_is_named_by_it_also_in_a_crowd(others):
    bob = order("Shop", external_id="c1", **BOB).assigned.record
    for number in range(others):
        order("Other", first_name=f"N{number}", last_name="X", email=BOB["email"], deduplicate=False)
    known, joined = imported(person("Shop", external_id="c1", **BOB), person("Shop", phone="+1 817 924 7272", **BOB))
    assert (known.evidence, joined.evidence) == (MatchedBy.ID, MatchedBy.EMAIL)
    assert {known.customer_pk, joined.customer_pk} == {bob.customer_id}


def test_two_rows_of_one_id_of_which_one_says_otherwise_are_of_one_customer():
    bob = order("Shop", external_id="c1", **BOB).assigned.record
    imported(person("Shop", external_id="c1", **BOB), person("Shop", external_id="c1", **{**BOB, "first_name": "Rob"}))
    assert set(SourceRecord.objects.values_list("customer", flat=True)) == {bob.customer_id}
    assert SourceRecord.objects.count() == 2


def test_an_order_that_stands_twice_in_a_file_is_written_once_and_what_differs_is_refused():
    bob = person("Shop", external_id="c1", **BOB)
    orders = [IncomingOrder(bob, Decimal(total), "USD", external_id="o1") for total in (9, 9, 8)]
    shop = DataSourceFactory(name="Shop")
    rows = [ImportedRow((n,), {}, bob, profile={}, note="x" * n, order=o) for n, o in enumerate(orders, 1)]
    verdicts = write_chunk(
        Import.objects.create(data_source=shop, source_name="Shop", name="a.csv"), shop, IncomingChunk(rows, shop)
    )
    assert [verdict.outcome for verdict in verdicts] == ["created", "here", "refused"]
    assert "differs in total" in verdicts[2].reason
    assert Order.objects.count() == 1


def test_an_order_that_was_erased_is_found_among_many():
    ErasedId.keep(["order 1 external_id o7"])
    many = [f"order 1 external_id o{n}" for n in range(2 * MANY)]
    assert ErasedId.among(many) == {"order 1 external_id o7"}
    ErasedId.objects.all().delete()
    assert ErasedId.among(many) == set()
