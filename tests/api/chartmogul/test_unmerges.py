from decimal import Decimal

import pytest
from django.utils import timezone

from customers.credit import credit
from customers.models import Contact, Customer, HistoryEntry, Note, Opportunity, SourceRecord, Task
from customers.models.ids import public_id
from customers.pages.add_customer import add_customer
from customers.profile.edit import edit_profile
from tests.acts import merge
from tests.api.caller import Caller
from tests.api.chartmogul.customers.customer_requests import merged, now, send, unmerged
from tests.factories import order
from tests.tables import table


@pytest.fixture
def smith(caller, shop):
    return send(caller, shop, "1", name="John Smith", email="john@example.com")


@pytest.fixture
def jones(caller, market):
    return send(caller, market, "9", name="Jane Jones", email="jane@example.com")


def row(shown):
    return Customer.objects.get(uuid=shown["uuid"])


def test_a_duplicate_lives_again_under_its_old_number(caller, smith, jones):
    merged(caller, jones, smith)
    response = unmerged(caller, jones, smith)
    assert (response.status_code, response.json()) == (202, {})
    assert (now(caller, smith), now(caller, jones)) == (smith, jones)


def test_one_of_several_merged_comes_back_alone(caller, shop, smith, jones):
    third = send(caller, shop, "3", name="Third")
    merged(caller, jones, smith)
    merged(caller, third, smith)
    assert unmerged(caller, jones, third).status_code == 202
    assert now(caller, jones) == jones
    assert now(caller, third)["external_ids"] == ["1", "3"]


def test_one_who_was_merged_on_comes_back_from_the_end_of_the_chain(caller, shop, smith, jones):
    third = send(caller, shop, "3", name="Third")
    merged(caller, jones, smith)
    merged(caller, smith, third)
    assert unmerged(caller, jones, third).status_code == 202
    assert now(caller, jones) == jones
    assert now(caller, smith)["external_ids"] == ["3", "1"]


def test_a_record_that_came_with_others_is_split_off(caller, shop, smith, jones):
    merged(caller, jones, smith)
    third = send(caller, shop, "3", name="Third")
    merged(caller, smith, third)
    assert unmerged(caller, smith, third).status_code == 202
    (shown,) = caller.get("customers", external_id="1").json()["entries"]
    assert shown["uuid"] not in (smith["uuid"], jones["uuid"], third["uuid"])
    assert (shown["name"], shown["email"]) == ("John Smith", "john@example.com")
    assert now(caller, third)["external_ids"] == ["3", "9"]
    assert now(caller, jones)["uuid"] == third["uuid"]


def test_the_customer_s_own_record_is_split_off(caller, smith, jones):
    merged(caller, jones, smith)
    assert unmerged(caller, smith, smith).status_code == 202
    assert now(caller, smith)["external_ids"] == ["9"]
    (shown,) = caller.get("customers", external_id="1").json()["entries"]
    assert shown["uuid"] != smith["uuid"]


def test_the_only_record_of_a_customer_stays(caller, smith):
    response = unmerged(caller, smith, smith)
    assert response.status_code == 422
    assert "only record" in response.json()["errors"]["external_id"]


def test_the_only_record_that_is_left_stays_although_a_merge_brought_it(caller, shop, smith, jones):
    merged(caller, jones, smith)
    unmerged(caller, smith, smith)
    response = unmerged(caller, jones, smith)
    assert response.status_code == 422, response.content
    assert "only record" in response.json()["errors"]["external_id"]
    assert now(caller, jones)["uuid"] == smith["uuid"]
    assert now(caller, smith)["external_ids"] == ["9"]


def test_whoever_was_typed_in_here_needs_no_record_to_stay(caller, jones):
    uuid = public_id("cus")
    typed = {"uuid": add_customer({"first_name": "Helena"}, uuid=uuid, seen=[], by=caller.user).uuid}
    merged(caller, jones, typed)
    assert unmerged(caller, jones, typed).status_code == 202
    assert (now(caller, jones), now(caller, typed)["external_ids"]) == (jones, [uuid])


def test_the_record_must_be_the_customer_s(caller, shop, smith, jones):
    assert unmerged(caller, jones, smith).status_code == 422
    # Another data source's record with the same id is not meant.
    other = send(caller, shop, "9", name="Third")
    merged(caller, jones, smith)
    assert unmerged(caller, other, smith).status_code == 422


