import chartmogul
import pytest
from chartmogul import Contact as Client
from chartmogul import Customer as CustomerClient

from customers.models import Contact, HistoryEntry
from tests.acts import merge
from tests.api.caller import Caller
from tests.api.chartmogul.known_customers import NOWHERE, UNSTORABLE, known, record
from tests.api.chartmogul.page_numbers import END_OF_PAGE
from tests.api.chartmogul.published_client import published_client
from tests.tables import table

pytestmark = pytest.mark.django_db

SHAPE = {
    **{"uuid": str, "customer_uuid": str, "customer_external_id": str, "data_source_uuid": str, "position": int},
    **{"custom": dict, "email": str},
    **dict.fromkeys(
        ("external_id", "first_name", "last_name", "title", "phone", "linked_in", "twitter", "notes"), type(None)
    ),
}


def ids(of) -> dict[str, str]:
    return {"customer_uuid": of.customer.uuid, "data_source_uuid": of.data_source.uuid}


def add(caller: Caller, of, **values):
    response = caller.post("contacts", {**ids(of), **values})
    assert response.status_code == 201, response.content
    return response.json()


def test_a_contact_has_the_recorded_shape():
    shown = add(Caller(), record(), email="contact@example.com", custom=[{"key": "Toggle", "value": False}])
    assert {name: type(value) for name, value in shown.items()} == SHAPE
    assert shown["uuid"].startswith("con_")
    assert (shown["customer_external_id"], shown["position"], shown["custom"]) == ("cus_004", 1, {"Toggle": False})


def test_a_contact_is_created_under_its_customer_too():
    caller, of = Caller(), record()
    path = f"customers/{of.customer.uuid}/contacts"
    made = caller.post(path, {"data_source_uuid": of.data_source.uuid, "first_name": "Ada"})
    assert made.status_code == 201
    assert caller.get(path).json() == {
        "entries": [made.json()],
        "has_more": False,
        "cursor": caller.get(path).json()["cursor"],
    }


def test_the_empty_list_has_what_clients_need():
    assert Caller().get("contacts").json() == {"entries": [], "cursor": None, "has_more": False}


def test_the_list_is_filtered():
    caller, one, other = Caller(), record("1"), record("2", "Shop")
    first, second = add(caller, one, email="Ada@Example.com"), add(caller, other, email="bob@example.com")
    for query, entries in [
        ({"customer_uuid": one.customer.uuid}, [first]),
        ({"data_source_uuid": other.data_source.uuid}, [second]),
        ({"customer_uuid": one.customer.uuid, "data_source_uuid": other.data_source.uuid}, []),
        ({"customer_external_id": "2"}, [second]),
        ({"customer_external_id": "2", "customer_uuid": one.customer.uuid}, []),
        ({"customer_external_id": "2", "data_source_uuid": one.data_source.uuid}, []),
        ({"email": "ada@example.COM"}, [first]),
        ({"email": "ada@example.com", "customer_uuid": other.customer.uuid}, []),
        ({"customer_external_id": "\x00"}, []),
        ({}, [second, first]),
    ]:
        assert caller.get("contacts", **query).json()["entries"] == entries, query


@table("of_one", [True, False])
def test_pages_show_each_once_and_ask_as_much_however_many_there_are(of_one, django_assert_num_queries):
    caller, of = Caller(), record()
    every = [add(caller, of, first_name=str(n))["uuid"] for n in range(5)][::-1]
    query = {"customer_uuid": of.customer.uuid} if of_one else {}
    for size, pages in ((1, 5), (2, 3), (200, 1)):
        seen, cursor = [], {}
        for _ in range(pages):
            # The key with what its user may, the contacts; the customer.
            kept = END_OF_PAGE if pages > 1 and not cursor else 0
            with django_assert_num_queries((3 if of_one else 2) + kept):
                shown = caller.get("contacts", per_page=size, **cursor, **query).json()
            seen += [entry["uuid"] for entry in shown["entries"]]
            cursor = {"cursor": shown["cursor"]}
            assert shown["has_more"] is (len(seen) < 5)
        assert seen == every


