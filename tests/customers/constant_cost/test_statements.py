"""How many statements the frequent acts take, exactly: a saving is written down here as well.

Everything that is sent counts, also what begins and ends the transaction: within a test SAVEPOINT and RELEASE, which
stand for BEGIN and COMMIT. The numbers of PostgreSQL are checked where DATABASE_URL names one, as in `make test`.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo import undo_merge
from customers.models import CreditEntry, Customer, DataSource, Merge, Via
from customers.profile.edit import edit_profile
from customers.records.staff_record import staff_record_of
from tests.acts import fresh
from tests.factories import customer_with_order
from tests.factories.linked_rows import linked_row
from tests.query_costs import Cost, measured, on
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _staff_source(db) -> None:
    """Made once, ever."""
    DataSource.staff()


@pytest.fixture
def pair() -> tuple[Customer, Customer]:
    """Two customers with an order and the same email, of whom staff have written nothing yet."""
    return customer_with_order(email="helena@reunite.cz"), customer_with_order(email="helena@reunite.cz")


def cost_of_merge(survivor: Customer, duplicate: Customer) -> tuple[Merge, Cost]:
    plan = plan_merge(*fresh(survivor), fresh(duplicate))
    with measured() as cost:
        merge = merge_customers(plan, by=None, via=Via.PAGE)
    return merge, cost


def cost_of_undo(merge: Merge) -> Cost:
    with measured() as cost:
        undo_merge(merge, by=None)
    return cost


def cost_of_edit(customer: Customer, values: dict[str, str]) -> Cost:
    with measured() as cost:
        edit_profile(customer, values, version=customer.version, by=None, via="page")
    return cost


def has_company(customer: Customer) -> Customer:
    return edit_profile(*fresh(customer), {"company": "Initech"}, version=customer.version, by=None, via="page")


def test_a_merge_without_changes(pair):
    staff_record_of(pair[0])
    _, cost = cost_of_merge(*pair)
    # PostgreSQL passes over shared values that another act has, before it deletes those that are shared no more. SQLite
    # inserts the events, and the entry of the audit log, apart from the history.
    assert cost.statements == on(sqlite=12, postgresql=10)


def test_a_merge_that_changes_a_field_and_makes_the_staff_record(pair):
    has_company(pair[1])
    _, cost = cost_of_merge(*pair)
    assert fresh(pair[0])[0].company == "Initech"
    assert cost.statements == on(sqlite=17, postgresql=14)


def test_a_merge_that_changes_a_field_and_the_staff_record(pair):
    staff_record_of(pair[0])
    has_company(pair[1])
    _, cost = cost_of_merge(*pair)
    assert cost.statements == on(sqlite=16, postgresql=14)


def test_an_undo(pair):
    for customer in pair:
        staff_record_of(customer)
    merge, _ = cost_of_merge(*pair)
    assert cost_of_undo(merge).statements == on(sqlite=14, postgresql=8)


def test_an_undo_reads_no_users_and_credit_only_where_there_was_some(pair):
    for customer in pair:
        staff_record_of(customer)
    merge, _ = cost_of_merge(*pair)
    with CaptureQueriesContext(connection) as queries:
        undo_merge(merge, by=None)
    assert not any("accounts_user" in query["sql"] or "SUM(" in query["sql"] for query in queries)

    linked_row(CreditEntry, pair[1].records.earliest("pk")).save()
    merge, _ = cost_of_merge(*pair)
    assert cost_of_undo(merge).statements == on(sqlite=15, postgresql=9)


def test_an_undo_that_makes_the_staff_record(pair):
    merge, _ = cost_of_merge(*pair)
    assert cost_of_undo(merge).statements == on(sqlite=17, postgresql=10)


def test_an_undo_that_gives_a_field_back(pair):
    has_company(pair[1])
    merge, _ = cost_of_merge(*pair)
    assert cost_of_undo(merge).statements == on(sqlite=17, postgresql=11)


@table(
    ("values", "sqlite", "postgresql"),
    [
        ({"custom1": "gold"}, 7, 5),
        ({"company": "Initech"}, 10, 8),
        ({"first_name": "Elena", "company": "Initech"}, 11, 9),
        # PostgreSQL inserts change, history and event at once, and asks for the advisory lock of a new email or phone.
        ({"email": "elena@reunite.cz"}, 14, 14),
        # SQLite inserts the search word of a phone, as it is dialled, apart from its match keys.
        ({"phone": "+420 2 4177 0449"}, 13, 11),
    ],
)
def test_an_edit(pair, values, sqlite, postgresql):
    staff_record_of(pair[0])
    assert cost_of_edit(pair[0], values).statements == on(sqlite=sqlite, postgresql=postgresql)


def test_an_edit_that_makes_the_staff_record(pair):
    assert cost_of_edit(pair[0], {"company": "Initech"}).statements == on(sqlite=11, postgresql=8)
