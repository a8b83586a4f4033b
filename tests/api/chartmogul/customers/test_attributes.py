import pytest
from chartmogul import Attributes, CustomAttributes, Tags
from chartmogul import Customer as Client
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Attribute, Customer, HistoryEntry, Tag
from tests.acts import merge
from tests.api.chartmogul.customers.customer_requests import merged, now, send
from tests.api.chartmogul.page_numbers import END_OF_PAGE
from tests.tables import table

AGE = {"type": "Integer", "key": "age", "value": 18, "source": "import"}
TOGGLE = {"type": "Boolean", "key": "Toggle", "value": False}


@pytest.fixture
def smith(caller, shop):
    return send(caller, shop, "1", name="John Smith", email="john@example.com")


@pytest.fixture
def double(caller, shop):
    return send(caller, shop, "2", name="Johnny", email="John@example.com")


def attributes(shown, rest=""):
    return f"customers/{shown['uuid']}/attributes{rest}"


def test_attributes_are_shown(caller, smith):
    shown = caller.get(attributes(smith))
    assert (shown.status_code, shown.json()) == (200, {"custom": {}, "clearbit": {}, "stripe": {}, "tags": []})
    assert caller.get(attributes(smith), with_overrides="true").json()["overrides"] == {}


def test_tags_are_put_on_and_taken_off(caller, smith):
    put_on = caller.post(attributes(smith, "/tags"), {"tags": ["a", "b", "A"]})
    assert (put_on.status_code, put_on.json()) == (200, {"tags": ["A", "b"]})
    gone = caller.delete(attributes(smith, "/tags"), {"tags": ["a", "unknown"]})
    assert (gone.status_code, gone.json()) == (200, {"tags": ["b"]})
    assert caller.delete(attributes(smith, "/tags"), {"tags": ["b"]}).json() == {"tags": []}
    entries = HistoryEntry.objects.filter(kind="tag").order_by("pk")
    assert [entry.text for entry in entries] == ["Added the tags A and b.", "Removed the tag A.", "Removed the tag b."]


def test_custom_attributes_are_added_changed_and_removed(caller, smith):
    path = attributes(smith, "/custom")
    assert caller.post(path, {"custom": [AGE, TOGGLE]}).json() == {"custom": {"age": 18, "Toggle": False}}
    changed = caller.put(path, {"custom": {"age": "19", "Toggle": {"value": True, "source": "x"}, "channel": "X"}})
    assert (changed.status_code, changed.json()) == (200, {"custom": {"age": 19, "Toggle": True, "channel": "X"}})
    gone = caller.delete(path, {"custom": ["age", "unknown"]})
    assert (gone.status_code, gone.json()["message"]) == (200, "success")
    assert gone.json()["custom"] == {"Toggle": True, "channel": "X"}
    assert caller.delete(path, {"custom": ["age"]}).json()["message"] == "noop"


def test_a_removal_that_leaves_nothing_answers_an_empty_object(caller, smith):
    caller.post(attributes(smith, "/custom"), {"custom": [AGE]})
    gone = caller.delete(attributes(smith, "/custom"), {"custom": [["age"]]})
    assert (gone.status_code, gone.json()) == (200, {"custom": {}, "message": "success"})


def test_a_value_of_another_type_changes_the_type(caller, smith):
    path = attributes(smith, "/custom")
    caller.post(path, {"custom": [AGE]})
    assert caller.put(path, {"custom": {"age": "old"}}).json() == {"custom": {"age": "old"}}
    assert caller.put(path, {"custom": {"age": 1.5}}).json() == {"custom": {"age": "1.5"}}


