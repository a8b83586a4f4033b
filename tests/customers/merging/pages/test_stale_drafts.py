"""A draft about who was erased meanwhile is not found again, and leaves the session."""

import pytest

from customers.merging import drafts
from customers.merging.plan import plan_merge
from customers.models import Customer
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def test_a_draft_about_the_erased_is_none():
    survivor, duplicate = CustomerFactory(first_name="Ada"), CustomerFactory(first_name="Bea")
    session: dict[str, object] = {}
    token = drafts.keep(session, plan_merge(survivor, [duplicate]), [])
    assert drafts.find(session, token, survivor=survivor.pk)
    Customer.objects.filter(pk=duplicate.pk).update(erased_at=survivor.created)
    assert drafts.find(session, token, survivor=survivor.pk) is None
    assert "Bea" not in str(session)
