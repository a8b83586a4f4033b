"""What is about a contact goes wherever the contact goes, and what staff are to do about a customer stays."""

import pytest
from django.utils import timezone

from customers.engagement import common, contacts, notes, opportunities, tasks
from customers.erasing.erase import erase_customer
from customers.merging.split import split_record
from customers.models import Contact, Customer, DataSource, HistoryEntry, Note, Opportunity, SourceRecord, Task
from tests.acts import fresh, merge, undo
from tests.database import linked_rows
from tests.factories import CustomerFactory, SourceRecordFactory, make_user

pytestmark = pytest.mark.django_db

KINDS = ("Contact", "Note", "Opportunity", "Task")


def known(external_id: str) -> Customer:
    return SourceRecordFactory(customer=CustomerFactory(first_name=external_id), external_id=external_id).customer


@pytest.fixture
def staff():
    return make_user("jane", email="jane@example.com")


def task(about, staff) -> Task:
    return tasks.add(about, {"details": "Call", "assignee": staff, "due": timezone.now()}, by=staff)


def contact_of(customer: Customer) -> Contact:
    record = customer.own_records.exclude(data_source__name=DataSource.STAFF).get()
    return contacts.add(customer, record.data_source, {"first_name": "Ada"}, by=None, known_as=record.external_id)


def has(customer: Customer) -> dict[str, int]:
    return {kind: len(pks) for kind, pks in linked_rows(customer).items() if kind in KINDS}


def test_what_is_about_a_contact_of_the_duplicate_goes_back_with_it(staff):
    survivor, duplicate = known("1"), known("2")
    contact = contact_of(duplicate)
    done = merge(survivor, duplicate)
    task(contact, staff)
    notes.add(contact, {"text": "Likes tea"}, by=staff)
    task(survivor, staff)
    assert has(survivor) == {"Contact": 1, "Note": 1, "Task": 2}
    undo(done)
    assert has(survivor) == {"Task": 1}
    assert has(duplicate) == {"Contact": 1, "Note": 1, "Task": 1}


def test_erasing_one_side_takes_what_is_about_its_contacts_and_leaves_the_other_its_own(staff):
    survivor, duplicate = known("1"), known("2")
    contact = contact_of(duplicate)
    done = merge(survivor, duplicate)
    about_contact, other = task(contact, staff), task(survivor, staff)
    undo(done)
    [back] = fresh(duplicate)
    erase_customer(back, version=back.version, by=staff)
    assert list(Task.objects.all()) == [other]
    assert not Contact.objects.exists()
    assert not [entry for entry in HistoryEntry.objects.all() if "Ada" in str(entry.values)]
    assert about_contact.source_record.customer_id == survivor.pk  # where it was before the undo


def test_what_is_about_a_contact_is_split_off_with_its_record(staff):
    survivor, duplicate = known("1"), known("2")
    contact = contact_of(duplicate)
    merge(survivor, duplicate)
    task(contact, staff)
    new = split_record(SourceRecord.objects.get(pk=contact.source_record_id), by=staff)
    assert has(new) == {"Contact": 1, "Task": 1}
    assert has(survivor) == {}


def test_a_contact_that_went_takes_what_is_about_it_to_the_record_of_the_one_that_stays(staff):
    survivor, duplicate = known("1"), known("2")
    into, goes = contact_of(survivor), contact_of(duplicate)
    done = merge(survivor, duplicate)
    task(goes, staff)
    notes.add(goes, {"text": "Likes tea"}, by=staff)
    contacts.merge(into, goes, by=staff)
    undo(done)
    assert has(survivor) == {"Contact": 1, "Note": 1, "Task": 1}
    assert Task.objects.get().contact == Note.objects.get().contact == into


def test_the_staff_record_takes_contacts_of_staff():
    customer = known("1")
    contact = contacts.add(customer, DataSource.staff(), {"first_name": "Ada"}, by=None)
    assert contact.source_record.is_staff_record


def test_of_several_records_of_a_source_the_first_or_the_one_named_is_chosen():
    customer = known("1")
    later = SourceRecordFactory(customer=customer, external_id="1b")
    assert contacts.add(customer, later.data_source, {}, by=None).source_record.external_id == "1"
    assert contacts.add(customer, later.data_source, {}, by=None, known_as="1b").source_record == later


def test_nothing_is_written_for_somebody_erased_meanwhile(staff):
    customer, contact = known("1"), contact_of(known("2"))
    for erased in (*fresh(customer), Customer.objects.get(pk=contact.source_record.customer_id)):
        erase_customer(erased, version=erased.version, by=staff)
    values = {"owner": staff, "amount": 1, "currency": "USD"}
    for act in (
        lambda: task(customer, staff),
        lambda: task(contact, staff),
        lambda: opportunities.add(customer, values, by=staff),
        lambda: contacts.edit(contact, {"first_name": "Bob"}, by=staff),
        lambda: contacts.delete(contact, by=staff),
    ):
        with pytest.raises(common.EngagementError):
            act()
    assert not any(model.objects.exists() for model in (Task, Opportunity, Contact))


def test_a_row_goes_on_with_whoever_has_its_record_now(staff):
    survivor, duplicate = known("1"), known("2")
    seen = task(duplicate, staff)
    merge(survivor, duplicate)
    tasks.edit(seen, {"details": "Write"}, by=staff)
    assert has(survivor) == {"Task": 1}
    assert Task.objects.get().details == "Write"
