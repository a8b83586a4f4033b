import pytest
from chartmogul import Customer as Client

from crm.audit.models import AuditEntry
from customers.models import Customer, HistoryEntry, Merge, Via
from tests.api.caller import Caller
from tests.api.chartmogul.customers.customer_requests import ids_of, merged, now, send, uuid_of
from tests.factories import DataSourceFactory, order
from tests.tables import table


@pytest.fixture
def smith(caller, shop):
    return send(caller, shop, "1", name="John Smith", email="john@example.com", city="Prague", attributes=SMITHS)


@pytest.fixture
def jones(caller, market):
    return send(
        caller, market, "9", name="Jane Jones", email="jane@example.com", company="Initrode", attributes=JONESES
    )


SMITHS = {"tags": ["shop"], "custom": [{"type": "Integer", "key": "age", "value": 18}]}
JONESES = {
    "tags": ["market"],
    "custom": [
        {"type": "Integer", "key": "age", "value": 19},
        {"type": "Boolean", "key": "Toggle", "value": True},
    ],
}


@table("goes", [uuid_of, ids_of])
@table("into", [uuid_of, ids_of])
def test_a_merge_has_happened_when_it_is_answered(caller, smith, jones, goes, into):
    response = caller.post("customers/merges", {"from": goes(jones), "into": into(smith)})
    assert (response.status_code, response.json()) == (202, {})
    shown = now(caller, smith)
    kept = ("id", "uuid", "name", "email", "company", "city", "external_id", "data_source_uuid")
    assert {name: shown[name] for name in kept} == {name: smith[name] for name in kept}
    assert shown["external_ids"] == ["1", "9"]
    assert shown["data_source_uuids"] == [smith["data_source_uuid"], jones["data_source_uuid"]]
    assert sorted(shown["attributes"]["tags"]) == ["market", "merged-customer", "shop"]
    assert shown["attributes"]["custom"] == {"age": 18, "Toggle": True}
    assert now(caller, jones) == shown
    merge = Merge.objects.get()
    assert (merge.by, merge.via) == (caller.user, Via.API)


def test_a_merge_takes_the_strictest_consent_and_loosens_none(caller, smith, jones):
    Customer.objects.filter(uuid=smith["uuid"]).update(email_opt_in=True, sms_contact=None)
    Customer.objects.filter(uuid=jones["uuid"]).update(email_opt_in=False, sms_contact=True, do_not_sell=True)
    merged(caller, jones, smith)
    survivor = Customer.objects.get(uuid=smith["uuid"])
    assert (survivor.email_opt_in, survivor.sms_contact, survivor.do_not_sell) == (False, None, True)


def test_whoever_is_called_nothing_is_called_what_the_other_is(caller, shop, jones):
    nameless = send(caller, shop, "2", city="Prague")
    assert merged(caller, jones, nameless).status_code == 202
    shown = now(caller, nameless)
    assert (shown["name"], shown["city"], shown["company"]) == ("Jane Jones", "Prague", "Initrode")


def test_a_merge_makes_nobody_lost_who_has_bought(caller, smith, jones):
    Customer.objects.filter(uuid=smith["uuid"]).update(lead_status="lost")
    order("Market", external_id="9")
    merged(caller, jones, smith)
    assert Customer.objects.get(uuid=smith["uuid"]).lead_status == "new"


def test_a_merge_asked_for_again_is_answered_as_before(caller, smith, jones):
    for goes, into in ((jones, smith), (jones, smith), (smith, jones)):
        assert merged(caller, goes, into).status_code == 202
    response = caller.post("customers/merges", {"from": ids_of(jones), "into": ids_of(smith)})
    assert response.status_code == 202
    assert Merge.objects.count() == 1


def test_an_id_that_was_merged_away_merges_whom_it_became_part_of(caller, shop, smith, jones):
    third = send(caller, shop, "3", name="Third")
    merged(caller, jones, smith)
    assert merged(caller, jones, third).status_code == 202
    assert now(caller, smith)["uuid"] == third["uuid"]


@table("name", [uuid_of, ids_of])
def test_a_customer_is_not_merged_with_itself(caller, smith, name):
    response = caller.post("customers/merges", {"from": uuid_of(smith), "into": name(smith)})
    assert response.status_code == 422
    assert response.json() == {"errors": {"from": "A customer cannot be merged with itself."}}


def test_nobody_is_merged_with_who_was_erased(caller, smith, jones):
    caller.delete(f"customers/{jones['uuid']}")
    response = merged(caller, jones, smith)
    assert response.status_code == 404
    assert response.json() == {"code": 404, "message": "This customer was erased", "param": "from"}
    assert caller.post("customers/merges", {"from": ids_of(jones), "into": uuid_of(smith)}).status_code == 404


@table(
    ("ids", "status"),
    [
        ({"customer_uuid": "cus_unknown"}, 404),
        ({"customer_uuid": "\x00"}, 404),
        ({"data_source_uuid": "ds_unknown", "external_id": "1"}, 404),
        ({"external_id": "1"}, 400),
        ({}, 400),
        (None, 422),
        ("cus_1", 422),
        ({"customer_uuid": 7}, 422),
    ],
)
def test_who_cannot_be_found_is_not_merged(caller, smith, ids, status):
    response = caller.post("customers/merges", {"from": ids, "into": uuid_of(smith)})
    assert response.status_code == status, response.content
    assert not Merge.objects.exists()


def test_both_sides_are_needed(caller, smith):
    assert caller.post("customers/merges", {"into": uuid_of(smith)}).json()["param"] == "from"


def test_a_merge_of_a_match_needs_no_other_permission(caller, market, smith):
    johnny = send(caller, market, "8", name="Johnny", email="john@example.com")
    assert (
        merged(
            Caller("customers.view_customer", "customers.merge_customer", username="merger"), johnny, smith
        ).status_code
        == 202
    )


def test_a_merge_without_a_match_needs_that_permission_as_on_the_page(smith, jones):
    refused = merged(Caller("customers.view_customer", "customers.merge_customer", username="merger"), jones, smith)
    assert refused.status_code == 403
    assert "“Can merge without a match”" in refused.json()["message"]
    assert AuditEntry.objects.get(action="access").text == refused.json()["message"]
    assert not Merge.objects.exists()


def test_two_who_merge_the_same_pair_at_once_make_one_merge(run_together):
    caller = Caller()
    source = DataSourceFactory()
    one, other = (send(caller, source, str(n), name=f"Customer {n}") for n in range(2))
    answers = run_together(
        *[lambda: merged(caller, one, other).status_code] * 2, lambda: merged(caller, other, one).status_code
    )
    assert answers == [202, 202, 202]
    assert Merge.objects.count() == 1
    assert HistoryEntry.objects.filter(kind="merge").count() == 1


def test_the_published_client_merges(config, shop):
    made = [
        Client.create(config, data={"data_source_uuid": shop.uuid, "external_id": str(n), "name": f"C {n}"}).get()
        for n in range(2)
    ]
    ids = {"from": {"customer_uuid": made[0].uuid}, "into": {"data_source_uuid": shop.uuid, "external_id": "1"}}
    assert Client.merge(config, data=ids).get() is None
    assert Client.retrieve(config, uuid=made[0].uuid).get().external_ids == ["1", "0"]
    ids = {"customer_uuid": made[1].uuid, "data_source_uuid": shop.uuid, "external_id": "0"}
    assert Client.unmerge(config, data={**ids, "move_to_new_customer": ["tasks", "notes"]}).get() is None
    assert Client.retrieve(config, uuid=made[0].uuid).get().uuid == made[0].uuid