def test_an_edit_changes_what_is_sent_and_null_clears():
    caller = Caller()
    made = add(caller, record(), external_id="x", title="CEO", custom=[{"key": "a", "value": 1}], position=3)
    changed = caller.patch(
        f"contacts/{made['uuid']}",
        {"external_id": None, "email": "a@b.example", "position": None, "custom": [{"key": "b", "value": 2.5}]},
    )
    new = {"external_id": None, "email": "a@b.example", "custom": {"a": 1, "b": 2.5}}
    assert (changed.status_code, changed.json()) == (200, made | new)
    emptied = caller.patch(f"contacts/{made['uuid']}", {"custom": {"a": None, "b": None}}).json()
    assert emptied["custom"] == {}
    assert caller.get(f"contacts/{made['uuid']}").json() == emptied


def test_what_was_done_stands_in_the_history_of_the_record():
    caller, of = Caller(), record()
    made = add(caller, of, first_name="Ada", last_name="King")
    caller.patch(f"contacts/{made['uuid']}", {"linked_in": "ada"})
    caller.patch(f"contacts/{made['uuid']}", {"linked_in": "ada"})
    caller.delete(f"contacts/{made['uuid']}")
    entries = HistoryEntry.objects.filter(source_record=of, kind="selling", by=caller.user).order_by("pk")
    assert [entry.text for entry in entries] == [
        "Added the contact Ada King.",
        "Changed the linked in of the contact Ada King.",
        "Deleted the contact Ada King.",
    ]


def test_a_deleted_contact_is_gone_and_its_tasks_stay_with_the_customer():
    caller, of = Caller(), record()
    made = add(caller, of)
    about = {"associated_object_identifier": {"associated_object": "contact", "method": "uuid", "value": made["uuid"]}}
    task = {"task_details": "Call", "assignee": caller.user.email, "due_date": "2026-01-01"}
    task = caller.post("tasks", task | about).json()
    assert task["associated_object_uuid"] == made["uuid"]
    gone = caller.delete(f"contacts/{made['uuid']}")
    assert (gone.status_code, gone.json()) == (200, {})
    assert caller.get(f"contacts/{made['uuid']}").status_code == 404
    assert caller.get(f"tasks/{task['task_uuid']}").json()["associated_object"] == "customer"


def test_a_merge_fills_blanks_joins_notes_and_takes_tasks_and_notes_along():
    caller, of = Caller(), record()
    into = add(caller, of, first_name="Ada", notes="Likes tea.", position=4, custom={"a": 1})
    goes = add(caller, of, first_name="A.", phone="+44 1", notes="Calls late.", position=2, custom={"a": 2, "b": 3})
    about = {"associated_object_identifier": {"associated_object": "contact", "method": "uuid", "value": goes["uuid"]}}
    note = caller.post("notes", {"type": "note", "text": "Said so.", **about}).json()
    response = caller.send("POST", f"contacts/{into['uuid']}/merge/{goes['uuid']}", b"")
    filled = {"phone": "+44 1", "notes": "Likes tea. Calls late.", "custom": {"a": 1, "b": 3}}
    assert (response.status_code, response.json()) == (200, into | filled | {"customer_uuid": None})
    assert caller.get(f"contacts/{goes['uuid']}").status_code == 404
    assert caller.get(f"notes/{note['uuid']}").json()["associated_object_uuid"] == into["uuid"]


def test_contacts_of_two_customers_are_one_person_only_when_the_customers_are():
    caller, one, other = Caller(), record("1"), record("2")
    into, goes = add(caller, one), add(caller, other)
    path = f"contacts/{into['uuid']}/merge/{goes['uuid']}"
    refused = caller.post(path)
    assert (refused.status_code, refused.json()["errors"].keys()) == (422, {"from_uuid"})
    assert caller.post(f"contacts/{into['uuid']}/merge/{into['uuid']}").status_code == 422
    merge(one.customer, other.customer)
    assert caller.post(path).status_code == 200
    assert Contact.objects.get().source_record == one


def test_an_id_that_was_merged_away_keeps_working():
    caller, one, other = Caller(), record("1"), record("2")
    merge(one.customer, other.customer)
    made = add(caller, other, first_name="Ada", customer_external_id="2")
    assert made["customer_uuid"] == one.customer.uuid
    assert Contact.objects.get().source_record == other
    assert caller.get("contacts", customer_uuid=other.customer.uuid).json()["entries"] == [made]


def test_a_customer_whom_the_source_does_not_know_has_no_contacts_there():
    caller, of, elsewhere = Caller(), known("1"), record("2", "Shop")
    response = caller.post("contacts", {"customer_uuid": of.uuid, "data_source_uuid": elsewhere.data_source.uuid})
    assert (response.status_code, response.json()["errors"].keys()) == (422, {"data_source_uuid"})
    assert not Contact.objects.exists()


