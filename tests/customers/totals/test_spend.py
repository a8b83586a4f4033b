"""The plot of what a customer spent by month, with the merges that brought others' spending."""

from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from customers.models import Customer, Merge
from customers.totals.spend import (
    FEWEST_MONTHS,
    MOST_MONTHS,
    SpendByMonth,
    earliest_plotted,
    merges_into,
    month_sums,
    spend_from,
)
from customers.totals.spend_chart import HEIGHT, HIGHEST, WIDTH, SpendChart
from orders.models import Order
from orders.totals.add import add_to_totals, rebuild_totals
from orders.totals.deltas import deltas_of_refund
from tests.acts import fresh, merge, undo
from tests.factories import customer_with_order, order

JANUARY = datetime(2026, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 15, tzinfo=UTC)


@pytest.fixture
def helena(db) -> Customer:
    return customer_with_order(
        email="hholy@gmail.com", external_id="7", total="5.00", at=datetime(2026, 1, 12, tzinfo=UTC)
    )


def bought(total: str, *at: int, **options) -> Order:
    return order(total=total, external_id="7", at=datetime(*at, tzinfo=UTC), **options).order


def refund(placed: Order, amount: str) -> None:
    Order.objects.filter(pk=placed.pk).update(refunded=Decimal(amount))
    add_to_totals(deltas_of_refund(placed, Decimal(amount)))


def somebody(name: str) -> Customer:
    return customer_with_order(first_name=name, email=f"{name}@example.org", at=JANUARY)


def spend_of(customer: Customer, *, now: datetime, currency: str = "") -> SpendByMonth | None:
    """As the page of the customer has it."""
    return spend_from(month_sums(customer), merges_into(customer, earliest_plotted(now)), now=now, currency=currency)


def amounts(customer: Customer, **options) -> list[int]:
    return [month.amount for month in spend_of(customer, now=NOW, **options).months]


def test_who_bought_nothing_has_no_plot(as_agent, db):
    customer = customer_with_order(status="DECLINED")
    assert spend_of(customer, now=NOW) is None
    assert "plot" not in as_agent.get(f"/customers/{customer.pk}/").content.decode()


def test_every_month_up_to_this_one_is_there_also_those_without_orders(helena):
    bought("1.50", 2026, 1, 31, 23)
    bought("2.00", 2026, 3, 1)
    spend = spend_of(helena, now=NOW)
    assert [month.first for month in spend.months][-3:] == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert amounts(helena) == [0] * (FEWEST_MONTHS - 3) + [650, 0, 200]
    assert spend.before is None


def test_what_came_before_the_months_shown_is_one_sum(helena):
    bought("2.00", 2023, 3, 31)
    bought("3.00", 2022, 3, 31)
    bought("4.00", 2023, 4, 1)
    spend = spend_of(helena, now=NOW)
    assert (len(spend.months), spend.months[0].first, spend.months[0].amount) == (MOST_MONTHS, date(2023, 4, 1), 400)
    assert (spend.before.orders, spend.before.amount) == (2, 500)
    assert SpendChart(spend).before == "5.00 before Apr 2023"


def test_orders_that_are_yet_to_come_are_shown(helena):
    bought("2.00", 2026, 6, 1)
    assert amounts(helena)[-1] == 200


def test_the_currency_most_used_is_plotted_and_the_others_lead_to_theirs(as_agent, helena):
    bought("500", 2026, 2, 1, currency="JPY")
    bought("700", 2026, 2, 2, currency="JPY")
    assert spend_of(helena, now=NOW).currency == "JPY"
    assert amounts(helena, currency="USD")[-3] == 500
    assert spend_of(helena, now=NOW, currency="nonsense").currency == "JPY"

    page = as_agent.get(f"/customers/{helena.pk}/?tab=sources").content.decode()
    assert "Spend by month, JPY" in page
    assert 'tab=sources&amp;currency=USD#totals">USD</a>' in page
    assert "Spend by month, USD" in as_agent.get(f"/customers/{helena.pk}/?currency=USD").content.decode()


