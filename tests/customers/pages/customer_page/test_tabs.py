"""The tabs and their rows, a page at a time."""

from datetime import timedelta
from urllib.parse import quote

from django.utils import timezone

from customers.engagement import notes
from customers.lib.pages import PAGE
from customers.models import HistoryEntry, PaySource, TabPosition
from customers.pages.forms.tab_filter import FIRST_ROWS
from customers.pages.tabs import SOURCES
from customers.records.registry import tabbed_models
from orders.models import Fulfillment, Membership, OrderItem, Purchase, Transaction
from tests.acts import merge
from tests.customers.pages.page_requests import WHEN, url
from tests.factories import CustomerFactory, ProductFactory, make_user, order, signed_in
from tests.tables import table

TABS = [
    "orders",
    "transactions",
    "fulfillments",
    "purchases",
    "memberships",
    "history",
    "notes",
    "credit",
    "pay-sources",
    "logins",
    "sources",
]

GROUPS = 6


def fill(customer, record):
    """One row for each tab."""
    bought = record.order_set.get()
    OrderItem.objects.bulk_create(
        OrderItem(order=bought, description=d, amount=1) for d in ("Aria", "Ballad", "Chorus", "Dirge")
    )
    card = PaySource.objects.create(source_record=record, brand="VISA", last_four="4242")
    common = {"source_record": record, "at": WHEN}
    Transaction.objects.create(
        **common, order=bought, kind="SALE", status="HARD_DECLINE", amount=5, currency="USD", pay_source=card
    )
    Fulfillment.objects.create(**common, order=bought, carrier="DHL", tracking_number="JD55", status="SHIPPED")
    Purchase.objects.create(
        **common, product=ProductFactory(), price="9.90", currency="USD", next_bill_date=WHEN.date()
    )
    Membership.objects.create(**common, club="Jazz club", user_name="helena")
    notes.add(customer, {"text": "Asked about\na parcel"}, by=None)


@table(
    ("tab", "said"),
    [
        (
            "orders",
            [
                "12 Jan 2026</time>",
                "<bdi>Aria</bdi>, <bdi>Ballad</bdi> and 2 more",
                "Complete",
                "9.90</td>",
                "Total, USD</th>",
            ],
        ),
        ("transactions", ["Sale", "VISA 4242", '<span class="badge bad">Hard decline</span>', "5.00</td>"]),
        ("fulfillments", ["DHL", "JD55", "Shipped"]),
        ("purchases", ["Unlimited Monthly", '<span class="badge good">Active</span>', "every month", "12 Jan 2026"]),
        ("memberships", ["Jazz club", "helena"]),
        (
            "history",
            [
                "12 Jan 2026</time>",
                "14:32 UTC · <bdi>Shop</bdi>",
                "Placed order",
                "of 9.90 USD",
                "Customer created with an order",
            ],
        ),
        ("notes", ["Asked about<br>a parcel"]),
        (
            "sources",
            ["<bdi>hholy@gmail.com</bdi> · <bdi>+420 241 770 449</bdi> · <bdi>CZ</bdi>", "This customer", "9.90 USD"],
        ),
    ],
)
def test_each_tab_shows_its_rows_with_their_source(tab, said, as_agent, helena):
    fill(helena, helena.records.get())

    response = as_agent.get(url(helena, f"?tab={tab}"), headers={"HX-Request": "true", "HX-Target": "rows"})
    rows = response.text
    for text in said:
        assert text in rows
    assert '<span class="chip"><bdi>S' in rows or tab == "history"  # which names the source as the one who did it
    assert rows.lstrip().startswith('<section class="module" id="rows"')
    assert "<h1>" not in rows
    assert "HX-Target" in response.headers["Vary"]
    assert as_agent.get(url(helena, f"?tab={tab}")).text.count('aria-current="page"') == 2


def test_rows_that_came_with_a_merge_are_marked_and_explained_once(as_agent, helena, double):
    assert "from a merged customer" not in as_agent.get(url(helena)).text
    merge(helena, double)

    rows = as_agent.get(url(helena, "?tab=orders"), headers={"HX-Request": "true", "HX-Target": "rows"}).text
    assert rows.count('<span class="chip joined"><bdi>Marketplace<') == 2
    assert rows.count("</span> from a merged customer") == 1
    assert '<span class="chip"><bdi>Shop</bdi></span>' in rows
    assert f"H. Holý ({double.pk})" in as_agent.get(url(helena, "?tab=sources")).text


def test_a_tab_without_rows_says_so_and_what_to_expect(as_agent, db):
    customer = CustomerFactory(first_name="Nobody")

    page = as_agent.get(url(customer)).text
    assert "No orders yet" in page
    assert "Orders appear here when a data source sends one with this customer’s email or phone." in page
    assert page.count('class="nothing"') == GROUPS + len(["orders", "fulfillments"])


