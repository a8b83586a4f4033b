"""Writing history: a sentence, its values, and what it is about in columns."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from customers.lib import sentences
from customers.models import HistoryEntry, HistoryKind
from customers.records import history
from tests.acts import merge
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(first_name="Helena", last_name="Holý", email="helena@reunite.cz")


@pytest.fixture
def record(helena):
    return helena.records.get()


@pytest.fixture
def bjorn():
    return customer_with_order(first_name="Bjørn", last_name="Hansen", email="bjorn@reunite.no")


def written(entry: HistoryEntry) -> HistoryEntry:
    return HistoryEntry.objects.get(pk=entry.pk)


def test_an_entry_is_one_insert_on_the_record_in_hand(record, bjorn, agent, django_assert_num_queries):
    with django_assert_num_queries(1):
        made = history.write(record, HistoryKind.SPLIT, "Split off from {customer}.", customer=bjorn, by=agent)

    entry = written(made)
    assert (entry.source_record, entry.by, entry.about_customer) == (record, agent, bjorn)
    assert entry.values == {"customer": {"customer": bjorn.pk, "name": "Bjørn Hansen"}}
    assert entry.text == f"Split off from Bjørn Hansen ({bjorn.pk})."


def test_values_are_kept_as_data(record):
    made = history.write(
        record.pk,
        HistoryKind.PURCHASE,
        "{purchase} {amount} {day} {time} {changes}",
        purchase={"purchase": 12, "name": "Song"},
        amount=sentences.money(Decimal("7.5"), "USD"),
        day=date(2026, 1, 2),
        time=datetime(2026, 1, 2, 3, tzinfo=UTC),
        changes=[sentences.change("next_bill_date", "Next bill", "", date(2026, 2, 1))],
        by=None,
    )

    entry = written(made)
    assert entry.purchase_id == 12
    assert entry.values["day"] == {"day": "2026-01-02"}
    assert entry.values["time"] == {"time": "2026-01-02T03:00:00+00:00"}
    assert entry.values["changes"][0]["after"] == {"day": "2026-02-01"}
    assert entry.text == "12 (Song) 7.50 USD 2 Jan 2026 2 Jan 2026 Next bill set to 1 Feb 2026."


def test_a_reason_is_a_message_of_its_own(record, agent):
    made = history.write(record, HistoryKind.ORDER, "Cancelled.", reason="Too {expensive}", by=agent)
    assert written(made).text == "Cancelled. Reason: Too {expensive}"
    assert history.write(record, HistoryKind.ORDER, "Cancelled.", reason="", by=agent).values == {}


def test_a_merge_names_several_customers(helena, bjorn, agent):
    third = customer_with_order(email="third@reunite.cz", first_name="Third", last_name="One")
    merge(helena, bjorn, third)

    entry = HistoryEntry.objects.get(kind="merge")
    assert entry.about_customer is None
    assert entry.text == f"Merged Bjørn Hansen ({bjorn.pk}) and Third One ({third.pk}) into this customer."


def test_an_entry_that_an_erasure_would_not_find_is_refused(record, helena, bjorn):
    with pytest.raises(ValueError, match="An erasure would not find several customers in an entry of kind split"):
        history.write(record, HistoryKind.SPLIT, "Split {customers}.", customers=[helena, bjorn], by=None)


@table("values", [{}, {"reasons": ""}, {"customer": "A", "other": "B"}])
def test_places_and_values_must_fit(values, record):
    with pytest.raises(ValueError, match="Places and values differ"):
        history.write(record, HistoryKind.SPLIT, "Split off from {customer}.", by=None, **values)


def test_what_cannot_be_kept_is_refused(record):
    with pytest.raises(TypeError, match="Not a value of history"):
        history.write(record, HistoryKind.EDIT, "{it}", it=object(), by=None)
