"""History: by kind, by day, and what is not told to everybody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import HistoryEntry, HistoryKind, Note
from customers.pages.timeline import KINDS
from customers.profile.edit import edit_profile
from orders.models import Order
from tests.acts import fresh
from tests.customers.pages.page_requests import WHEN, get, rows
from tests.factories import make_user, signed_in
from tests.tables import table


def test_history_is_filtered_by_each_kind(as_agent, helena):
    record = helena.records.get()
    for kind in HistoryKind.values:
        HistoryEntry.objects.create(source_record=record, kind=kind, sentence=f"An act of kind {kind}.")
    Note.objects.create(source_record=record, text="An act of kind note.")

    for kind, _ in KINDS:
        lines = rows(as_agent, helena, tab="history", kind=kind).context["page"].lines
        assert f"An act of kind {kind}." in [line.row.text for line in lines]
        assert {getattr(line.row, "kind", "note") for line in lines} == {kind}


@table("kind", ["nonsense", "\0", "EDIT"])
def test_an_unknown_kind_is_no_filter(kind, as_agent, helena):
    assert len(get(as_agent, helena, tab="history", kind=kind).context["page"].lines) == 2


def test_pages_of_history_and_notes_follow_each_other_without_a_gap_or_a_repeat(as_agent, helena, market):
    """Many of one instant, so that the end of a page falls between notes, between entries, and between the two."""
    records = list(helena.records.all())
    for model, extra, column in ((HistoryEntry, {"kind": "edit"}, "sentence"), (Note, {}, "text")):
        model.objects.bulk_create(
            model(source_record=records[n % 2], **{column: f"{n}"}, at=WHEN + timedelta(days=n % 3), **extra)
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


@table("before", ["note_", "note_nonsense", "note_2026-01-01T00:00:00_1", "note_note_1"])
def test_a_broken_bookmark_shows_the_first_page(before, as_agent, helena):
    assert len(get(as_agent, helena, tab="history", before=before).context["page"].lines) == 2


def test_history_is_told_by_day_with_how_long_ago_it_was(as_agent, helena):
    at = timezone.now() - timedelta(days=3)
    HistoryEntry.objects.create(source_record=helena.records.get(), kind="edit", sentence="Three days ago.", at=at)

    page = get(as_agent, helena, tab="history").text
    assert f'<time datetime="{at:%Y-%m-%d}">{at:%-d %b %Y}</time> <span class="help">3 days ago</span>' in page
    assert f'title="3 days ago">{at:%H:%M} UTC · <bdi>Shop</bdi></time>' in page


def test_an_order_in_the_history_leads_to_its_page(as_agent, helena):
    number = Order.objects.get().number
    link = f'Placed order <a href="/orders/{number}/">{number}</a> of'
    assert link in get(as_agent, helena, tab="history").text


@pytest.fixture
def front(db):
    """May see customers, and no orders."""
    return signed_in(make_user("front", ["customers.view_customer"]))


def test_nothing_of_orders_is_told_to_who_may_not_see_them(as_agent, front, helena, market):
    record = helena.records.order_by("pk").first()
    for n, kind in enumerate(("payment", "purchase", "edit")):
        HistoryEntry.objects.create(source_record=record, kind=kind, sentence=f"Told {n}.")
    numbers = [*Order.objects.values_list("number", flat=True)]
    said = ["Told 0.", "Told 1.", *numbers, "15.90", "<dt>Spent</dt>", "Spend by month", "2 orders, 6.00 USD"]

    every, page = ("".join(get(client, helena, tab=tab).text for tab in ("history", "sources"))
                   for client in (as_agent, front))  # fmt: skip
    assert [sentence for sentence in said if sentence not in every] == []
    assert [sentence for sentence in said if sentence in page] == []
    assert "Told 2." in page
    assert "<dt>Credit</dt>" in page
    assert [label for label in ("Payment", "Purchase", "Edit") if f">{label}</option>" in page] == ["Edit"]
    assert "Told 0." not in get(front, helena, tab="history", kind="payment").text


def test_history_without_orders_is_paged_like_any_other(front, helena):
    record = helena.records.get()
    HistoryEntry.objects.bulk_create(
        HistoryEntry(source_record=record, kind=kind, sentence=f"{kind} {n}.", at=WHEN + timedelta(hours=n))
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


@table(
    ("kind", "sentence", "values", "shown"),
    [
        (
            "purchase",
            "Cancelled purchase {purchase}.\nReason: {reason}",
            {"purchase": {"purchase": 12, "name": "<Song>"}, "reason": "order DEADBEEF12"},
            'Cancelled purchase <a href="/purchases/12/">12</a> (<bdi>&lt;Song&gt;</bdi>).<br>'
            "Reason: <bdi>order DEADBEEF12</bdi>",
        ),
        (
            "payment",
            "Voided order {order}.",
            {"order": {"order": "DEADBEEF12"}},
            'Voided order <a href="/orders/DEADBEEF12/">DEADBEEF12</a>.',
        ),
        (
            "dismissal",
            "Not a duplicate of {customers}.",
            {"customers": [{"customer": 5, "name": "\u202eH. Holý"}, {"customer": 6, "name": ""}]},
            'Not a duplicate of <a href="/customers/5/"><bdi>\u202eH. Holý</bdi></a> (5)'
            ' and <a href="/customers/6/">Erased customer 6</a>.',
        ),
    ],
)
def test_what_a_sentence_names_leads_there_and_what_others_wrote_is_set_apart(
    kind, sentence, values, shown, as_agent, helena
):
    HistoryEntry.objects.create(source_record=helena.records.get(), kind=kind, sentence=sentence, values=values)
    assert shown in get(as_agent, helena, tab="history", kind=kind).text


def test_an_order_leads_nowhere_for_who_may_not_see_orders(front, helena):
    about = {"sentence": "Named {order}.", "values": {"order": {"order": "DEADBEEF12"}}}
    HistoryEntry.objects.create(source_record=helena.records.get(), kind="edit", **about)
    assert "Named DEADBEEF12." in get(front, helena, tab="history").text


def test_each_field_of_an_edit_stands_on_a_line_of_its_own(as_agent, helena):
    [helena] = fresh(helena)
    edit_profile(helena, {"custom1": "a. B <i>", "custom2": "c"}, version=helena.version, by=None, via="page")

    page = get(as_agent, helena, tab="history", kind="edit").text
    assert "Custom 1 set to <bdi>a. B &lt;i&gt;</bdi>.<br>Custom 2 set to <bdi>c</bdi>." in page
