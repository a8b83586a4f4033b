import chartmogul
import pytest
from chartmogul import Customer as CustomerClient
from chartmogul import Task as Client

from customers.engagement import contacts
from customers.models import HistoryEntry, Task
from tests.acts import merge
from tests.api.caller import Caller
from tests.api.chartmogul.known_customers import NOWHERE, UNSTORABLE, known, record
from tests.api.chartmogul.page_numbers import END_OF_PAGE
from tests.api.chartmogul.published_client import published_client
from tests.factories import make_user
from tests.tables import table

pytestmark = pytest.mark.django_db

SHAPE = {
    **dict.fromkeys(("task_uuid", "customer_uuid", "task_details", "assignee", "due_date"), str),
    **dict.fromkeys(("created_at", "updated_at", "associated_object", "associated_object_uuid"), str),
    "completed_at": type(None),
}


def sent(caller: Caller, **values):
    return {"task_details": "Call back", "assignee": caller.user.email, "due_date": "2025-04-30T00:00:00Z", **values}


def add(caller: Caller, customer, **values):
    response = caller.post("tasks", sent(caller, customer_uuid=customer.uuid, **values))
    assert response.status_code == 201, response.content
    return response.json()


def test_a_task_has_the_recorded_shape():
    caller = Caller()
    shown = add(caller, known())
    assert {name: type(value) for name, value in shown.items()} == SHAPE
    assert shown["due_date"] == "2025-04-30T00:00:00.000Z"
    assert shown["associated_object"] == "customer"
    assert caller.get(f"tasks/{shown['task_uuid']}").json() == shown
    assert Task.objects.get().source_record.is_staff_record


def test_the_list_is_filtered():
    caller, one, other = Caller(), known("1"), record("2")
    jane = make_user("jane", email="jane@example.com")
    contact = contacts.add(other.customer, other.data_source, {}, by=None)
    first = add(caller, one, assignee=jane.email, due_date="2025-01-31T15:00:00Z", completed_at="2025-02-01")
    about = {"associated_object": "contact", "method": "uuid", "value": contact.uuid}
    second = caller.post("tasks", sent(caller, associated_object_identifier=about)).json()
    for query, entries in [
        ({"customer_uuid": one.uuid}, [first]),
        ({"contact_uuid": contact.uuid}, [second]),
        ({"assignee": "Jane@example.com"}, [first]),
        ({"assignee": "nobody@example.com"}, []),
        ({"completed": "true"}, [first]),
        ({"completed": "false"}, [second]),
        ({"completed": "false", "customer_uuid": one.uuid}, []),
        ({"completed": "true", "customer_uuid": one.uuid}, [first]),
        ({"due_date_on_or_after": "2025-02-01"}, [second]),
        ({"due_date_on_or_before": "2025-01-31"}, [first]),
        ({"due_date_on_or_before": "2025-01-31T14:59:59Z"}, []),
        ({"due_date_on_or_before": "2025-01-31T15:00:00Z", "customer_uuid": one.uuid}, [first]),
        ({"due_date_on_or_before": "2199-12-31"}, [second, first]),
        ({}, [second, first]),
    ]:
        answer = caller.get("tasks", **query).json()
        assert answer["entries"] == entries, query
        assert answer.keys() == {"entries", "cursor", "has_more"}


@table("of_one", [True, False])
def test_a_list_asks_as_much_however_many_there_are(of_one, django_assert_num_queries):
    caller, customer = Caller(), known()
    for n in range(4):
        add(caller, customer, assignee=make_user(f"staff{n}", email=f"staff{n}@example.com").email)
    query = {"customer_uuid": customer.uuid} if of_one else {}
    for size, kept in ((1, END_OF_PAGE), (200, 0)):
        # The key with what its user may, the tasks; the customer.
        with django_assert_num_queries((3 if of_one else 2) + kept):
            assert caller.get("tasks", per_page=size, **query).status_code == 200