def test_refunds_stand_apart_on_the_bar_of_their_month(helena):
    refund(bought("4.00", 2026, 3, 1), "1.00")
    refund(bought("6.00", 2026, 2, 1), "6.00")
    part, whole = (SpendChart(spend_of(helena, now=NOW)).bars[n] for n in (2, 1))
    assert part.refund == pytest.approx((part.refund + part.height) / 4, abs=0.02)
    assert part.refund_y + part.refund == pytest.approx(part.y, abs=0.02)
    assert (whole.height, whole.refund_y) == (0, HIGHEST)


def test_merges_that_stand_are_marked(as_agent, helena):
    taken_back, stands = (merge(*fresh(helena, somebody(name))) for name in ("Ada", "Zoe"))
    undo(taken_back)
    Merge.objects.filter(pk=stands.pk).update(created=datetime(2026, 2, 16, tzinfo=UTC))

    plot = SpendChart(spend_of(helena, now=NOW))
    [mark] = plot.marks
    assert mark.label == str(stands.pk)
    assert mark.x == pytest.approx(WIDTH * 10.5 / 12, abs=1)
    assert f"Merges: Merge {stands.pk} on 16 Feb 2026" in plot.text
    page = as_agent.get(f"/customers/{helena.pk}/").content.decode()
    assert f'<span class="key mark"><a href="/merges/{stands.pk}/">Merge {stands.pk}</a>, 16 Feb 2026' in page


def test_merges_of_whoever_was_merged_in_later_are_marked_as_well(helena):
    zoe = somebody("Zoe")
    first = merge(zoe, somebody("Ada"))
    second = merge(*fresh(helena, zoe))
    assert set(spend_of(helena, now=timezone.now()).merges) == {first, second}


def test_merges_of_one_month_share_a_mark(helena):
    for name in ("Ada", "Eva", "Zoe"):
        merge(*fresh(helena, somebody(name)))
    [mark] = SpendChart(spend_of(helena, now=timezone.now())).marks
    assert mark.label == "3 merges"
    assert mark.label_x < WIDTH


def test_the_text_says_every_value(helena):
    refund(bought("1234.50", 2026, 3, 1), "0.50")
    assert SpendChart(spend_of(helena, now=NOW)).text == (
        "Spend by month in USD. Jan 2026: 5.00. Mar 2026: 1,234.50, refunded 0.50. No spend in the other months"
    )


def test_what_was_bought_for_nothing_is_a_plot_without_bars(as_agent, db):
    customer = customer_with_order(total="0")
    assert SpendChart(spend_of(customer, now=timezone.now())).bars == []
    assert as_agent.get(f"/customers/{customer.pk}/").status_code == 200


def test_the_drawing_is_numbers_inside_its_frame(as_agent, helena):
    merge(helena, somebody("Ada"))
    bought("9999999999.99", 2021, 3, 1)
    bought("0.01", 2026, 3, 1)
    page = as_agent.get(f"/customers/{helena.pk}/").content.decode()
    svg = ElementTree.fromstring("<svg" + page.partition('<svg class="spend"')[2].partition("</svg>")[0] + "</svg>")  # noqa: S314 - ours
    for node in svg.iter():
        for name in {"x", "x1", "x2"} & node.attrib.keys():
            assert 0 <= float(node.attrib[name]) <= WIDTH
        for name in {"y", "y1", "y2", "height"} & node.attrib.keys():
            assert 0 <= float(node.attrib[name]) <= HEIGHT
        assert "style" not in node.attrib


def test_months_in_which_more_was_credited_than_bought_stay_inside_the_frame(helena):
    credit = bought("1", 2026, 2, 3)
    Order.objects.filter(pk=credit.pk).update(total=Decimal(-9))
    rebuild_totals([credit.source_record_id])
    refund(bought("2", 2026, 3, 3), "2")
    for plot in (
        SpendChart(spend_of(helena, now=NOW)),
        SpendChart(spend_of(helena, now=datetime(2027, 2, 1, tzinfo=UTC))),
    ):
        assert all(min(bar.height, bar.refund) >= 0 and bar.y >= HIGHEST for bar in plot.bars)
        assert "Feb 2026: -9.00" in plot.text