def test_older_rows_are_a_page_further_each_exactly_once(as_agent, helena):
    for n in range(2 * PAGE):
        order(email="hholy@gmail.com", first_name="Helena", at=WHEN + timedelta(days=n // 3))
    seen, before = [], ""
    while True:
        page = as_agent.get(url(helena, f"?tab=orders&before={quote(before)}")).context["page"]
        seen += [line.row.pk for line in page.lines]
        before = page.older
        if not before:
            break

    assert len(seen) == len(set(seen)) == 2 * PAGE + 1


def test_a_page_that_nobody_asked_for_rows_shows_the_newest_few_and_leads_on(as_agent, helena):
    for n in range(2 * PAGE):
        order(email="hholy@gmail.com", first_name="Helena", at=WHEN + timedelta(days=n))
    first = as_agent.get(url(helena))
    assert len(first.context["page"].lines) == FIRST_ROWS
    assert "Newest 5" in first.text
    following = as_agent.get(url(helena, f"?before={quote(first.context['page'].older)}")).context["page"]
    asked = as_agent.get(url(helena, "?tab=orders")).context["page"]
    assert [line.row.pk for line in following.lines][: PAGE - FIRST_ROWS] == [
        line.row.pk for line in asked.lines[FIRST_ROWS:]
    ]


@table("before", ["nonsense", "0001-01-01T00:00:00+14:00_1", "2026-01-01T00:00:00_1", "%00", "_"])
def test_a_broken_cursor_shows_the_first_page(before, as_agent, helena):
    page = as_agent.get(url(helena, f"?tab=orders&before={before}"))

    assert len(page.context["page"].lines) == 1


def test_beyond_the_last_row_there_is_a_way_back(as_agent, helena):
    page = as_agent.get(url(helena, f"?tab=orders&before=2020-01-01T00:00:00%2B00:00_{10**30}"))

    assert "No more orders" in page.text


def test_a_group_opens_its_first_tab_that_has_rows(as_agent, helena):
    payments = f'<a href="{url(helena)}?tab=%s#rows" hx-get="{url(helena)}?tab=%s"'
    assert payments % ("transactions", "transactions") in as_agent.get(url(helena)).text
    PaySource.objects.create(source_record=helena.records.get(), brand="VISA", last_four="4242")

    page = as_agent.get(url(helena)).text
    assert payments % ("payment-methods", "payment-methods") in page
    assert payments % ("transactions", "transactions") not in page


def test_the_latest_orders_are_named_whatever_tab_is_open(as_agent, helena):
    fill(helena, helena.records.get())
    for day in (1, 2):
        order(email="hholy@gmail.com", first_name="Helena", at=WHEN + timedelta(days=day))

    for query in ("", "?tab=history", "?tab=orders&before=2026-01-01T00:00:00%2B00:00_1"):
        newest = as_agent.get(url(helena, query)).context["newest"]
        assert [bought.at for bought in newest] == [WHEN + timedelta(days=2), WHEN + timedelta(days=1)]


def test_tabs_are_those_that_one_may_see(helena):
    client = signed_in(make_user("front", ["customers.view_customer"]))
    page = client.get(url(helena, "?tab=orders")).text

    assert ">Orders</a>" not in page
    assert "?tab=history" in page
    assert 'id="rows" aria-label="History"' in page


def test_history_and_notes_stand_together_newest_first_and_eight_at_most(as_agent, agent, helena):
    for n in range(9):
        entry = {"source_record": helena.records.order_by("pk").first(), "kind": "edit", "sentence": f"Act {n}."}
        HistoryEntry.objects.create(**entry, at=timezone.now() + timedelta(hours=n))
    notes.add(helena, {"text": "A <b>note</b>"}, by=agent)

    response = as_agent.get(url(helena))
    assert [getattr(line.row, "text", "") for line in response.context["timeline"]] == [
        f"Act {n}." for n in range(8, 0, -1)
    ]
    part = as_agent.get(url(helena), headers={"HX-Request": "true", "HX-Target": "history"})
    assert part.text.lstrip().startswith('<aside class="module" id="history"')


def test_a_merge_in_the_history_leads_to_its_page(as_agent, agent, helena, double):
    done = merge(helena, double, by=agent)

    page = as_agent.get(url(helena)).text
    assert f"<bdi>H. Holý</bdi></a> ({double.pk}) into this customer." in page
    assert f'<a href="/merges/{done.pk}/">Merge {done.pk}</a>' in page


def test_every_position_has_one_tab():
    positions = [model.tab.position for model in tabbed_models()]

    assert sorted([*positions, SOURCES.position]) == list(TabPosition)
