"""The export of customers as a job: the same file as at once, offered where the list is long."""

import csv
from io import StringIO

import pytest

from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from customers.search import export
from tests.factories import CustomerFactory, customer_with_order, make_user, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(monkeypatch):
    """More customers than are exported at once, and parts of two."""
    monkeypatch.setattr(export, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(export, "PART", 2)
    return [CustomerFactory(first_name=f"Helena {n}", email=f"helena{n}@example.org") for n in range(7)]


def exported(client, **query: str) -> list[dict[str, str]]:
    started = client.post(f"/jobs/customer-export/?{'&'.join(f'{key}={value}' for key, value in query.items())}")
    job = Job.objects.get(pk=int(started.url.split("/")[2]))
    take_turn(str(job.uuid), worker="one")
    job.refresh_from_db()
    assert job.state == "done", job.message
    text = b"".join(client.get(f"/jobs/{job.pk}/result/").streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def test_a_long_list_is_exported_by_a_job_with_the_rows_of_the_list(many, as_agent):
    offer = as_agent.get("/customers/export/", {"sort": "name"})
    assert "Start export" in visible_text(offer)
    assert 'action="/jobs/customer-export/?sort=name"' in offer.text

    rows = exported(as_agent)
    assert [row["Email"] for row in rows] == [customer.email for customer in reversed(many)]
    assert "Orders" in rows[0]


def test_a_short_list_is_sent_at_once(many, as_agent):
    customer_with_order(email="hholy@gmail.com")
    assert as_agent.get("/customers/export/", {"q": "hholy@gmail.com"}).streaming
    assert [row["Email"] for row in exported(as_agent, q="hholy@gmail.com")] == ["hholy@gmail.com"]


def test_the_file_has_orders_only_for_who_may_view_them(many):
    customer_with_order(email="hholy@gmail.com")
    front = signed_in(make_user("front", ["customers.view_customer"]))
    assert "Orders" not in exported(front)[0]
    job = Job.objects.get()
    assert job.needs == []


def test_each_part_costs_the_same_however_far_it_is(many, django_assert_max_num_queries):
    after = None
    for _ in range(3):
        with django_assert_max_num_queries(12):
            rows, after = export.export_part([], after, with_orders=True)
    assert (len(rows), after) == (7, None) or after is not None
