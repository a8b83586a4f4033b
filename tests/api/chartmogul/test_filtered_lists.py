"""Lists of the whole account by a filter: through its index, or a stretch at a time where it has none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.accounts.models import User
from crm.api.chartmogul import paging
from customers.models import Contact, Note, Opportunity, SourceRecord, Task
from orders.models import SubscriptionEvent
from tests.factories import CustomerFactory, DataSourceFactory, SourceRecordFactory
from tests.factories.linked_rows import many
from tests.query_costs import analyze, measured, plan_of
from tests.tables import table

pytestmark = pytest.mark.django_db

WITHOUT_INDEX = [
    ("notes", Note, {"kind": "call"}, {"type": "call"}),
    ("opportunities", Opportunity, {"pipeline": "Rare"}, {"pipeline": "Rare"}),
    ("tasks", Task, {"completed_at": "2024-01-01T00:00Z"}, {"completed": "true"}),
    ("subscription_events", SubscriptionEvent, {"plan_external_id": "Rare"}, {"plan_external_id": "Rare"}),
]


def listed(caller, path, **query):
    answer = caller.get(path, **query)
    assert answer.status_code == 200, answer.content
    said = answer.json()
    return said.get(path) or said.get("entries") or [], said


def all_of(caller, path, **query):
    """Every page, as a client follows them."""
    rows, cursor = [], {}
    for _ in range(100):
        entries, said = listed(caller, path, **query, **cursor)
        rows += entries
        if not said["has_more"]:
            return rows
        cursor = {"cursor": said["cursor"]}
    raise AssertionError("It never ends.")


@table(("path", "model", "rare", "query"), WITHOUT_INDEX)
@table("per_page", [1, 2, 200])
def test_following_the_cursor_finds_all_who_pass(caller, monkeypatch, path, model, rare, query, per_page):
    monkeypatch.setattr(paging, "BATCH_SIZES", (3, 4))
    many(model, SourceRecordFactory(), 40)
    some = list(model._default_manager.order_by("-at", "-pk").values_list("pk", flat=True))
    wanted = [some[n] for n in (0, 1, 2, 9, 25, 39)]
    model._default_manager.filter(pk__in=wanted).update(**rare)

    rows = all_of(caller, path, **query, per_page=per_page)

    key = next(name for name in ("uuid", "task_uuid", "id") if name in rows[0])
    column = "pk" if key == "id" else "uuid"
    ordered = model._default_manager.filter(pk__in=wanted).order_by("-at", "-pk")
    assert [row[key] for row in rows] == list(ordered.values_list(column, flat=True))


@table(("path", "model", "rare", "query"), WITHOUT_INDEX)
def test_a_page_looks_at_no_more_than_its_stretches(caller, monkeypatch, path, model, rare, query):
    monkeypatch.setattr(paging, "BATCH_SIZES", (50, 100))
    costs = []
    for number in (1_000, 9_000):
        many(model, SourceRecordFactory(), number)
        analyze()
        caller.get("ping")
        with measured() as cost:
            entries, said = listed(caller, path, **query)
        assert (entries, said["has_more"]) == ([], True)
        costs.append(cost.read)
    assert costs[1] <= costs[0] * 1.1 + 100


BY_INDEX = [
    ("notes", Note, "by", "author_email", "note_of_author"),
    ("notes", Note, "contact", "contact_uuid", "note_about_contact"),
    ("tasks", Task, "assignee", "assignee", "task_of_assignee"),
    ("tasks", Task, "contact", "contact_uuid", "task_about_contact"),
    ("opportunities", Opportunity, "owner", "owner", "opportunity_of_owner"),
]


@table(("path", "model", "column", "name", "index"), BY_INDEX)
def test_what_one_of_the_staff_or_a_contact_has_is_read_in_order_from_an_index(
    caller, path, model, column, name, index
):
    record = SourceRecordFactory()
    usual = of(column, record, "usual@example.com")
    many(model, record, 2_000)
    model._default_manager.update(**{column: usual})
    many(Contact, SourceRecordFactory(), 200)
    for whose in (of(column, record, "rare@example.com"), usual):
        if whose != usual:
            model._default_manager.filter(pk=model._default_manager.earliest("at").pk).update(**{column: whose})
        analyze()
        with CaptureQueriesContext(connection) as queries:
            entries, _ = listed(caller, path, **{name: whose.uuid if column == "contact" else whose.email})
        assert len(entries) == (200 if whose == usual else 1)
        [read] = [query["sql"] for query in queries if "LIMIT 201" in query["sql"]]
        plan = plan_of(read)
        assert index in plan or (whose == usual and f"{model._meta.model_name}_by_at" in plan)
        assert "Sort" not in plan or whose != usual  # the one row that there is may be sorted
        assert "TEMP B-TREE" not in plan


def of(column, record, email):
    if column == "contact":
        return Contact.objects.create(source_record=record, email=email)
    return User.objects.create_user(email, email=email)


def test_contacts_of_a_small_data_source_are_all_on_one_page(caller, monkeypatch):
    monkeypatch.setattr(paging, "BATCH_SIZES", (3, 4))
    small = SourceRecordFactory(data_source=DataSourceFactory(name="Small"))
    many(Contact, small, 2)
    many(Contact, SourceRecordFactory(data_source=DataSourceFactory(name="Big")), 40)
    entries, said = listed(caller, "contacts", data_source_uuid=small.data_source.uuid)
    assert (len(entries), said["has_more"]) == (2, False)


def test_contacts_of_a_large_data_source_are_met_on_the_way(caller, monkeypatch):
    monkeypatch.setattr(paging, "BATCH_SIZES", (3, 4))
    monkeypatch.setattr(paging, "FEW_RECORDS", 2)
    large, other = DataSourceFactory(name="Large"), SourceRecordFactory(data_source=DataSourceFactory(name="Other"))
    for _ in range(3):
        many(Contact, SourceRecordFactory(customer=CustomerFactory(), data_source=large), 7)
    many(Contact, other, 30)
    rows = all_of(caller, "contacts", data_source_uuid=large.uuid)
    assert len({row["uuid"] for row in rows}) == len(rows) == 21
    assert SourceRecord.objects.filter(data_source=large).count() == 3
