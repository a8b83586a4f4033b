import chartmogul
import pytest
from chartmogul import Customer as CustomerClient
from chartmogul import CustomerNote, EntityNote

from customers.engagement import contacts
from customers.engagement.notes import LONGEST_NOTE
from customers.models import HistoryEntry, Note
from tests.acts import merge
from tests.api.caller import Caller
from tests.api.chartmogul.known_customers import NOWHERE, UNSTORABLE, known, record
from tests.api.chartmogul.page_numbers import END_OF_PAGE
from tests.api.chartmogul.published_client import published_client
from tests.factories import make_user
from tests.tables import table

pytestmark = pytest.mark.django_db

OLD = {
    **dict.fromkeys(("uuid", "customer_uuid", "type", "text", "author", "created_at", "updated_at"), str),
    "call_duration": int,
}
SHAPES = {"customer_notes": OLD, "notes": OLD | {"associated_object": str, "associated_object_uuid": str}}

both_addresses = pytest.mark.parametrize("path", [*SHAPES])


def add(caller: Caller, customer, path="notes", **values):
    response = caller.post(path, {"customer_uuid": customer.uuid, "type": "note", "text": "Hello", **values})
    assert response.status_code == 201, response.content
    return response.json()


@both_addresses
def test_a_note_has_the_recorded_shape(path):
    caller, customer = Caller(), known()
    caller.user.first_name = "Ada"
    caller.user.save()
    shown = add(caller, customer, path, created_at="2023-12-13T15:38:09.094Z")
    assert {name: type(value) for name, value in shown.items()} == SHAPES[path]
    assert (shown["author"], shown["call_duration"]) == ("Ada (program@example.com)", 0)
    assert shown["created_at"] == "2023-12-13T15:38:09.094Z"
    assert shown["uuid"].startswith("note_")
    assert caller.get(f"{path}/{shown['uuid']}").json() == shown
    assert caller.get(path).json()["entries"] == [shown]
    assert Note.objects.get().source_record.is_staff_record


def test_a_note_is_one_thing_at_both_addresses():
    caller, customer = Caller(), known()
    made = add(caller, customer, "customer_notes")
    assert caller.get(f"notes/{made['uuid']}").json() == made | {
        "associated_object": "customer",
        "associated_object_uuid": customer.uuid,
    }


def test_a_call_has_a_duration_and_may_be_without_text():
    caller, customer = Caller(), known()
    call = add(caller, customer, type="call", text="", call_duration=90)
    assert (call["type"], call["call_duration"], call["text"]) == ("call", 90, "")
    assert add(caller, customer, call_duration=90)["call_duration"] == 0


def test_the_author_is_a_user_by_their_email():
    caller, customer = Caller(), known()
    make_user("gone", email="jane@example.com", is_active=False)
    oldest = make_user("jane", email="Jane@example.com", first_name="Jane")
    make_user("jane2", email="jane@example.com")
    assert add(caller, customer, author_email="jane@EXAMPLE.com")["author"] == "Jane (Jane@example.com)"
    assert Note.objects.get().by == oldest
    unknown = caller.post(
        "notes", {"customer_uuid": customer.uuid, "type": "note", "text": "x", "author_email": "no@x.y"}
    )
    assert (unknown.status_code, unknown.json()["errors"].keys()) == (422, {"author_email"})


@both_addresses
def test_the_list_is_filtered(path):
    caller, one, other = Caller(), known("1"), record("2")
    jane = make_user("jane", email="jane@example.com")
    contact = contacts.add(other.customer, other.data_source, {}, by=None)
    first = add(caller, one, path, author_email=jane.email)
    about = {"associated_object": "contact", "method": "uuid", "value": contact.uuid}
    second = caller.post(path, {"type": "call", "associated_object_identifier": about}).json()
    assert second["customer_uuid"] == other.customer.uuid
    for query, entries in [
        ({"customer_uuid": one.uuid}, [first]),
        ({"contact_uuid": contact.uuid}, [second]),
        ({"type": "call"}, [second]),
        ({"type": "call", "customer_uuid": one.uuid}, []),
        ({"author_email": "JANE@example.com"}, [first]),
        ({"author_email": "JANE@example.com", "customer_uuid": other.customer.uuid}, []),
        ({"author_email": "nobody@example.com"}, []),
        ({}, [second, first]),
    ]:
        answer = caller.get(path, **query).json()
        assert answer["entries"] == entries, query
        assert answer.keys() == {"entries", "cursor", "has_more"}
    for wrong in ({"contact_uuid": NOWHERE}, {"customer_uuid": NOWHERE}):
        assert caller.get(path, **wrong).status_code == 404
    assert caller.get(path, type="letter").status_code == 422


@table("of_one", [True, False])
def test_a_list_asks_as_much_however_many_there_are(of_one, django_assert_num_queries):
    caller, customer = Caller(), known()
    for n in range(4):
        add(caller, customer, author_email=make_user(f"author{n}", email=f"author{n}@example.com").email)
    query = {"customer_uuid": customer.uuid} if of_one else {}
    for size, kept in ((1, END_OF_PAGE), (200, 0)):
        # The key with what its user may, the notes; the customer.
        with django_assert_num_queries((3 if of_one else 2) + kept):
            assert caller.get("notes", per_page=size, **query).status_code == 200


