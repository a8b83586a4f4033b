"""How many statements Import Order takes, exactly, on each database: a saving is written down here as well."""

import pytest

from tests.api.konnektive.store import VISA
from tests.query_costs import on

pytestmark = pytest.mark.django_db

FRANK = {
    "firstName": "Frank",
    "lastName": "Harris",
    "emailAddress": "fharris@google.com",
    "phoneNumber": "+16502530000",
}


def test_an_order_of_a_known_customer_takes_the_same_statements(store, django_assert_num_queries):
    store.order()
    # The key; campaign, products and data source; BEGIN and COMMIT; the record; the order with its history, the lines
    # and both totals. PostgreSQL locks the identity and inserts history and events with the order.
    with django_assert_num_queries(on(sqlite=11, postgresql=10)):
        store.order()


def test_an_order_of_a_new_customer_takes_the_same_statements(store, django_assert_num_queries):
    store.order()
    # Those above, and the customer, profile change, record, match keys and search words.
    with django_assert_num_queries(on(sqlite=16, postgresql=13)):
        store.order(**FRANK)


def test_an_order_by_card_takes_the_same_statements(store, django_assert_num_queries):
    store.order()
    # Those of a new customer, and the card, looked for and written, and the payment with its entry of the audit log.
    # Then a second transaction: the customer locked within a savepoint, the order and its payment read, “Lost” and
    # lines of subscriptions looked for, what the answer changes written, history and both totals.
    with django_assert_num_queries(on(sqlite=35, postgresql=28)):
        store.order(**FRANK, **VISA)
