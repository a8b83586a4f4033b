from typing import Any

import pytest

from customers.models import Contact, Customer, HistoryEntry
from tests.api.chartmogul.customers.customer_requests import merged, now, send
from tests.factories import CustomerFactory


@pytest.fixture
def smith(caller, shop) -> dict[str, Any]:
    return send(caller, shop, "1", name="John Smith")


def said(caller, shown: dict[str, Any], **values: Any):
    return caller.patch(f"customers/{shown['uuid']}", {"primary_contact": values})


def test_a_change_makes_a_contact_where_there_is_none(caller, smith):
    assert said(caller, smith, first_name="Jane", email="Jane@Example.com", title=None).status_code == 200
    contact = Contact.objects.get()
    assert (contact.first_name, contact.email, contact.position) == ("Jane", "jane@example.com", 1)
    assert contact.source_record.external_id == "1"
    assert "Added the contact Jane." in [entry.text for entry in HistoryEntry.objects.all()]


def test_a_change_is_about_the_contact_that_stands_first(caller, shop, smith):
    for position, name in ((2, "Second"), (1, "First")):
        body = {"data_source_uuid": shop.uuid, "first_name": name, "phone": "123", "position": position}
        caller.post(f"customers/{smith['uuid']}/contacts", body)
    said(caller, smith, title="Boss", phone=None)
    contacts = Contact.objects.order_by("position").values_list("first_name", "title", "phone")
    assert list(contacts) == [("First", "Boss", ""), ("Second", "", "123")]


def test_the_contact_of_the_survivor_stands_before_that_of_a_duplicate(caller, shop, market, smith):
    jones = send(caller, market, "9", name="Jane Jones", primary_contact={"first_name": "Theirs"})
    said(caller, smith, first_name="Ours")
    merged(caller, jones, smith)
    said(caller, jones, title="Boss")
    assert dict(Contact.objects.values_list("first_name", "title")) == {"Theirs": "", "Ours": "Boss"}


def test_nothing_said_of_a_contact_makes_none(caller, smith):
    for values in ({}, {"title": None}, {"first_name": ""}):
        assert said(caller, smith, **values).status_code == 200
    assert caller.patch(f"customers/{smith['uuid']}", {"primary_contact": None}).status_code == 200
    assert not Contact.objects.exists()


def test_a_contact_that_cannot_be_stored_changes_nothing(caller, smith):
    body = {"name": "Somebody Else", "primary_contact": {"email": "no address"}}
    response = caller.patch(f"customers/{smith['uuid']}", body)
    assert (response.status_code, list(response.json()["errors"])) == (422, ["primary_contact"])
    assert now(caller, smith)["name"] == "John Smith"


def test_whoever_was_typed_in_here_gets_a_contact_too(caller):
    typed = CustomerFactory(first_name="Helena")
    said(caller, {"uuid": typed.uuid}, first_name="Jane")
    assert Contact.objects.get().source_record.customer == Customer.objects.get()