def test_all_who_have_an_email_are_labelled_together(caller, smith, double, shop):
    send(caller, shop, "3", email="other@example.com")
    tagged = caller.post("customers/attributes/tags", {"email": "john@example.com", "tags": ["a"]})
    assert tagged.json().keys() == {"entries"}
    assert [(entry["uuid"], entry["attributes"]["tags"]) for entry in tagged.json()["entries"]] == [
        (smith["uuid"], ["a"]),
        (double["uuid"], ["a"]),
    ]
    custom = caller.post("customers/attributes/custom", {"email": "john@example.com", "custom": [AGE]}).json()
    assert [entry["attributes"]["custom"] for entry in custom["entries"]] == [{"age": 18}] * 2
    assert Tag.objects.count() == Attribute.objects.count() == 2


def test_nobody_is_labelled_by_an_email_that_nobody_has(caller, smith):
    for path, body in (("tags", {"tags": ["a"]}), ("custom", {"custom": [AGE]})):
        response = caller.post(f"customers/attributes/{path}", {"email": "nobody@example.com", **body})
        assert (response.status_code, response.json()["param"]) == (404, "email")


def test_too_many_of_one_email_are_not_labelled(caller, smith, double, monkeypatch):
    monkeypatch.setattr("crm.api.chartmogul.customers.attributes.MOST_CUSTOMERS", 1)
    response = caller.post("customers/attributes/tags", {"email": "john@example.com", "tags": ["a"]})
    assert (response.status_code, *response.json()["errors"]) == (422, "email")
    assert not Tag.objects.exists()


def test_what_was_merged_away_is_labelled_as_the_survivor(caller, smith, double):
    merged(caller, double, smith)
    assert caller.post(attributes(double, "/tags"), {"tags": ["vip", "merged-customer"]}).json() == {
        "tags": ["vip", "merged-customer"]
    }
    assert now(caller, smith)["attributes"]["tags"] == ["vip", "merged-customer"]
    assert (
        caller.delete(attributes(smith, "/tags"), {"tags": ["merged-customer"]}).json()["tags"][-1] == "merged-customer"
    )
    assert Tag.objects.count() == 1


def test_hidden_tags_of_a_merged_customer_take_no_more_queries(caller, shop, django_assert_num_queries):
    for n in range(6):
        send(caller, shop, str(n), email="john@example.com", attributes={"tags": ["a", f"b{n}"]})
    customers = list(Customer.objects.order_by("pk"))
    for survivor, duplicate in zip(customers[::2], customers[1::2], strict=True):
        caller.delete(f"customers/{duplicate.uuid}/attributes/tags", {"tags": ["a"]})
        merge(survivor, duplicate)
    caller.get("customers")
    one = [entry["attributes"]["tags"] for entry in caller.get("customers", per_page="1").json()["entries"]]
    assert one == [["a", "b0", "b1", "merged-customer"]]
    with django_assert_num_queries(QUERIES + END_OF_PAGE):
        caller.get("customers", per_page="1")
    with django_assert_num_queries(QUERIES):
        caller.get("customers")


# As many as any page takes, and one to see whose removals hide whose tags for each merge above one.
QUERIES = 9


@table(
    ("method", "rest", "body", "status"),
    [
        ("POST", "/tags", {}, 400),
        ("POST", "/tags", {"tags": "a"}, 422),
        ("POST", "/tags", {"tags": [7]}, 422),
        ("POST", "/tags", {"tags": ["ok", "x" * 61]}, 422),
        ("POST", "/tags", {"tags": ["ok", "\x00"]}, 422),
        ("POST", "/custom", {"custom": {"a": 1}}, 422),
        ("POST", "/custom", {"custom": [{"key": "a", "value": 1}]}, 400),
        ("POST", "/custom", {"custom": [AGE, {"type": "Integer", "key": "b", "value": 2**63}]}, 422),
        ("POST", "/custom", {"custom": [AGE, {"type": "Decimal", "key": "b", "value": "1e400"}]}, 422),
        ("POST", "/custom", {"custom": [{"type": "String", "key": "x" * 101, "value": "a"}]}, 422),
        ("POST", "/custom", {"custom": [{"type": "Timestamp", "key": "b", "value": "99999-01-01"}]}, 422),
        ("POST", "/custom", {"custom": [{"type": "Boolean", "key": "b", "value": 1}]}, 422),
        ("PUT", "/custom", {"custom": {"a": None}}, 422),
        ("PUT", "/custom", {"custom": {"a": {"b": 1}}}, 422),
        ("PUT", "/custom", {"custom": [AGE]}, 422),
        ("DELETE", "/custom", {}, 400),
        ("DELETE", "/tags", {"tags": {"a": 1}}, 422),
    ],
)
def test_what_cannot_be_stored_changes_nothing(caller, smith, method, rest, body, status):
    response = caller.send(method, attributes(smith, rest), body)
    assert response.status_code == status, response.content
    assert not Tag.objects.exists()
    assert not Attribute.objects.exists()