def test_a_task_is_changed_completed_and_taken_up_again():
    caller = Caller()
    made = add(caller, known())
    path = f"tasks/{made['task_uuid']}"
    changed = caller.patch(path, {"task_details": "Write", "completed_at": "2025-04-01T12:00:00Z"}).json()
    assert (changed["task_details"], changed["completed_at"]) == ("Write", "2025-04-01T12:00:00.000Z")
    assert caller.patch(path, {"task_details": None}).json()["completed_at"]
    assert caller.patch(path, {"completed_at": None}).json()["completed_at"] is None
    entries = HistoryEntry.objects.filter(kind="selling").order_by("pk")
    assert [entry.text for entry in entries] == [
        "Assigned the task “Call back” to program, due 30 Apr 2025.",
        "Changed the details of the task “Call back”.",
        "Completed the task “Call back”.",
        "Reopened the task “Write”.",
    ]


def test_a_deleted_task_is_gone():
    caller = Caller()
    made = add(caller, known())
    gone = caller.delete(f"tasks/{made['task_uuid']}")
    assert (gone.status_code, gone.json()) == (200, {})
    for response in (
        caller.get(f"tasks/{made['task_uuid']}"),
        caller.patch(f"tasks/{made['task_uuid']}"),
        caller.delete(f"tasks/{made['task_uuid']}"),
        caller.get("tasks/%00"),
    ):
        assert (response.status_code, response.json()["message"]) == (404, "Task not found")


def test_an_id_that_was_merged_away_keeps_working():
    caller, one, other = Caller(), known("1"), known("2")
    merge(one, other)
    assert add(caller, other)["customer_uuid"] == one.uuid


@table(
    "wrong",
    [
        *({"task_details": text} for text in [*UNSTORABLE, "", "x" * 256, 7]),
        *({"assignee": text} for text in [*UNSTORABLE, "nobody@example.com", ""]),
        *({"due_date": text} for text in ["99999-01-01", "soon", 7]),
        {"completed_at": "soon"},
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_is_written(wrong):
    caller, customer = Caller(), known()
    response = caller.post("tasks", sent(caller, customer_uuid=customer.uuid, **wrong))
    assert (response.status_code, response.json()["errors"].keys()) == (422, wrong.keys()), response.content
    assert not Task.objects.exists()
    made = add(caller, customer)
    assert caller.patch(f"tasks/{made['task_uuid']}", wrong).status_code == 422
    assert caller.get(f"tasks/{made['task_uuid']}").json() == made


def test_what_must_be_there_is_named():
    caller = Caller()
    for name in ("customer_uuid", *sent(caller)):
        body = {key: value for key, value in sent(caller, customer_uuid=NOWHERE).items() if key != name}
        response = caller.post("tasks", body)
        assert (response.status_code, response.json()["param"]) == (400, name)


def test_the_published_client_does_all_of_it(live_server):
    caller, customer = Caller(), known()
    config = published_client(live_server, caller.token)
    made = Client.create(config, data=sent(caller, customer_uuid=customer.uuid)).get()
    other = CustomerClient.createTask(config, uuid=customer.uuid, data=sent(caller)).get()
    assert Client.retrieve(config, uuid=made.task_uuid).get().task_details == "Call back"
    assert Client.modify(config, uuid=made.task_uuid, data={"task_details": "Write"}).get().task_details == "Write"
    done = Client.patch(config, uuid=made.task_uuid, data={"completed_at": "2025-04-20T15:00:00Z"}).get()
    assert done.completed_at.year == 2025
    listed = Client.all(config, customer_uuid=customer.uuid, completed=False).get()
    assert ([entry.task_uuid for entry in listed.entries], listed.has_more) == ([other.task_uuid], False)
    assert len(CustomerClient.tasks(config, uuid=customer.uuid).get().entries) == 2
    Client.destroy(config, uuid=made.task_uuid).get()
    with pytest.raises(chartmogul.APIError):
        Client.retrieve(config, uuid=made.task_uuid).get()
