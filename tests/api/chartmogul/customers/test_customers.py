from customers.models import Contact, Customer, DataSource, HistoryEntry, SourceRecord
from tests.api.caller import Caller
from tests.api.chartmogul.customers.customer_keys import EVERYTHING, assert_shaped
from tests.api.chartmogul.customers.customer_requests import send
from tests.factories import lead, order
from tests.tables import table


def test_a_customer_is_created_with_all_that_is_said(caller, shop):
    shown = send(caller, shop, "cus_002", **EVERYTHING)
    assert_shaped(shown)
    said = {name: EVERYTHING[name] for name in ("name", "email", "company", "city", "zip", "website_url", "status")}
    assert {name: shown[name] for name in said} == said
    assert (shown["country"], shown["state"], shown["owner"]) == ("US", "CA", "program@example.com")
    assert shown["address"] == {
        "country": "United States of America",
        "state": "California",
        "city": "Mountain View",
        "address_zip": "94043",
    }
    assert shown["lead_created_at"] == "2015-11-01T00:00:00.000Z"
    assert shown["free_trial_started_at"] == "2015-12-01T12:30:00.000Z"
    assert shown["attributes"] == {
        "tags": ["Prio1"],
        "custom": {"channel": "Twitter", "age": 18, "CAC": 12.5, "Toggle": False, "since": "2016-01-15T00:00:00.000Z"},
        "clearbit": {},
        "stripe": {},
    }
    assert (shown["external_ids"], shown["data_source_uuids"]) == (["cus_002"], [shop.uuid])
    assert (shown["mrr"], shown["arr"], shown["currency"], shown["currency-sign"]) == (0, 0, "USD", "$")
    assert shown["chartmogul-url"].endswith(f"#{shown['id']}-Initrode")
    assert caller.get(f"customers/{shown['uuid']}").json() == shown


def test_the_contact_that_comes_with_a_customer_hangs_off_its_record(caller, shop):
    said = {"first_name": "Jane", "last_name": "Smith", "email": "jane@example.com", "title": None, "phone": "123"}
    shown = send(caller, shop, "1", name="John Smith", primary_contact=said)
    contact = Contact.objects.get()
    assert contact.source_record.external_id == "1"
    assert (contact.first_name, contact.email, contact.title) == ("Jane", "jane@example.com", "")
    answer = caller.get("customers/search", email="jane@example.com", with_associated_emails="true").json()
    assert [entry["uuid"] for entry in answer["entries"]] == [shown["uuid"]]


def test_what_is_created_is_told_of_in_the_history(caller, shop):
    send(caller, shop, "cus_002", name="John Smith")
    assert [entry.text for entry in HistoryEntry.objects.all()] == ["Received from Shop as cus_002."]
    assert HistoryEntry.objects.get().by == caller.user


def test_no_name_is_needed(caller, shop):
    shown = send(caller, shop, "cus_002")
    assert_shaped(shown)
    assert (shown["name"], shown["email"], shown["company"], shown["status"]) == ("", "", "", "New Lead")
    assert (shown["customer-since"], shown["country"], shown["address"]["country"]) == (None, None, None)


@table(
    "name",
    [
        "John Smith",
        "Madonna",
        "Ludwig van Beethoven",
        "Ludwig von und zu Hohenfels",
        "John Smith Jr.",
        "John  Smith",
        "Acme, Inc.",
        "李 雷",
        "A",
        "x" * 100 + " " + "y",
    ],
)
def test_a_name_comes_out_as_it_went_in(caller, shop, name):
    shown = send(caller, shop, "cus_002", name=name)
    assert shown["name"] == name
    assert caller.get(f"customers/{shown['uuid']}").json()["name"] == name


def test_two_with_one_email_stay_two(caller, shop):
    one = send(caller, shop, "1", name="John Smith", email="john@example.com")
    other = send(caller, shop, "2", name="John Smith", email="john@example.com")
    assert one["uuid"] != other["uuid"]
    assert Customer.objects.live().count() == 2


def test_an_external_id_is_known_once_in_a_data_source(caller, shop, market):
    send(caller, shop, "1")
    send(caller, market, "1")
    response = caller.post("customers", {"data_source_uuid": shop.uuid, "external_id": "1", "name": "Again"})
    assert response.status_code == 422
    taken = "The external ID for this customer already exists in our system."
    assert response.json() == {"errors": {"external_id": taken}}
    assert Customer.objects.count() == 2


