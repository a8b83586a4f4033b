"""Contacts, tasks and opportunities as staff add and edit them, and the tasks of a user."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.engagement import tasks
from customers.models import Contact, DataSource, HistoryEntry, Opportunity, Task
from tests.acts import merge, undo
from tests.factories import CustomerFactory, customer_with_order, make_user, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db

CONTACT = {"first_name": "Ada", "last_name": "King", "email": "Ada@Reunite.cz", "phone": "+44 20 7946 0000"}


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


def opportunity(agent, **values):
    amount = {"amount": "1200.50", "currency": "usd", "kind": "one-time"}
    stage = {"pipeline": "New business", "pipeline_stage": "Offer", "forecast_category": "pipeline"}
    return {**amount, **stage, "estimated_close_date": "2026-12-31", "owner": agent.pk, "win_likelihood": "", **values}


def add(client, customer, kind, values):
    return client.post(f"/customers/{customer.pk}/{kind}/add/", values, follow=True)


def add_task(customer, by, **values):
    return tasks.add(customer, {"details": "Call back", "assignee": by, "due": timezone.now(), **values}, by=by)


def test_a_contact_is_added_to_the_staff_record_and_edited(as_agent, agent, helena):
    page = add(as_agent, helena, "contacts", CONTACT)
    assert "The contact “Ada King” was added." in page.text
    assert page.redirect_chain == [(f"/customers/{helena.pk}/?tab=contacts#rows", 302)]
    contact = Contact.objects.get()
    assert (contact.email, contact.source_record.data_source.name) == ("ada@reunite.cz", DataSource.STAFF)

    address = f"/customers/{helena.pk}/contacts/{contact.pk}/"
    assert 'value="ada@reunite.cz"' in as_agent.get(address).text
    as_agent.post(address, {**CONTACT, "title": "Bookkeeper"})
    assert Contact.objects.get().title == "Bookkeeper"
    assert HistoryEntry.objects.filter(kind="selling", by=agent).count() == 2


@table(
    ("kind", "wrong", "said"),
    [
        ("contacts", {"title": "Bookkeeper"}, "Enter a name, an email or a phone."),
        ("contacts", {**CONTACT, "email": "ada@"}, "email"),
        ("contacts", {**CONTACT, "first_name": "A" * 101}, "Use 100 characters or fewer. This has 101."),
        ("tasks", {"details": " ", "due": "2026-12-31"}, "Enter what is to be done."),
        ("tasks", {"details": "Call", "due": "tomorrow"}, "Enter a date such as 2026-03-31."),
        ("tasks", {"details": "Call", "due": "2026-12-31", "assignee": "999"}, "Select one of the listed users."),
        ("opportunities", {"amount": "many"}, "Enter an amount such as 1200.00."),
        ("opportunities", {"currency": "ABC"}, "Use the three letters of a currency, such as USD."),
        ("opportunities", {"amount": "-1"}, "Use an amount of 0 or more"),
        ("opportunities", {"win_likelihood": "101"}, "100"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(kind, wrong, said, as_agent, agent, helena):
    values = {"assignee": agent.pk, **wrong} if kind == "tasks" else wrong
    answer = add(as_agent, helena, kind, opportunity(agent, **wrong) if kind == "opportunities" else values)

    assert answer.status_code == 422
    assert said in answer.text
    assert [model.objects.count() for model in (Contact, Task, Opportunity)] == [0, 0, 0]


def test_a_form_that_is_sent_twice_adds_one_row(as_agent, agent, helena):
    for _ in range(2):
        add(as_agent, helena, "contacts", CONTACT)
        add(as_agent, helena, "tasks", {"details": "Call back", "assignee": agent.pk, "due": "2026-12-31"})
        add(as_agent, helena, "opportunities", opportunity(agent))
    assert [model.objects.count() for model in (Contact, Task, Opportunity)] == [1, 1, 1]


def test_a_task_is_due_from_the_beginning_of_a_day_and_keeps_its_time(as_agent, agent, helena):
    add(as_agent, helena, "tasks", {"details": "Call back", "assignee": agent.pk, "due": "2026-12-31"})
    task = Task.objects.get()
    assert (timezone.localdate(task.due).isoformat(), timezone.localtime(task.due).hour) == ("2026-12-31", 0)

    at_noon = task.due + timedelta(hours=12)
    Task.objects.update(due=at_noon)
    edited = {"details": "Call again", "assignee": agent.pk, "due": "2026-12-31"}
    as_agent.post(f"/customers/{helena.pk}/tasks/{task.pk}/", edited)
    assert (Task.objects.get().details, Task.objects.get().due) == ("Call again", at_noon)


def test_an_opportunity_that_is_won_is_sure(as_agent, agent, helena):
    add(as_agent, helena, "opportunities", opportunity(agent, forecast_category="won"))
    row = Opportunity.objects.get()
    assert (row.win_likelihood, row.currency, str(row.amount)) == (100, "USD", "1200.500")


def test_an_edit_of_another_user_is_not_overwritten(as_agent, agent, helena):
    task = add_task(helena, agent)
    seen = task.updated.isoformat()
    tasks.edit(task, {"details": "Call Monday"}, by=None)

    address = f"/customers/{helena.pk}/tasks/{task.pk}/"
    mine = {"details": "Call Tuesday", "assignee": agent.pk, "due": "2026-12-31", "seen": seen}
    answer = as_agent.post(address, mine)
    assert answer.status_code == 422
    assert "Another user changed this a moment ago." in answer.text
    assert Task.objects.get().details == "Call Monday"


def test_a_row_is_deleted_from_its_form_and_its_address_is_gone(as_agent, agent, helena):
    task = add_task(helena, agent)
    address = f"/customers/{helena.pk}/tasks/{task.pk}/"
    assert "was deleted." in as_agent.post(address, {"delete": "yes"}, follow=True).text
    assert as_agent.get(address).status_code == 404
    assert not Task.objects.exists()


def test_rows_follow_a_merge_and_an_undo(as_agent, agent, helena):
    double = CustomerFactory(first_name="Helen")
    task = add_task(double, agent)
    done = merge(helena, double)
    assert as_agent.get(f"/customers/{helena.pk}/tasks/{task.pk}/").status_code == 200
    assert as_agent.get(f"/customers/{double.pk}/tasks/{task.pk}/").url == f"/customers/{helena.pk}/"
    undo(done)
    assert as_agent.get(f"/customers/{helena.pk}/tasks/{task.pk}/").status_code == 404


def test_home_shows_the_tasks_of_the_user_and_ticks_them_off(as_agent, agent, helena):
    now = timezone.now()
    late = add_task(helena, agent, details="Send the offer", due=now - timedelta(days=2))
    today = add_task(helena, agent, details="Call back", due=now)
    add_task(helena, make_user("other"), details="Not mine")
    add_task(helena, agent, details="Done already", completed_at=now)

    home = as_agent.get("/")
    assert [task.pk for task in home.context["task_page"].rows] == [late.pk, today.pk]
    assert '<span class="badge bad">Overdue</span>' in home.text
    assert '<span class="badge warn">Due today</span>' in home.text

    done = f"/customers/{helena.pk}/tasks/{late.pk}/done/"
    answer = as_agent.post(done, {"from_home": ""}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "was completed." in answer.text
    assert [task.pk for task in answer.context["task_page"].rows] == [today.pk]
    as_agent.post(done, {"reopen": ""})
    assert Task.objects.get(pk=late.pk).completed_at is None


def test_to_tick_a_task_off_twice_writes_one_entry(as_agent, agent, helena):
    task = add_task(helena, agent)
    for _ in range(2):
        as_agent.post(f"/customers/{helena.pk}/tasks/{task.pk}/done/")
    assert HistoryEntry.objects.filter(kind="selling").count() == 2  # added, completed


def test_all_tasks_of_a_user_are_listed_a_page_at_a_time(as_agent, agent, helena):
    due = timezone.now()
    for n in range(30):
        add_task(helena, agent, details=f"Task {n}", due=due + timedelta(days=n // 3))
    first = as_agent.get("/tasks/").context["task_page"]
    second = as_agent.get("/tasks/", {"after": str(first.following)}).context["task_page"]
    listed = [task.pk for task in (*first.rows, *second.rows)]
    assert listed == list(Task.objects.order_by("due", "pk").values_list("pk", flat=True))
    assert (len(first.rows), second.following) == (25, None)


def test_who_may_only_view_sees_tasks_and_changes_none(agent, helena):
    task = add_task(helena, reader := make_user("reader", ["customers.view_customer"]))
    home = signed_in(reader).get("/")
    assert "Call back" in home.text
    assert "/done/" not in home.text
    assert signed_in(reader).post(f"/customers/{helena.pk}/tasks/{task.pk}/done/").status_code == 403