@table(
    "wrong",
    [
        *({"first_name": text} for text in UNSTORABLE),
        *({"custom": [{"key": "a", "value": text}]} for text in UNSTORABLE),
        *({"custom": [{"key": "k", "value": value}]} for value in (float("nan"), 2**70, "x" * 1_001, [1])),
        {"custom": [{"key": "", "value": 1}]},
        {"custom": [{"key": str(n), "value": 1} for n in range(101)]},
        {"email": "x" * 300 + "@example.com"},
        {"email": "nobody"},
        {"first_name": "x" * 101},
        {"first_name": 7},
        {"position": -1},
        {"position": 2**70},
        {"position": "first"},
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_is_written(wrong):
    caller, of = Caller(), record()
    response = caller.post("contacts", {**ids(of), **wrong})
    assert response.status_code == 422, response.content
    assert [*response.json()] == ["errors"]
    assert not Contact.objects.exists()
    made = add(caller, of)
    assert caller.patch(f"contacts/{made['uuid']}", wrong).status_code == 422
    assert caller.get(f"contacts/{made['uuid']}").json() == made


@table("uuid", [NOWHERE, "%00", "%F0%9F%98%80"])
def test_what_is_not_there_is_not_found(uuid):
    caller, made = Caller(), add(Caller(username="other"), record())
    for response in (
        caller.get(f"contacts/{uuid}"),
        caller.patch(f"contacts/{uuid}"),
        caller.delete(f"contacts/{uuid}"),
        caller.post(f"contacts/{made['uuid']}/merge/{uuid}"),
        caller.post(f"contacts/{uuid}/merge/{made['uuid']}"),
    ):
        assert (response.status_code, response.json()["message"]) == (404, "Contact not found")


def test_what_must_be_there_is_named():
    caller = Caller()
    response = caller.post("contacts", {"customer_uuid": known().uuid})
    assert (response.status_code, response.json()["param"]) == (400, "data_source_uuid")
    response = caller.post("contacts", {"customer_uuid": "cus_x", "data_source_uuid": "ds_x"})
    assert (response.status_code, response.json()["param"]) == (404, "customer_uuid")


def test_the_published_client_does_all_of_it(live_server):
    config, of = published_client(live_server, Caller().token), record()
    made = Client.create(config, data={**ids(of), "first_name": "Ada"}).get()
    other = CustomerClient.createContact(
        config, uuid=of.customer.uuid, data={"data_source_uuid": of.data_source.uuid, "phone": "+44 1"}
    ).get()
    assert Client.retrieve(config, uuid=made.uuid).get().first_name == "Ada"
    assert Client.modify(config, uuid=made.uuid, data={"title": "CEO"}).get().title == "CEO"
    listed = Client.all(config, customer_uuid=of.customer.uuid).get()
    assert [entry.uuid for entry in listed.entries] == [other.uuid, made.uuid]
    assert (listed.has_more, type(listed.cursor)) == (False, str)
    assert len(CustomerClient.contacts(config, uuid=of.customer.uuid).get().entries) == 2
    assert Client.merge(config, into_uuid=made.uuid, from_uuid=other.uuid).get().phone == "+44 1"
    assert Client.destroy(config, uuid=made.uuid).get() is not None
    with pytest.raises(chartmogul.APIError):
        Client.retrieve(config, uuid=made.uuid).get()


def test_the_published_client_notes_and_plans_what_is_about_a_contact(live_server):
    caller, of = Caller(), record()
    config, uuid = published_client(live_server, caller.token), add(caller, of)["uuid"]
    task = {"task_details": "Call", "assignee": caller.user.email, "due_date": "2026-01-01"}
    made = Client.createTask(config, uuid=uuid, data=task).get()
    assert (made.associated_object, made.associated_object_uuid) == ("contact", uuid)
    assert [entry.task_uuid for entry in Client.tasks(config, uuid=uuid).get().entries] == [made.task_uuid]
    note = Client.createEntityNote(config, uuid=uuid, data={"type": "call", "text": "Hi", "call_duration": 9}).get()
    assert (note.associated_object_uuid, note.call_duration) == (uuid, 9)
    assert [entry.uuid for entry in Client.entityNotes(config, uuid=uuid).get().entries] == [note.uuid]
