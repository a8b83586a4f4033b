"""Who follows changes by the clock misses none, however late it is committed, and reads each once."""

from datetime import timedelta

import pytest
from django.db.models import F

from customers.models import Customer, HistoryEntry, HistoryKind
from customers.models.functions import Now
from customers.records.changed_customers import changed_customers, changes_have_appeared_to
from customers.records.history_readers import changes_for, keep_place
from tests.acts import edit
from tests.factories import CustomerFactory
from tests.threads import Held

READER = "a test"


@pytest.mark.django_db(transaction=True)
def test_customers_who_changed_at_one_moment_come_together_and_each_comes_once():
    since = changes_have_appeared_to()
    pks = [CustomerFactory().pk for _ in range(3)]
    Customer.objects.filter(pk__in=pks[:2]).update(updated=Now())
    first = changed_customers(since, most=2)
    second = changed_customers(first.up_to, most=2)
    assert sorted([*first.pks, *second.pks]) == pks
    assert changed_customers(second.up_to, most=2) == (type(second)([], second.up_to, are_all=True))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_committed_late_is_still_read():
    late, later = (edit(CustomerFactory(), company="Acme") for _ in range(2))
    HistoryEntry.objects.update(at=F("at") - timedelta(minutes=1))
    since = changes_have_appeared_to()
    changes_for(READER, [HistoryKind.EDIT])

    with Held(lambda: edit(late, company="Late")):
        edit(later, company="Later")
        behind = changed_customers(since, most=10)
        assert behind == (type(behind)([], since, are_all=True))
        written = changes_for(READER, [HistoryKind.EDIT])
        assert written.customers == {later.pk}
        keep_place(READER, written)

    assert set(changed_customers(behind.up_to, most=10).pks) == {late.pk, later.pk}
    assert changes_for(READER, [HistoryKind.EDIT]).customers == {late.pk, later.pk}


@pytest.mark.django_db
def test_more_entries_of_one_moment_than_are_read_at_once_are_all_read(monkeypatch):
    monkeypatch.setattr("customers.records.history_readers.MOST_ENTRIES", 2)
    changes_for(READER, [HistoryKind.EDIT])
    customers = [edit(CustomerFactory(), company="Acme") for _ in range(3)]
    HistoryEntry.objects.update(at=HistoryEntry.objects.latest("at").at + timedelta(seconds=1))
    assert len(changes_for(READER, [HistoryKind.EDIT]).customers) == len(customers)
