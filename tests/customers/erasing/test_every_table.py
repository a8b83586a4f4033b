"""Every table that says something of a customer is thought of."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.accounts.session_store import SessionStore
from customers.erasing import delete_rows
from customers.erasing.delete_rows import referring
from customers.merging.drafts import keep as keep_draft
from customers.models import Customer, MergeDraft, SourceRecord
from orders.models import Order
from tests.acts import erase
from tests.customers.erasing.marked_rows import OTHER, PERSON, mark_rows
from tests.factories import CustomerFactory, customer_with_order, make_user, order

pytestmark = pytest.mark.django_db


def test_every_table_that_refers_to_a_customer_is_dealt_with():
    """A new one has to be thought of in `forgetting`, which this test is to remind of."""
    dealt_with = {"Customer", "ProfileChange", "SourceRecord", "NotDuplicate", "Merge", "MergeMember", "Visit"}
    dealt_with |= {"HistoryEntry", "LikelyPair", "LikelyAnswer", "MergeDraft", "MergeDraft_customers", "ErasedRecord"}
    dealt_with |= {"SearchWord", "EvidencePair", "MergeRequest", "MergeRequest_customers", "CombinationMember"}
    assert {link.model.__name__ for link in referring(Customer)} == dealt_with


def test_children_go_before_what_they_refer_to():
    tables = delete_rows.tables()
    for model in tables:
        referrers = {link.model for link in referring(model)} & set(tables) - {model}
        assert all(tables.index(referrer) < tables.index(model) for referrer in referrers), model
    assert tables[-1] is SourceRecord


def test_erasing_takes_as_many_statements_however_much_there_is(django_assert_max_num_queries):
    record = customer_with_order(**PERSON).records.first()
    for n in range(30):
        order(**PERSON, total=str(n + 1))
    mark_rows(record)
    with django_assert_max_num_queries(130):
        erase(record.customer)
    assert Order.objects.count() == 0


def statements_of_erasing(*, drafts: int) -> int:
    """With so many sessions, and drafts about the customer and about another; one user has one of each."""
    zyx, other = customer_with_order(**PERSON), customer_with_order(**OTHER)
    for n in range(drafts):
        user, session = make_user(f"user {drafts} {n}"), SessionStore()
        session["theme"] = "dark"
        session.save()
        for customers in ([zyx, other], [other, CustomerFactory()]):
            keep_draft(customers, {}, by=user, seen={customer.pk: customer.version for customer in customers})
    with CaptureQueriesContext(connection) as queries:
        erase(zyx)
    assert MergeDraft.objects.count() == drafts
    erase(other)
    assert MergeDraft.objects.count() == 0
    return len(queries)


def test_erasing_takes_the_same_statements_however_many_sessions_and_drafts_there_are():
    none, one, many = (statements_of_erasing(drafts=n) for n in (0, 1, 120))
    # Which drafts; then, only where there is one, a DELETE of which customers they are about, and of the drafts.
    assert many == one == none + 2