@table(
    ("said", "status"),
    [
        ({"customer_uuid": "cus_unknown"}, 404),
        ({"data_source_uuid": "ds_unknown"}, 404),
        ({"external_id": "unknown"}, 404),
        ({"external_id": "\x00"}, 404),
        ({"external_id": 9.5}, 422),
        ({"move_to_new_customer": ["orders"]}, 422),
        ({"move_to_new_customer": "tasks"}, 422),
    ],
)
def test_what_cannot_be_found_is_not_unmerged(caller, smith, jones, said, status):
    merged(caller, jones, smith)
    assert unmerged(caller, jones, smith, **said).status_code == status
    assert now(caller, jones)["uuid"] == smith["uuid"]


@table("missing", ["customer_uuid", "data_source_uuid", "external_id"])
def test_all_three_ids_are_needed(caller, smith, missing):
    body = {"customer_uuid": smith["uuid"], "data_source_uuid": smith["data_source_uuid"], "external_id": "1"}
    del body[missing]
    assert caller.post("customers/unmerges", body).json()["param"] == missing


def added(customer, user):
    """One of each kind that staff added, and one of each about a contact."""
    home = SourceRecord.objects.get(external_id=customer.uuid)
    record = customer.own_records.exclude(pk=home.pk).get()
    contact = Contact.objects.create(source_record=record)
    for of in ({"source_record": home}, {"source_record": record, "contact": contact}):
        Note.objects.create(text="Called", **of)
        Task.objects.create(details="Call", assignee=user, due=timezone.now(), **of)
    deal = {"owner": user, "pipeline": "New", "pipeline_stage": "Offer", "amount": 10, "currency": "USD"}
    Opportunity.objects.create(source_record=home, estimated_close_date="2026-01-01", **deal)


def held(customer):
    kinds = (Note, Task, Opportunity)
    return [kind.objects.filter(source_record__customer=customer).count() for kind in kinds]


@table(
    ("moving", "kept", "went"),
    [
        ([], [2, 2, 1], [0, 0, 0]),
        (["notes"], [1, 2, 1], [1, 0, 0]),
        (["tasks", "opportunities", "notes", "notes"], [1, 1, 0], [1, 1, 1]),
    ],
)
def test_what_staff_added_stays_unless_it_is_asked_for(caller, smith, jones, moving, kept, went):
    merged(caller, jones, smith)
    added(row(smith), caller.user)
    unmerged(caller, jones, smith, move_to_new_customer=moving)
    assert (held(row(smith)), held(row(jones))) == (kept, went)
    entries = HistoryEntry.objects.filter(source_record__customer=row(smith), sentence__startswith="Moved")
    assert entries.count() == bool(moving)


def test_what_moved_goes_to_whom_a_split_makes(caller, smith, jones):
    merged(caller, jones, smith)
    added(row(smith), caller.user)
    unmerged(caller, smith, smith, move_to_new_customer=["notes"])
    (shown,) = caller.get("customers", external_id="1").json()["entries"]
    # The note about the contact went with the contact's record.
    assert held(row(shown))[0] == 2


def test_credit_that_would_be_below_zero_is_in_the_way(caller, smith, jones):
    credit.adjust(row(jones), Decimal(5), currency="USD", reason="Sorry", by=None)
    merge(row(smith), row(jones), credit={"USD": Decimal(20)})
    credit.adjust(row(smith), Decimal(-20), currency="USD", reason="Spent", by=None)
    response = unmerged(caller, jones, smith)
    assert response.status_code == 422, response.content
    assert "Add credit first, or undo the merge on its page" in response.content.decode()
    assert now(caller, jones)["uuid"] == smith["uuid"]


def test_an_edit_after_the_merge_stays_and_orders_go(caller, shop, smith, jones):
    merged(caller, jones, smith)
    survivor = row(smith)
    edit_profile(survivor, {"company": "Initrode"}, version=survivor.version, by=None, via="page")
    order("Market", external_id="9")
    unmerged(caller, jones, smith)
    assert now(caller, smith)["company"] == "Initrode"
    assert row(jones).records.filter(order__isnull=False).exists()


@table("permission", ["customers.undo_merge", "customers.split_sourcerecord"])
def test_both_permissions_are_needed(caller, smith, jones, permission):
    merged(caller, jones, smith)
    assert unmerged(Caller(permission, username="half"), jones, smith).status_code == 403