def test_an_unknown_customer_has_no_attributes(caller):
    for method, rest, body in (
        ("GET", "", {}),
        ("POST", "/tags", {"tags": ["a"]}),
        ("DELETE", "/tags", {"tags": ["a"]}),
        ("POST", "/custom", {"custom": [AGE]}),
        ("PUT", "/custom", {"custom": {"a": 1}}),
        ("DELETE", "/custom", {"custom": ["a"]}),
    ):
        assert caller.send(method, f"customers/cus_unknown/attributes{rest}", body).status_code == 404


def test_the_published_client_labels(config, shop):
    said = {"data_source_uuid": shop.uuid, "external_id": "1", "name": "John", "email": "john@example.com"}
    uuid = Client.create(config, data=said).get().uuid
    assert Tags.add(config, uuid=uuid, data={"tags": ["a", "b"]}).get().tags == ["a", "b"]
    assert Tags.remove(config, uuid=uuid, data={"tags": ["a"]}).get().tags == ["b"]
    (entry,) = Tags.add_by_email(config, data={"email": "john@example.com", "tags": ["c"]}).get().entries
    assert entry.attributes.tags == ["b", "c"]
    assert CustomAttributes.add(config, uuid=uuid, data={"custom": [AGE]}).get().custom == {"age": 18}
    assert CustomAttributes.update(config, uuid=uuid, data={"custom": {"age": 20}}).get().custom == {"age": 20}
    by_email = {"email": "john@example.com", "custom": [TOGGLE]}
    (entry,) = CustomAttributes.add_by_email(config, data=by_email).get().entries
    assert entry.attributes.custom == {"age": 20, "Toggle": False}
    assert Attributes.retrieve(config, uuid=uuid).get().tags == ["b", "c"]
    gone = CustomAttributes.remove(config, uuid=uuid, data={"custom": ["age", "Toggle"]}).get()
    assert (gone.custom, gone.message) == ({}, "success")


def test_a_hundred_tags_ask_as_much_of_the_database_as_one(caller, shop, django_assert_max_num_queries):
    shown = send(caller, shop, "1")
    with CaptureQueriesContext(connection) as one:
        caller.post(f"customers/{shown['uuid']}/attributes/tags", {"tags": ["one"]})
    with django_assert_max_num_queries(len(one)):
        caller.post(f"customers/{shown['uuid']}/attributes/tags", {"tags": [f"tag {n}" for n in range(100)]})


def test_more_than_a_thousand_names_at_once_are_refused(caller, shop):
    shown = send(caller, shop, "1")
    names = [str(number) for number in range(1001)]
    path = f"customers/{shown['uuid']}/attributes"
    for response in (
        caller.post(f"{path}/tags", {"tags": names}),
        caller.delete(f"{path}/tags", {"tags": names}),
        caller.put(f"{path}/custom", {"custom": dict.fromkeys(names, 1)}),
        caller.delete(f"{path}/custom", {"custom": names}),
        caller.post("customers", {"data_source_uuid": shop.uuid, "external_id": "2", "attributes": {"tags": names}}),
    ):
        assert (response.status_code, list(response.json()["errors"])) == (422, ["attributes"])
    assert not Tag.objects.exists()