def test_an_edit_changes_what_is_sent():
    caller, customer = Caller(), known()
    make_user("jane", email="jane@example.com")
    made = add(caller, customer, type="call", call_duration=5)
    changes = {"text": "Hi", "call_duration": 7, "created_at": "2023-01-01", "updated_at": "2023-01-02 03:04:05 UTC"}
    changed = caller.patch(f"notes/{made['uuid']}", {**changes, "author_email": "jane@example.com"})
    assert (changed.status_code, changed.json()) == (
        200,
        made
        | changes
        | {
            "author": "jane (jane@example.com)",
            "created_at": "2023-01-01T00:00:00.000Z",
            "updated_at": "2023-01-02T03:04:05.000Z",
        },
    )
    entries = HistoryEntry.objects.filter(kind="selling")
    assert [entry.text for entry in entries] == ["Changed the call of 1 Jan 2023."]


@both_addresses
def test_a_deleted_note_is_gone_with_an_entry_in_the_history(path):
    caller, customer = Caller(), known()
    made = add(caller, customer, created_at="2023-01-01")
    gone = caller.delete(f"{path}/{made['uuid']}")
    assert (gone.status_code, gone.json()) == (200, {})
    assert caller.get(f"{path}/{made['uuid']}").status_code == 404
    assert HistoryEntry.objects.get(kind="selling").text == "Deleted the note of 1 Jan 2023."


def test_an_id_that_was_merged_away_keeps_working():
    caller, one, other = Caller(), known("1"), known("2")
    merge(one, other)
    assert add(caller, other)["customer_uuid"] == one.uuid
    assert len(caller.get("notes", customer_uuid=other.uuid).json()["entries"]) == 1


@table(
    "wrong",
    [
        *({"text": text} for text in UNSTORABLE),
        {"text": " "},
        {"text": "x" * (LONGEST_NOTE + 1)},
        {"text": 7},
        {"type": "letter"},
        {"type": "call", "call_duration": -1},
        {"type": "call", "call_duration": 2**70},
        {"created_at": "99999-01-01"},
        {"created_at": 7},
        *({"author_email": text} for text in UNSTORABLE),
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_is_written(wrong):
    caller, customer = Caller(), known()
    response = caller.post("notes", {"customer_uuid": customer.uuid, "type": "note", "text": "Hello", **wrong})
    assert response.status_code == 422, response.content
    assert not Note.objects.exists()


def test_whom_it_is_about_must_be_said_and_be_there():
    caller = Caller()
    response = caller.post("notes", {"type": "note", "text": "Hello"})
    assert (response.status_code, response.json()["param"]) == (400, "customer_uuid")
    for about in ("customer", "contact"):
        identifier = {"associated_object": about, "method": "uuid", "value": NOWHERE}
        assert caller.post("notes", {"type": "note", "associated_object_identifier": identifier}).status_code == 404
    assert caller.patch(f"notes/{NOWHERE}").status_code == 404
    assert caller.delete("notes/%00").status_code == 404


def test_the_published_client_does_all_of_it_at_the_newer_address(live_server):
    config, customer = published_client(live_server, Caller().token), known()
    made = EntityNote.create(config, data={"customer_uuid": customer.uuid, "type": "note", "text": "One"}).get()
    other = CustomerClient.createEntityNote(config, uuid=customer.uuid, data={"type": "note", "text": "Two"}).get()
    assert EntityNote.retrieve(config, uuid=made.uuid).get().text == "One"
    assert EntityNote.patch(config, uuid=made.uuid, data={"text": "1"}).get().text == "1"
    assert EntityNote.modify(config, uuid=made.uuid, data={"text": "I"}).get().text == "I"
    listed = EntityNote.all(config, customer_uuid=customer.uuid).get()
    assert ([entry.uuid for entry in listed.entries], listed.has_more) == ([other.uuid, made.uuid], False)
    assert len(CustomerClient.entityNotes(config, uuid=customer.uuid).get().entries) == 2
    EntityNote.destroy(config, uuid=made.uuid).get()
    with pytest.raises(chartmogul.APIError):
        EntityNote.retrieve(config, uuid=made.uuid).get()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the client's own, of its older class
def test_the_published_client_does_all_of_it_at_the_older_address(live_server):
    config, customer = published_client(live_server, Caller().token), known()
    made = CustomerNote.create(config, data={"customer_uuid": customer.uuid, "type": "note", "text": "One"}).get()
    other = CustomerClient.createNote(config, uuid=customer.uuid, data={"type": "call", "call_duration": 3}).get()
    assert CustomerNote.retrieve(config, uuid=made.uuid).get().text == "One"
    assert CustomerNote.patch(config, uuid=made.uuid, data={"text": "1"}).get().text == "1"
    assert CustomerNote.modify(config, uuid=made.uuid, data={"text": "I"}).get().text == "I"
    listed = CustomerNote.all(config, customer_uuid=customer.uuid).get()
    assert [entry.uuid for entry in listed.entries] == [other.uuid, made.uuid]
    assert len(CustomerClient.notes(config, uuid=customer.uuid).get().entries) == 2
    CustomerNote.destroy(config, uuid=made.uuid).get()
    with pytest.raises(chartmogul.APIError):
        CustomerNote.retrieve(config, uuid=made.uuid).get()


def test_a_note_for_another_author_says_who_really_added_it(caller):
    customer = known()
    make_user("jane", email="jane@example.com", first_name="Jane")
    add(caller, customer, author_email="jane@example.com", created_at="2020-01-02")
    entry = HistoryEntry.objects.latest("pk")
    assert (entry.text, entry.by) == ("Added the note of 2 Jan 2020 for Jane.", caller.user)
    before = HistoryEntry.objects.count()
    add(caller, customer, author_email=caller.user.email)
    assert HistoryEntry.objects.count() == before