@table(
    ("said", "status", "named"),
    [
        ({"external_id": ""}, 422, "external_id"),
        ({"external_id": "x" * 256}, 422, "external_id"),
        ({"external_id": "a\x00b"}, 422, "external_id"),
        ({"external_id": 7.5}, 422, "external_id"),
        ({"data_source_uuid": "ds_unknown"}, 404, "data_source_uuid"),
        ({"data_source_uuid": "ds\x00"}, 404, "data_source_uuid"),
        ({"name": "x" * 300}, 422, "name"),
        ({"name": "a\x00b"}, 422, "name"),
        ({"name": ["John"]}, 422, "name"),
        ({"email": "no address"}, 422, "email"),
        ({"email": "x" * 300 + "@example.com"}, 422, "email"),
        ({"city": "x" * 200}, 422, "city"),
        ({"website_url": "javascript:alert(1)"}, 422, "website_url"),
        ({"status": "Active"}, 422, "status"),
        ({"owner": "nobody@example.com"}, 422, "owner"),
        ({"lead_created_at": "99999-01-01"}, 422, "lead_created_at"),
        ({"attributes": {"tags": ["x" * 61]}}, 422, "attributes"),
        ({"attributes": {"tags": "prio"}}, 422, "attributes.tags"),
        ({"primary_contact": {"email": "no address"}}, 422, "primary_contact"),
        ({"primary_contact": {"first_name": "x" * 200}}, 422, "primary_contact"),
        ({"primary_contact": "Jane"}, 422, "primary_contact"),
        ({"attributes": "prio"}, 422, "attributes"),
        ({"attributes": {"custom": [{"type": "Integer", "key": "a", "value": "many"}]}}, 422, "custom"),
        ({"attributes": {"custom": [{"type": "Date", "key": "a", "value": "2016"}]}}, 422, "custom"),
        ({"attributes": {"custom": [{"type": "String", "key": "a", "value": "x" * 256}]}}, 422, "custom"),
        ({"attributes": {"custom": [{"type": "String", "key": "a", "value": "x\x00"}]}}, 422, "attributes"),
        ({"attributes": {"custom": [{"type": "Decimal", "key": "a", "value": float("nan")}]}}, 422, "custom"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(caller, shop, said, status, named):
    response = caller.post("customers", {"data_source_uuid": shop.uuid, "external_id": "1"} | said)
    assert response.status_code == status, response.content
    assert named == (response.json()["param"] if status == 404 else next(iter(response.json()["errors"])))
    assert not Customer.objects.exists()


@table(
    ("said", "message"),
    [
        ({"attributes": "prio"}, "Input should be an object"),
        ({"primary_contact": []}, "Input should be an object"),
        ({"lead_created_at": "soon"}, "must be a date such as 2016-01-15 or a time such as 2016-01-15T12:00:00Z"),
    ],
)
def test_what_is_wrong_is_said_without_a_word_of_python(caller, shop, said, message):
    response = caller.post("customers", {"data_source_uuid": shop.uuid, "external_id": "1"} | said)
    assert [*response.json()["errors"].values()] == [message]


@table("missing", ["data_source_uuid", "external_id"])
def test_both_ids_are_needed(caller, shop, missing):
    body = {"data_source_uuid": shop.uuid, "external_id": "1"}
    del body[missing]
    response = caller.post("customers", body)
    assert (response.status_code, response.json()["param"]) == (400, missing)


@table("body", [b"{", b"[]", b'"x"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(caller, body):
    assert caller.post("customers", body).status_code in (400, 422)


def test_nothing_is_sent_to_the_data_source_of_staff(caller):
    taken = order(email="a@example.com")
    staff = caller.post("data_sources", {"name": "Staff"})
    assert staff.status_code == 422
    body = {"data_source_uuid": DataSource.staff().uuid, "external_id": taken.assigned.record.customer.uuid}
    assert caller.post("customers", body).status_code == 422
    assert SourceRecord.objects.count() == 1


@table("uuid", ["cus_unknown", "%00"])
def test_an_unknown_customer_is_not_found(uuid, db):
    caller = Caller()
    for response in (
        caller.get(f"customers/{uuid}"),
        caller.patch(f"customers/{uuid}"),
        caller.delete(f"customers/{uuid}"),
    ):
        assert (response.status_code, response.json()["message"]) == (404, "Customer not found")


def test_what_is_asked_for_besides_is_answered(caller, shop):
    shown = send(caller, shop, "1")
    answer = caller.get(f"customers/{shown['uuid']}", with_overrides="true", attributes_with_history="true").json()
    assert (answer["attributes"]["overrides"], answer["attributes"]["historical_values"]) == ({}, {})


def test_particles_belong_to_the_last_name_and_an_order_finds_the_customer(caller, shop):
    send(caller, shop, "1", name="Johannes van der Berg", email="jvdb@reunite.cz")
    known = Customer.objects.get()
    assert (known.first_name, known.last_name) == ("Johannes", "van der Berg")
    matched = lead("Market", first_name="Johannes", last_name="van der Berg", email="jvdb@reunite.cz")
    assert matched.record.customer == known
