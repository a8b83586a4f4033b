"""The four exports: each has the same rows at once and by a job, for who may see them."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.exports.customers import CUSTOMERS
from crm.exports.duplicates import DUPLICATES
from crm.exports.export import Export
from crm.exports.job import EXPORTS, KINDS
from crm.exports.merges import MERGES
from crm.exports.orders import ORDERS
from crm.exports.views import exports as views
from crm.jobs.models import Job
from customers.lib.columns import plain_row
from customers.merging import export_columns as merge_export
from customers.search import export_columns as customer_export
from customers.search import scan
from orders import export_columns as order_export
from orders.models import Order, OrderItem
from tests.acts import merge
from tests.exported import ask, content, rows, sheets
from tests.factories import CustomerFactory, customer_with_order, make_user, order, signed_in
from tests.page_access import PAGES
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
NAMES = ("customers", "orders", "merges", "duplicates")


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def village():
    """Three who share an email, five merged customers, and an order of each."""
    people = [customer_with_order(email="hholy@gmail.com", external_id=f"S-{n}", phone="0241770449") for n in range(3)]
    Order.objects.filter(source_record__customer=people[0]).update(external_id="00042")
    for n in range(5):
        merge(customer_with_order(email=f"kept{n}@reunite.cz", external_id=f"K-{n}"), CustomerFactory())
    return people


@pytest.fixture
def long_ones(monkeypatch):
    """Every export is a job, of more than one part."""
    monkeypatch.setattr(views, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(customer_export, "PART", 2)
    monkeypatch.setattr(scan, "SHORTEST_STRETCH", 2)
    monkeypatch.setattr(order_export, "PART", 2)
    monkeypatch.setattr(merge_export, "BATCH", 2)


def test_a_job_writes_the_rows_that_are_sent_at_once(village, as_agent, request):
    at_once = {name: rows(as_agent, name) for name in NAMES}
    assert not Job.objects.exists()
    request.getfixturevalue("long_ones")
    assert {name: rows(as_agent, name) for name in NAMES} == at_once
    assert {name: len(lines) for name, lines in at_once.items()} == {
        "customers": 8,
        "orders": 8,
        "merges": 5,
        "duplicates": 3,
    }
    jobs = {job.kind: (job.done, job.about) for job in Job.objects.all()}
    assert jobs["order_export"] == (8, "All orders, CSV")


def test_a_workbook_of_a_job_has_the_rows_of_the_list(village, as_agent, long_ones):
    answer = ask(as_agent, "orders", "xlsx", ["Order", "Source ID", "Phone", "Total", "Currency"])
    (sheet,) = sheets(content(as_agent, answer))
    assert len(sheet) == 9
    cells = dict(zip((text for _, text in sheet[0]), sheet[-1], strict=True))
    assert (cells["Source ID"], cells["Phone"]) == (("inlineStr", "00042"), ("inlineStr", "0241770449"))
    assert (cells["Total"], cells["Currency"]) == (("n", "9.9"), ("inlineStr", "USD"))
    assert Job.objects.get().result_file.name.endswith(".xlsx")


def test_an_order_is_a_row_with_its_lines_and_amounts_in_its_currency(as_agent):
    placed = order("Shop", total="1500", currency="JPY", email="hholy@gmail.com")
    OrderItem.objects.create(order=placed.order, description="Mug", quantity=2, amount=1500)
    (row,) = rows(as_agent, "orders")
    assert (row["Order"], row["Source ID"], row["Data source"]) == (placed.order.number, "", "Shop")
    assert (row["Total"], row["Currency"], row["Status"]) == ("1500", "JPY", "Complete")
    assert row["Customer"] == str(placed.order.source_record.customer_id)
    assert row["Lines"] == "2 × Mug"


def test_orders_are_filtered_by_day_status_and_source(as_agent, monkeypatch):
    monkeypatch.setattr(order_export, "PART", 2)
    shop = order("Shop", email="a@reunite.cz").order
    market = order("Marketplace", email="b@reunite.cz", status="DECLINED").order
    day, source = f"{market.at:%Y-%m-%d}", str(shop.data_source_id)

    def numbers(**query: str) -> list[str]:
        return [row["Order"] for row in rows(as_agent, "orders", **query)]

    assert (numbers(status="DECLINED"), numbers(source=source)) == ([market.number], [shop.number])
    assert (len(numbers(since=day, until=day)), numbers(since="2099-01-01")) == (2, [])
    monkeypatch.setattr(views, "MOST_AT_ONCE", 0)
    assert numbers(status="DECLINED") == [market.number]
    refused = as_agent.post("/exports/orders/?since=yesterday", {"file_format": "csv", "columns": ["Order"]})
    assert (refused.status_code, "These filters are not valid: From." in visible_text(refused)) == (422, True)


def test_days_are_those_of_the_user_who_started_the_job(agent, request):
    agent.time_zone = "Pacific/Kiritimati"  # 14 hours before UTC
    agent.save()
    order("Shop", email="a@reunite.cz", at=datetime(2026, 11, 30, 12, tzinfo=UTC))
    client = signed_in(agent)
    assert (len(rows(client, "orders", since="2026-12-01")), rows(client, "orders", until="2026-11-30")) == (1, [])
    request.getfixturevalue("long_ones")
    for _ in range(2):
        order("Shop", email="a@reunite.cz", at=datetime(2026, 11, 30, 12, tzinfo=UTC))
    assert (len(rows(client, "orders", since="2026-12-01")), rows(client, "orders", until="2026-11-30")) == (3, [])


def test_duplicates_have_a_row_for_each_customer_of_each_group(village, as_agent):
    lines = rows(as_agent, "duplicates", evidence="both")
    assert {row["Group"] for row in lines} == {str(village[0].pk)}
    assert [(row["Number"], row["Match"], row["Spent"]) for row in lines] == [
        (str(customer.pk), "Email and phone", "9.90") for customer in village
    ]
    assert rows(as_agent, "duplicates", evidence="email") == []


def test_columns_about_orders_are_only_for_who_may_view_orders(village, long_ones):
    front = signed_in(make_user("front", CUSTOMERS.needs))
    for name in ("customers", "merges", "duplicates"):
        assert not {"Orders", "Orders moved", "Spent", "Last order (UTC)"} & rows(front, name)[0].keys()
    assert {tuple(job.needs) for job in Job.objects.all()} == {()}
    assert front.post("/exports/customers/", {"file_format": "csv", "columns": ["Spent"]}).status_code == 422
    assert front.get("/exports/orders/").status_code == 403


def test_a_page_and_its_job_ask_for_what_the_export_needs():
    needs = {name: export.needs for name, export in EXPORTS.items()}
    assert needs == {name: PAGES[f"exports:{name}"].needs for name in EXPORTS}
    assert needs == {name: kind.needs for name, kind in KINDS.items()}


def test_a_permission_that_all_exports_need_hides_each_link_to_them(village, monkeypatch):
    client = signed_in(make_user("front", ALL_PERMISSIONS - {"accounts.use_api"}))
    pages = {"/jobs/": "customers"} | {reverse(export.list_url): name for name, export in EXPORTS.items()}

    def linked() -> list[str]:
        return [name for page, name in pages.items() if f'href="/exports/{name}/' in client.get(page).text]

    assert linked() == list(pages.values())
    monkeypatch.setattr(Export, "needs", property(lambda export: (*export.list_needs, "accounts.use_api")))
    assert linked() == []
    assert [client.get(f"/exports/{name}/").status_code for name in EXPORTS] == [403] * len(EXPORTS)


def test_a_file_with_columns_about_orders_needs_its_reader_to_see_them(village, as_agent, long_ones):
    ask(as_agent, "customers", columns=["Email", "Spent"])
    ask(as_agent, "customers", columns=["Email"])
    ask(as_agent, "orders", columns=["Order"])
    assert [job.needs for job in Job.objects.order_by("pk")] == [["orders.view_order"], [], []]


def test_each_part_costs_the_same_however_far_it_is(village, long_ones, django_assert_max_num_queries):
    """With all that its columns read: one that reads something for each row costs more."""
    for export, most in ((CUSTOMERS, 14), (ORDERS, 4), (MERGES, 8), (DUPLICATES, 15)):
        after, parts = None, 0
        while parts == 0 or after:
            with django_assert_max_num_queries(most):
                exported, after = export.part({}, after, with_orders=True)
                for row in exported:
                    plain_row(export.columns, row)
            parts += 1
        assert parts > 1 or export is DUPLICATES, export.name
