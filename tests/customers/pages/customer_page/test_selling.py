"""Contacts, opportunities, tasks and calls as support agents see them."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from customers.engagement import contacts, notes, opportunities, tasks
from tests.customers.pages.page_requests import WHEN, url
from tests.factories import make_user, signed_in
from tests.tables import table


def contact(helena, **values):
    source = helena.records.order_by("pk").first().data_source
    return contacts.add(helena, source, {"first_name": "Ada", "last_name": "King", **values}, by=None)


def task(about, agent, **values):
    return tasks.add(about, {"details": "Call back", "assignee": agent, "due": WHEN, **values}, by=agent)


def rows(client, helena, tab):
    return client.get(url(helena, f"?tab={tab}"), headers={"HX-Request": "true", "HX-Target": "rows"}).text


def test_who_may_change_customers_adds_rows_where_they_are_listed(as_agent, helena):
    reader = signed_in(make_user("reader", ["customers.view_customer"]))
    for kind in ("contact", "task"):
        address = f"/customers/{helena.pk}/{kind}s/add/"
        assert f'href="{address}">Add {kind}</a>' in rows(as_agent, helena, f"{kind}s")
        assert address not in rows(reader, helena, f"{kind}s")


def test_a_contact_is_shown_with_how_to_reach_them(as_agent, helena):
    contact(helena, title="Bookkeeper", email="ada@reunite.cz", phone="+44 20 7946 0000", custom={"Team": "Money"})
    shown = rows(as_agent, helena, "contacts")
    for text in (
        "Ada King",
        "Bookkeeper",
        "mailto:ada@reunite.cz",
        "tel:+442079460000",
        "<bdi>Team</bdi>: <bdi>Money</bdi>",
    ):
        assert text in shown
    assert "1 contact" in shown


def test_an_opportunity_is_shown_with_what_it_may_bring(as_agent, agent, helena):
    values = {"pipeline": "New Business", "pipeline_stage": "Offer", "estimated_close_date": WHEN.date()}
    worth = {"amount": Decimal(1000), "currency": "USD", "forecast_category": "won", "owner": agent}
    opportunities.add(helena, {**values, **worth}, by=agent)
    shown = rows(as_agent, helena, "opportunities")
    for text in (
        "New Business",
        "<bdi>Offer</bdi> · Recurring",
        '"badge good">Won',
        "100% likely",
        "12 Jan 2026",
        "1,000.00",
    ):
        assert text in shown


def test_a_task_is_open_due_or_done(as_agent, agent, helena):
    task(helena, agent, due=timezone.now() + timedelta(days=1))
    assert '<span class="badge">Open</span>' in rows(as_agent, helena, "tasks")
    task(contact(helena), agent, completed_at=WHEN)
    task(helena, agent)
    shown = rows(as_agent, helena, "tasks")
    for text in ('"badge bad">Overdue', '"badge good">Done', "About <bdi>Ada King</bdi>", "Margaret Park"):
        assert text in shown


def test_a_task_that_is_due_catches_the_eye(as_agent, agent, helena):
    assert "due." not in as_agent.get(url(helena)).text
    task(helena, agent, due=timezone.now() + timedelta(days=1))
    task(helena, agent, completed_at=WHEN)
    assert "due." not in as_agent.get(url(helena)).text
    task(helena, agent)
    page = as_agent.get(url(helena)).text
    assert "<strong>1 task is due.</strong>“<bdi>Call back</bdi>”: <bdi>Margaret Park</bdi>, due 12 Jan 2026." in page
    for n in range(3):
        task(helena, agent, details=f"Write {n}", due=WHEN - timedelta(days=n + 1))
    page = as_agent.get(url(helena)).text
    assert "<strong>4 tasks are due.</strong>“<bdi>Write 2</bdi>”" in page
    assert "<bdi>Call back</bdi>”: <bdi>Margaret Park</bdi>" not in page


def test_a_call_about_a_contact_is_shown_as_such(as_agent, agent, helena):
    notes.add(contact(helena), {"kind": "call", "call_duration": 200, "text": "Likes tea"}, by=agent)
    shown = rows(as_agent, helena, "notes")
    assert '<span class="badge">Call, 3 min 20 s</span> Likes tea<span class="under">About <bdi>Ada King' in shown
    assert "Call, 3 min 20 s, about <bdi>Ada King</bdi><blockquote" in as_agent.get(url(helena)).text


@table("typed", ["ada@reunite.cz", "Ada@Reunite.cz"])
def test_the_email_of_a_contact_finds_the_customer(typed, as_agent, helena):
    contact(helena, email="ADA@reunite.cz")
    response = as_agent.get("/customers/", {"q": typed})
    assert [line.customer.pk for line in response.context["page"].lines] == [helena.pk]
    assert response.context["understood"].customer == helena


def test_an_email_that_is_somebody_elses_own_names_nobody(as_agent, helena, double):
    contact(helena, email="hholy@gmail.com")
    response = as_agent.get("/customers/", {"q": "hholy@gmail.com"})
    assert {line.customer.pk for line in response.context["page"].lines} == {helena.pk, double.pk}
    assert response.context["understood"].customer is None


def test_the_forecast_of_a_merge_and_of_deleting_count_them(as_admin, agent, helena, double):
    task(contact(double), agent)
    notes.add(double, {"text": "Hi"}, by=agent)
    page = as_admin.get(f"/customers/{double.pk}/delete/").text
    for kind in ("Contacts", "Tasks", "Notes"):
        assert kind in page
