"""A known external id, the same identity, and how many records somebody can have."""

import pytest

from customers.models import SourceRecord
from orders.intake import match_customer
from orders.intake.match_customer import MOST_RECORDS
from tests.acts import merge, undo
from tests.factories import IDENTITY, lead

pytestmark = pytest.mark.django_db


# 1. A known external id


def test_a_known_external_id_is_that_record_whatever_else_is_said():
    first = lead(external_id="7", **IDENTITY)
    again = lead(external_id="7", first_name="Frank", email="frank@x.cz")
    assert (again.kind, again.record) == ("known", first.record)
    assert again.record.first_name == "Helena"


def test_a_known_external_id_counts_with_deduplication_off():
    first = lead(external_id="7", **IDENTITY)
    assert lead(external_id="7", **IDENTITY, deduplicate=False).record == first.record


def test_the_same_external_id_of_another_data_source_is_somebody_else():
    first = lead("Shop", external_id="7", first_name="Helena")
    assert lead("Market", external_id="7", first_name="Helena").record.customer != first.record.customer


# 2. The same identity


def test_the_same_identity_however_it_is_written_is_the_same_record(helena):
    assigned = lead(first_name=" HELENA", last_name="holý ", email="HHoly@GMAIL.com", phone="+420241770449")
    assert (assigned.kind, assigned.record) == ("identity", helena)


def test_of_two_records_of_one_identity_the_oldest_is_taken(helena):
    lead(**IDENTITY, deduplicate=False)
    assert lead(**IDENTITY).record == helena


def test_the_same_identity_of_another_data_source_gets_a_record_of_its_own(helena):
    assigned = lead("Market", **IDENTITY)
    assert (assigned.kind, assigned.record.customer) == ("match", helena.customer)
    assert assigned.record != helena


def test_a_record_that_goes_by_another_external_id_is_not_taken_for_the_same():
    first = lead(external_id="7", **IDENTITY)
    assigned = lead(external_id="8", **IDENTITY)
    assert assigned.kind == "match"
    assert (assigned.record.external_id, assigned.record.customer) == ("8", first.record.customer)


def test_a_name_alone_is_no_identity():
    assert lead(first_name="Helena", last_name="Holý").kind == "new"
    assert lead(first_name="Helena", last_name="Holý").kind == "new"


# A customer has few records


def test_a_data_source_without_ids_makes_at_most_fifty_records_of_a_customer(helena):
    for number in range(MOST_RECORDS + 3):
        assigned = lead(**IDENTITY | {"last_name": f"Holý {number}"})
    assert assigned.kind == "match"
    assert helena.customer.records.filter(data_source=helena.data_source).count() == MOST_RECORDS


def test_a_record_too_many_is_one_of_the_customer_that_matched_so_that_it_goes_back(helena, monkeypatch):
    monkeypatch.setattr(match_customer, "MOST_RECORDS", 1)
    frank = lead(first_name="Frank", email="frank@x.cz").record
    merged = merge(helena.customer, frank.customer)
    assigned = lead(**IDENTITY | {"last_name": "Nováková"})
    assert assigned.record == helena
    undo(merged)
    assert SourceRecord.objects.get(pk=assigned.record.pk).customer == helena.customer
