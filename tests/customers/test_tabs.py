"""A tab filtered by source, history by kind, and what the rows add up to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, quote

import pytest
from django.utils import timezone

from customers import editing, splitting
from customers.models import Customer, DataSource, HistoryEntry, HistoryKind, Note, SourceRecord
from customers.newest import PAGE
from customers.story import KINDS
from orders import intake
from orders.models import Order
from tests.acts import fresh, merge, undo
from tests.conftest import make_user, signed_in
from tests.factories import ProductFactory, SourceRecordFactory, customer_with_order, order

WHEN = datetime(2026, 1, 12, 14, 32, tzinfo=UTC)


@pytest.fixture
def helena(db) -> Customer:
    return customer_with_order(email="hholy@gmail.com", external_id="7", at=WHEN)


@pytest.fixture
def market(helena) -> DataSource:
    """Where Helena has bought as well, twice."""
    record = SourceRecordFactory(customer=helena, data_source__name="Marketplace", external_id="MP-9")
    for n in range(2):
        order("Marketplace", external_id="MP-9", total="3.00", at=WHEN + timedelta(days=n))
    return record.data_source


def get(client, customer, **query):
    return client.get(f"/customers/{customer.pk}/", query)


def rows(client, customer, **query):
    """As htmx asks for them."""
    return client.get(f"/customers/{customer.pk}/", query, headers={"HX-Request": "true", "HX-Target": "rows"})


def text_of(response) -> str:
    return response.content.decode()


def sources_shown(response) -> set[str]:
    return {line.record.data_source.name for line in response.context["page"].lines}


# By source


@pytest.mark.parametrize("tab", ["orders", "history", "sources"])
def test_a_tab_shows_only_what_came_from_the_chosen_source(tab, as_agent, helena, market):
    assert sources_shown(get(as_agent, helena, tab=tab)) == {"Shop", "Marketplace"}

    response = get(as_agent, helena, tab=tab, source=market.pk)
    assert sources_shown(response) == {"Marketplace"}
    assert f'<option value="{market.pk}" selected>Marketplace</option>' in text_of(response)


def test_a_filter_is_kept_when_paging_and_when_the_tab_changes(as_agent, helena, market):
    for n in range(PAGE):
        order("Marketplace", external_id="MP-9", at=WHEN - timedelta(days=n))

    page = text_of(get(as_agent, helena, tab="orders", source=market.pk))
    older = page.partition('rel="next"')[0].rpartition('href="')[2].partition("#")[0].replace("&amp;", "&")
    assert parse_qs(older)["source"] == [str(market.pk)]
    assert sources_shown(as_agent.get(older)) == {"Marketplace"}
    assert len(as_agent.get(older).context["page"].lines) == 2
    assert f"?tab=history&amp;source={market.pk}" in page or f"source={market.pk}&amp;tab=history" in page


@pytest.mark.parametrize("source", ["nonsense", "0", "-1", "999999", "1" * 40, "\0", ""])
def test_a_source_that_is_none_of_theirs_is_no_filter(source, as_agent, helena, market):
    assert sources_shown(get(as_agent, helena, tab="orders", source=source)) == {"Shop", "Marketplace"}


def test_nothing_of_a_source_says_so_and_leads_back(as_agent, helena, market):
    editing.add_note(helena, "From staff.", by=None)

    page = text_of(get(as_agent, helena, tab="notes", source=market.pk))
    assert "No such notes" in page
    assert f'href="/customers/{helena.pk}/?tab=notes#rows"' in page


def test_where_there_is_one_source_there_is_nothing_to_choose(as_agent, helena):
    assert 'name="source"' not in text_of(get(as_agent, helena))


# What rows add up to


def test_orders_say_what_they_add_up_to_of_the_chosen_source(as_agent, helena, market):
    placed = Order.objects.filter(data_source=market).first()
    Order.objects.filter(pk=placed.pk).update(refunded=Decimal(1))
    intake.totals.add(intake.totals.of_refund(placed, Decimal(1)))

    assert "3 paid orders, 15.90 USD; 1.00 USD refunded" in text_of(get(as_agent, helena))
    assert "2 paid orders, 6.00 USD; 1.00 USD refunded" in text_of(get(as_agent, helena, source=market.pk))


def test_purchases_are_counted_by_their_state(as_agent, helena):
    for status in ("ACTIVE", "ACTIVE", "RECYCLE_BILLING", "CANCELLED"):
        order(external_id="7", subscriptions=[intake.Subscription(ProductFactory(), Decimal(3), status=status)])

    assert "2 active, 1 past due, 1 cancelled" in text_of(get(as_agent, helena, tab="purchases"))


# History


def test_history_is_filtered_by_each_kind(as_agent, helena):
    record = helena.records.get()
    for kind in HistoryKind.values:
        HistoryEntry.objects.create(source_record=record, kind=kind, text=f"An act of kind {kind}.")
    Note.objects.create(source_record=record, text="An act of kind note.")

    for kind, _ in KINDS:
        lines = rows(as_agent, helena, tab="history", kind=kind).context["page"].lines
        assert f"An act of kind {kind}." in [line.row.text for line in lines]
        assert {getattr(line.row, "kind", "note") for line in lines} == {kind}


@pytest.mark.parametrize("kind", ["nonsense", "\0", "EDIT"])
def test_an_unknown_kind_is_no_filter(kind, as_agent, helena):
    assert len(get(as_agent, helena, tab="history", kind=kind).context["page"].lines) == 2


def test_pages_of_history_and_notes_follow_each_other_without_a_gap_or_a_repeat(as_agent, helena, market):
    """Many of one instant, so that the end of a page falls between notes, between entries, and between the two."""
    records = list(helena.records.all())
    for model, extra in ((HistoryEntry, {"kind": "edit"}), (Note, {})):
        model.objects.bulk_create(
            model(source_record=records[n % 2], text=f"{n}", at=WHEN + timedelta(days=n % 3), **extra)
            for n in range(60)
        )
    seen, before = [], ""
    while True:
        page = rows(as_agent, helena, tab="history", before=before).context["page"]
        seen += [(type(line.row), line.row.pk) for line in page.lines]
        before = page.older
        if not before:
            break

    assert len(seen) == len(set(seen)) == 120 + HistoryEntry.objects.exclude(kind="edit").count()


@pytest.mark.parametrize("before", ["note_", "note_nonsense", "note_2026-01-01T00:00:00_1", "note_note_1"])
def test_a_broken_bookmark_shows_the_first_page(before, as_agent, helena):
    assert len(get(as_agent, helena, tab="history", before=before).context["page"].lines) == 2


def test_history_is_told_by_day_with_how_long_ago_it_was(as_agent, helena):
    at = timezone.now() - timedelta(days=3)
    HistoryEntry.objects.create(source_record=helena.records.get(), kind="edit", text="Three days ago.", at=at)

    page = text_of(get(as_agent, helena, tab="history"))
    assert f'<time datetime="{at:%Y-%m-%d}">{at:%-d %b %Y}</time> <span class="help">3 days ago</span>' in page
    assert f'title="3 days ago">{at:%H:%M} UTC · Shop</time>' in page


def test_an_order_in_the_history_leads_to_its_page(as_agent, helena):
    number = Order.objects.get().number
    link = f'Order <a href="/orders/{number}/">{number}</a> placed'
    assert link in text_of(get(as_agent, helena, tab="history"))


@pytest.fixture
def front(db):
    """May see customers, and no orders."""
    return signed_in(make_user("front", ["customers.view_customer"]))


def test_nothing_of_orders_is_told_to_who_may_not_see_them(as_agent, front, helena, market):
    record = helena.records.order_by("pk").first()
    for n, kind in enumerate(("payment", "purchase", "edit")):
        HistoryEntry.objects.create(source_record=record, kind=kind, text=f"Told {n}.")
    numbers = [*Order.objects.values_list("number", flat=True)]
    said = ["Told 0.", "Told 1.", *numbers, "15.90", "<dt>Spent</dt>", "Spend by month", "2 orders, 6.00 USD"]

    every, told = ("".join(text_of(get(client, helena, tab=tab)) for tab in ("history", "sources"))
                   for client in (as_agent, front))  # fmt: skip
    assert [each for each in said if each not in every] == []
    assert [each for each in said if each in told] == []
    assert "Told 2." in told
    assert "<dt>Credit</dt>" in told
    assert [label for label in ("Payment", "Purchase", "Edit") if f">{label}</option>" in told] == ["Edit"]
    assert "Told 0." not in text_of(get(front, helena, tab="history", kind="payment"))


def test_history_without_orders_is_paged_like_any_other(front, helena):
    record = helena.records.get()
    HistoryEntry.objects.bulk_create(
        HistoryEntry(source_record=record, kind=kind, text=f"{kind} {n}.", at=WHEN + timedelta(hours=n))
        for n in range(30) for kind in ("order", "edit")
    )  # fmt: skip
    seen, before = [], ""
    while True:
        page = rows(front, helena, tab="history", before=before).context["page"]
        seen += [line.row.text for line in page.lines]
        before = page.older
        if not before:
            break

    assert [text for text in seen if text.startswith("edit")] == [f"edit {n}." for n in range(29, -1, -1)]
    assert not [text for text in seen if text.startswith("order")]
    assert len(seen) == 31


@pytest.mark.parametrize(
    ("kind", "text", "link"),
    [
        (
            "purchase",
            "Purchase 12, Song: cancelled. DEADBEEF12",
            'Purchase <a href="/purchases/12/">12</a>, Song',
        ),
        ("payment", "Order DEADBEEF12: refunded.", 'Order <a href="/orders/DEADBEEF12/">DEADBEEF12</a>: refunded.'),
        ("split", "Split Shop 7 off because “as (9)”, as H. Holý (3) (5).", 'H. Holý (3) (<a href="/customers/5/">5'),
        ("dismissal", "May be the same person as A (5) after all.", 'A (<a href="/customers/5/">5</a>) after all.'),
    ],
)
def test_only_what_a_sentence_is_about_is_linked(kind, text, link, as_agent, helena):
    HistoryEntry.objects.create(source_record=helena.records.get(), kind=kind, text=text)
    page = text_of(get(as_agent, helena, tab="history", kind=kind))
    assert link in page
    assert "/orders/DEADBEEF12/" in page or "DEADBEEF12</a>" not in page


def test_each_field_of_an_edit_stands_on_a_line_of_its_own(as_agent, helena):
    [helena] = fresh(helena)
    editing.edit(helena, {"custom1": "a. B <i>", "custom2": "c"}, version=helena.version, by=None, via="page")

    page = text_of(get(as_agent, helena, tab="history", kind="edit"))
    assert "Custom 1 changed from empty to a. B &lt;i&gt;.<br>Custom 2 changed from empty to c." in page


# Sources


def test_a_record_says_under_whom_it_came_when_it_moved_and_what_it_brought(as_agent, agent, helena, market):
    double = customer_with_order(first_name="H.", email="hholy@gmail.com", source="Post", at=WHEN)
    done = merge(helena, double, by=agent)

    page = text_of(get(as_agent, helena, tab="sources"))
    today = f"{timezone.now():%-d %b %Y}"
    for said in (
        f'<a href="/customers/{double.pk}/">H. Holý ({double.pk})</a>',
        f'Moved {today} by <a href="/merges/{done.pk}/">Merge {done.pk}</a>, Margaret Park',
        "2 orders, 6.00 USD", "MP-9",
    ):  # fmt: skip
        assert said in page
    undo(done)
    assert f"Back, or split off, {today}" in text_of(get(as_agent, double, tab="sources"))


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

    assert f'After <a href="/merges/{done.pk}/">' in text_of(get(as_agent, helena, tab="sources"))


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
    assert "in order of attachment" in text_of(response)


@pytest.mark.parametrize("before", ["nonsense", "0001-01-01T00:00:00+14:00_1", quote("\0")])
def test_a_broken_cursor_shows_the_first_records(before, as_agent, helena):
    assert len(get(as_agent, helena, tab="sources", before=before).context["page"].lines) == 1


def test_splitting_is_offered_where_it_can_be_done(as_admin, helena, market):
    helena_only = customer_with_order(first_name="Solo", email="solo@example.org", external_id="9")
    assert "Split…" not in text_of(get(as_admin, helena_only, tab="sources"))

    editing.add_note(helena, "Makes a home record.", by=None)
    page = text_of(get(as_admin, helena, tab="sources"))
    assert page.count("Split…") == 2
    record = helena.records.get(external_id="MP-9")
    assert f'href="/customers/{helena.pk}/records/{record.pk}/split/"' in page
    splitting.split(record, by=None)
    assert "Split…" not in text_of(get(as_admin, helena, tab="sources"))


def test_the_tab_of_sources_asks_the_same_however_many_records(as_agent, django_assert_num_queries):
    """
    1 session, 2 user, 3 and 4 permissions, 5 the customer, 6 source records, 7 totals, 8 which tabs have rows, 9 the
    records of the page, 10 what else they brought, 11 and 12 into whom their origins were merged, 13 by which merges.
    """
    for records in (1, 30):
        customer = customer_with_order(email=f"{records}@example.org", external_id=f"{records}")
        duplicate = customer_with_order(email=f"d{records}@example.org", external_id=f"d{records}")
        for _ in range(records):
            SourceRecordFactory(customer=duplicate)
        merge(customer, duplicate)
        as_agent.get("/healthz")
        with django_assert_num_queries(13):
            rows(as_agent, customer, tab="sources")
