"""The list of orders: what a search names, what filters let through, and its pages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from customers.lib.pages import Cursor
from customers.lib.phrases import isolated
from customers.models import DataSource
from orders.models import Order, OrderItem, OrderKind, TransactionStatus
from orders.search import order_list
from orders.search.filters import OrderFilter, OrderState
from orders.search.find import find_orders
from orders.search.order_list import order_page
from tests.acts import merge
from tests.factories import ProductFactory, customer_with_order, declined_order, order, paid_order, signed_in
from tests.factories.users import make_user
from tests.page_text import visible_text
from tests.tables import table

URL = "/orders/"
pytestmark = pytest.mark.django_db
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=[order_list.MOST, 0], ids=["few", "many"])
def most(request, monkeypatch):
    """Both ways to read what a search names: all of it sorted, or the list walked, here by two at a time."""
    if not request.param:
        monkeypatch.setattr(order_list, "MOST", 0)
        monkeypatch.setattr(order_list, "STRETCH", 2)


def numbers(client, **query):
    """Of all pages, as one follows the other."""
    listed, before = [], ""
    while True:
        page = client.get(URL, {**query, "before": before}).context["page"]
        listed += [row.order.number for row in page.rows]
        if not page.following:
            return listed
        before = str(page.following)


@pytest.fixture
def helenas(db):
    """An order of Helena with a card and a product, and one of somebody else before it."""
    other = order(email="frank@example.org", first_name="Frank", at=FIRST_DAY).order
    placed = paid_order(source="Shop", total="27.84", at=FIRST_DAY + timedelta(days=1))
    OrderItem.objects.create(order=placed, product=ProductFactory(name="Unlimited Monthly", sku="UM-1"), amount=1)
    Order.objects.filter(pk=placed.pk).update(external_id="S-00042", client_order_id="C-9")
    return placed, other


@table(
    "text",
    [
        "{number}",
        "#{number}",
        "order {number}",
        "s-00042",
        "C-9",
        "4242",
        "card 4242",
        "Unlimited Monthly",
        "UM-1",
        "unlimited",
        "{customer}",
        "helena hol",
        "hholy@gmail.com",
    ],
)
def test_an_order_is_found_by_what_people_call_it(text, helenas, as_agent, most):
    placed, _ = helenas
    query = text.format(number=placed.number, customer=placed.source_record.customer_id)
    assert numbers(as_agent, q=query) == [placed.number]


@table("text", ["Order #{number}", "order no. {number}", "invoice number: {number}", "№ {number}"])
def test_a_number_is_read_as_in_the_search_of_customers(text, helenas):
    placed, _ = helenas
    assert find_orders(text.format(number=placed.number)).meaning == f"order {isolated(placed.number)}"


def test_what_is_found_is_named_and_links_to_the_only_customer(helenas, as_agent):
    placed, _ = helenas
    page = as_agent.get(URL, {"q": "hholy@gmail.com"})
    assert "1 order of customer hholy@gmail.com" in visible_text(page)
    assert page.context["filters"].found.customer == placed.source_record.customer


def test_the_number_of_a_merged_customer_finds_the_orders_of_who_was_kept(as_agent):
    kept, merged = (customer_with_order(external_id=number) for number in "12")
    merge(kept, merged)
    assert len(numbers(as_agent, q=str(merged.pk))) == 2


def test_what_names_no_order_lists_none_and_says_so(helenas, as_agent):
    page = as_agent.get(URL, {"q": "xyzzy"})
    assert page.context["page"].rows == []
    assert "No orders match “ xyzzy ”" in visible_text(page)


@pytest.fixture
def village(db):
    """One order of each kind that a filter tells from the others, a day apart."""
    shop = {"source": "Shop", "deduplicate": False}
    orders = {
        "complete": order(total="5.00", at=FIRST_DAY, **shop).order,
        "soft": declined_order(total="10.00", at=FIRST_DAY + timedelta(days=1), **shop),
        "hard": declined_order(TransactionStatus.HARD_DECLINE, total="20.00", at=FIRST_DAY + timedelta(days=2), **shop),
        "partly": paid_order(total="30.00", at=FIRST_DAY + timedelta(days=3), **shop),
        "market": order(source="Marketplace", total="40.00", at=FIRST_DAY + timedelta(days=4)).order,
    }
    Order.objects.filter(pk=orders["partly"].pk).update(refunded=Decimal("0.99"))
    Order.objects.filter(pk=orders["market"].pk).update(kind=OrderKind.RECURRING)
    return orders


@table(
    ("query", "names"),
    [
        ({}, ["market", "partly", "hard", "soft", "complete"]),
        ({"status": "DECLINED"}, ["hard", "soft"]),
        ({"status": "declined_softly"}, ["soft"]),
        ({"status": "partly_refunded"}, ["partly"]),
        ({"kind": "RECURRING"}, ["market"]),
        ({"source": "Marketplace"}, ["market"]),
        ({"source": "Shop", "status": "DECLINED", "low": "15"}, ["hard"]),
        ({"low": "10", "high": "30"}, ["partly", "hard", "soft"]),
        ({"low": "0", "high": "0"}, []),
        ({"since": "2026-01-02", "until": "2026-01-03"}, ["hard", "soft"]),
        ({"q": "hholy@gmail.com", "status": "DECLINED"}, ["hard", "soft"]),
    ],
)
def test_filters_let_through_what_they_name(query, names, village, as_agent, most):
    if "source" in query:
        query = {**query, "source": str(DataSource.objects.get(name=query["source"]).pk)}
    assert numbers(as_agent, **query) == [village[name].number for name in names]


def test_values_that_are_not_valid_are_named_and_the_others_filter(village, as_agent):
    page = as_agent.get(URL, {"status": "DECLINED", "low": "ten", "since": "yesterday", "before": "nowhere"})
    assert "Filters ignored because their values are not valid: From, Amount from" in visible_text(page)
    assert len(page.context["page"].rows) == 2


def test_pages_follow_each_other_without_a_gap_where_orders_have_one_time(as_agent, most):
    for n in range(60):
        order(external_id=str(n), deduplicate=False, at=FIRST_DAY, total="1" if n % 2 else "2")
    newest = list(Order.objects.order_by("-pk").values_list("number", flat=True))
    assert numbers(as_agent) == newest
    assert len(numbers(as_agent, low="2")) == 30


def test_a_page_that_did_not_look_at_all_orders_says_so(village, as_agent, monkeypatch):
    monkeypatch.setattr(order_list, "STRETCH", 2)
    page = as_agent.get(URL, {"high": "5"})
    assert page.context["page"].rows == []
    assert "No matches yet" in visible_text(page)
    assert "Keep searching" in visible_text(page)
    assert numbers(as_agent, high="5") == [village["complete"].number]


def test_counting_stops_at_a_limit(village, monkeypatch):
    def counted(**filters):
        return str(order_page(OrderFilter(**filters), before=None).count)

    assert (counted(), counted(status="DECLINED"), counted(kind="RECURRING")) == ("5 orders", "2 orders", "1 order")
    monkeypatch.setattr(order_list, "MOST", 3)
    monkeypatch.setattr(order_list, "STRETCH", 3)
    assert (counted(), counted(kind="RECURRING")) == ("3+ orders", "1 of the newest 3 orders")


def test_a_declined_order_shows_its_answer_and_attempts(village, as_agent):
    page = visible_text(as_agent.get(URL, {"status": OrderState.DECLINED_SOFTLY}))
    assert "Declined softly Insufficient funds. 1 attempt" in page


def test_a_page_after_the_last_order_leads_back(village, as_agent):
    page = as_agent.get(URL, {"before": str(Cursor(FIRST_DAY, 1))})
    assert "First page" in visible_text(page)


def test_only_who_may_view_orders_has_the_link(as_agent):
    assert 'href="/orders/"' in as_agent.get("/").text
    front = signed_in(make_user("front", ["customers.view_customer"]))
    assert 'href="/orders/"' not in front.get("/").text
    assert front.get(URL).status_code == 403
