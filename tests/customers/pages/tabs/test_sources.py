"""The source records of a customer and the merges that brought them."""

from datetime import timedelta
from urllib.parse import quote

from django.utils import timezone

from customers.engagement import notes
from customers.lib.pages import PAGE
from customers.merging.split import split_record
from customers.models import DataSource, SourceRecord
from tests.acts import fresh, merge, undo
from tests.customers.pages.page_requests import WHEN, get, rows
from tests.factories import SourceRecordFactory, customer_with_order
from tests.tables import table


def test_a_record_says_under_whom_it_came_when_it_moved_and_what_it_brought(as_agent, agent, helena, market):
    double = customer_with_order(first_name="H.", email="hholy@gmail.com", source="Post", at=WHEN)
    done = merge(helena, double, by=agent)

    page = get(as_agent, helena, tab="sources").text
    today = f"{timezone.now():%-d %b %Y}"
    for said in (
        f'<a href="/customers/{double.pk}/">H. Holý ({double.pk})</a>',
        f'Moved {today}: <a href="/merges/{done.pk}/">Merge {done.pk}</a> · <bdi>Margaret Park</bdi>',
        "2 orders, 6.00 USD", "MP-9",
    ):  # fmt: skip
        assert said in page
    undo(done)
    assert f"Restored or split off {today}" in get(as_agent, double, tab="sources").text


def test_of_several_merges_the_latest_is_the_one_that_brought_a_record(as_agent, helena, market):
    first, last = (customer_with_order(first_name=name, email=f"{name}@example.org") for name in ("Ada", "Zoe"))
    merge(first, helena)
    second = merge(last, fresh(first)[0])

    lines = get(as_agent, last, tab="sources", source=market.pk).context["page"].lines
    assert [line.row.merge for line in lines] == [second]


def test_what_came_for_somebody_after_the_merge_says_so(as_agent, helena):
    double = customer_with_order(first_name="H.", email="hholy@gmail.com", external_id="8")
    done = merge(helena, double)
    SourceRecordFactory(customer=helena, origin=double, data_source__name="Late")

    assert f'Received after <a href="/merges/{done.pk}/">' in get(as_agent, helena, tab="sources").text


def test_many_records_are_shown_a_page_at_a_time_those_that_moved_last(as_agent, helena):
    SourceRecord.objects.bulk_create(
        SourceRecord(
            origin=helena, customer=helena, data_source=DataSource.objects.get(name="Shop"), external_id=f"e{n}",
            moved_at=WHEN + timedelta(days=n // 2) if n % 3 else None,
        )
        for n in range(2 * PAGE)
    )  # fmt: skip
    seen, before = [], ""
    while True:
        response = rows(as_agent, helena, tab="sources", before=before)
        seen += [line.row.record for line in response.context["page"].lines]
        before = response.context["page"].older
        if not before:
            break

    assert seen == list(helena.records.in_order_of_attachment())
    assert len(seen) == 2 * PAGE + 1
    assert "in the order they were added" in response.text


@table("before", ["nonsense", "0001-01-01T00:00:00+14:00_1", quote("\0")])
def test_a_broken_cursor_shows_the_first_records(before, as_agent, helena):
    assert len(get(as_agent, helena, tab="sources", before=before).context["page"].lines) == 1


def test_splitting_is_offered_where_it_can_be_done(as_admin, helena, market):
    helena_only = customer_with_order(first_name="Solo", email="solo@example.org", external_id="9")
    assert "Split…" not in get(as_admin, helena_only, tab="sources").text

    notes.add(helena, {"text": "Makes a staff record."}, by=None)
    page = get(as_admin, helena, tab="sources").text
    assert page.count("Split…") == 2
    record = helena.records.get(external_id="MP-9")
    assert f'href="/customers/{helena.pk}/records/{record.pk}/split/"' in page
    split_record(record, by=None)
    assert "Split…" not in get(as_admin, helena, tab="sources").text


def test_the_tab_of_sources_asks_the_same_however_many_records(as_agent, django_assert_num_queries):
    """
    1 session, 2 user with permissions, 3 the customer, 4 source records, 5 totals, 6 which tabs have rows, 7 the
    records of the page, 8 what else they brought, 9 and 10 into whom their origins were merged, 11 by which merges.
    """
    for records in (1, 30):
        customer = customer_with_order(email=f"{records}@example.org", external_id=f"{records}")
        duplicate = customer_with_order(email=f"d{records}@example.org", external_id=f"d{records}")
        for _ in range(records):
            SourceRecordFactory(customer=duplicate)
        merge(customer, duplicate)
        as_agent.get("/healthz")
        with django_assert_num_queries(11):
            rows(as_agent, customer, tab="sources")
