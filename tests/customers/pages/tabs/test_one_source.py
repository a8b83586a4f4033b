"""A tab filtered by source, and what its rows add up to."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs

from customers.engagement import notes
from customers.lib.pages import PAGE
from orders.intake.order import IncomingPurchase
from orders.models import Order
from orders.totals.add import add_to_totals
from orders.totals.deltas import deltas_of_refund
from tests.customers.pages.page_requests import WHEN, get
from tests.factories import ProductFactory, order
from tests.tables import table


def sources_shown(response) -> set[str]:
    return {line.record.data_source.name for line in response.context["page"].lines}


@table("tab", ["orders", "history", "sources"])
def test_a_tab_shows_only_what_came_from_the_chosen_source(tab, as_agent, helena, market):
    assert sources_shown(get(as_agent, helena, tab=tab)) == {"Shop", "Marketplace"}

    response = get(as_agent, helena, tab=tab, source=market.pk)
    assert sources_shown(response) == {"Marketplace"}
    assert f'<option value="{market.pk}" selected>Marketplace</option>' in response.text


def test_a_filter_is_kept_when_paging_and_when_the_tab_changes(as_agent, helena, market):
    for n in range(PAGE):
        order("Marketplace", external_id="MP-9", at=WHEN - timedelta(days=n))

    page = get(as_agent, helena, tab="orders", source=market.pk).text
    older = page.partition('rel="next"')[0].rpartition('href="')[2].partition("#")[0].replace("&amp;", "&")
    assert parse_qs(older)["source"] == [str(market.pk)]
    assert sources_shown(as_agent.get(older)) == {"Marketplace"}
    assert len(as_agent.get(older).context["page"].lines) == 2
    assert f"?tab=history&amp;source={market.pk}" in page or f"source={market.pk}&amp;tab=history" in page


@table("source", ["nonsense", "0", "-1", "999999", "1" * 40, "\0", ""])
def test_a_source_that_is_none_of_theirs_is_no_filter(source, as_agent, helena, market):
    assert sources_shown(get(as_agent, helena, tab="orders", source=source)) == {"Shop", "Marketplace"}


def test_nothing_of_a_source_says_so_and_leads_back(as_agent, helena, market):
    notes.add(helena, {"text": "From staff."}, by=None)

    page = get(as_agent, helena, tab="notes", source=market.pk).text
    assert "No notes match these filters" in page
    assert f'href="/customers/{helena.pk}/?tab=notes#rows"' in page


def test_where_there_is_one_source_there_is_nothing_to_choose(as_agent, helena):
    assert 'name="source"' not in get(as_agent, helena).text


def test_orders_say_what_they_add_up_to_of_the_chosen_source(as_agent, helena, market):
    placed = Order.objects.filter(data_source=market).first()
    Order.objects.filter(pk=placed.pk).update(refunded=Decimal(1))
    add_to_totals(deltas_of_refund(placed, Decimal(1)))

    assert "3 paid orders, 15.90 USD; 1.00 USD refunded" in get(as_agent, helena).text
    assert "2 paid orders, 6.00 USD; 1.00 USD refunded" in get(as_agent, helena, source=market.pk).text


def test_purchases_are_counted_by_their_state(as_agent, helena):
    for status in ("ACTIVE", "ACTIVE", "RECYCLE_BILLING", "CANCELLED"):
        order(external_id="7", purchases=[IncomingPurchase(ProductFactory(), Decimal(3), status=status)])

    assert "2 active, 1 past due, 1 cancelled" in get(as_agent, helena, tab="purchases").text
