"""The examples that the documentation of ChartMogul works out, with its numbers."""

from datetime import timedelta

from orders.revenue.monthly_rate import Interval
from tests.days import day
from tests.orders.revenue.movement_lines import YEAR, billed, cancelled, movement_rows, series, subscription

GOLD, SILVER = 1, 2


def test_a_customer_grows_shrinks_churns_and_comes_back():
    gold, silver, gold_again = subscription(), subscription(), subscription()
    revenue = series(
        billed(gold, day(1), 4 * 50_000, until=day(1, year=2025), interval=YEAR, plan=GOLD),
        billed(silver, day(3), 6_000, plan=SILVER),
        cancelled(silver, day(5)),
        cancelled(gold, day(1, year=2025)),  # not renewed
        billed(gold_again, day(3, year=2025), 15_000, plan=GOLD),
    )

    assert movement_rows(revenue) == [
        ("new_biz", 16_667, 16_667),
        ("expansion", 6_000, 22_667),
        ("contraction", -6_000, 16_667),
        ("churn", -16_667, 0),
        ("reactivation", 15_000, 15_000),
    ]


def test_another_plan_from_the_next_month_on():
    one = subscription()
    revenue = series(billed(one, day(6), 10_000, plan=SILVER), billed(one, day(7), 25_000, plan=GOLD))

    assert movement_rows(revenue) == [("new_biz", 10_000, 10_000), ("expansion", 15_000, 25_000)]


def test_another_plan_in_the_middle_of_a_month():
    one = subscription()
    rest = {"until": day(7), "proration": "differential"}
    revenue = series(
        billed(one, day(6), 10_000, until=day(7), plan=SILVER),
        billed(one, day(6, 16), 12_500, plan=GOLD, **rest),
        billed(one, day(6, 16), -5_000, plan=SILVER, **rest),
    )

    assert [(movement.amount, movement.total) for movement in revenue.movements] == [
        (10_000, 10_000),
        (25_000, 35_000),
        (-10_000, 25_000),
    ]
    assert sum(movement.amount for movement in revenue.movements[1:]) == 15_000
    assert revenue.totals() == {"USD": 25_000}


def test_one_more_seat_for_the_rest_of_the_month():
    one = subscription()
    revenue = series(
        billed(one, day(3), 5_000, until=day(3, 31)),
        billed(one, day(3, 16), 2_500, until=day(3, 31), proration="differential"),
    )

    assert movement_rows(revenue) == [("new_biz", 5_000, 5_000), ("expansion", 5_000, 10_000)]


def test_a_plan_of_three_months():
    assert series(billed(subscription(), day(1), 9_000, interval=Interval(3, "month"))).totals() == {"USD": 3_000}


def test_a_week_is_7_of_30_4375_days():
    # Ten dollars a week came to 4,004 euro cents and 523,387 yen cents with the rates of the day: 4.348 times as much.
    assert series(billed(subscription(), day(1), 1_000, interval=Interval(7, "day"))).totals() == {"USD": 4_348}
    assert series(billed(subscription(), day(1), 1_000, interval=Interval(1, "week"))).totals() == {"USD": 4_348}


def test_two_subscriptions_of_one_moment_are_both_new_business():
    revenue = series(billed(subscription(), day(1), 4_004), billed(subscription(), day(1), 4_005))

    assert movement_rows(revenue) == [("new_biz", 4_004, 4_004), ("new_biz", 4_005, 8_009)]


class TestASwitchOfBillingSystem:
    """The subscription of the old system is cancelled, and one of the new begins."""

    def changes(self, *, gap: timedelta, connection: str = ""):
        old, new = subscription(day(1), connection=connection), subscription(day(6) + gap, connection=connection)
        return [billed(old, day(1), 5_000), cancelled(old, day(6)), billed(new, day(6) + gap, 5_000)]

    def test_is_an_expansion_and_a_contraction_without_a_gap(self):
        for gap in (timedelta(), -timedelta(days=1)):
            assert movement_rows(series(*self.changes(gap=gap)))[1:] == [
                ("expansion", 5_000, 10_000),
                ("contraction", -5_000, 5_000),
            ]

    def test_is_churn_and_reactivation_with_a_gap(self):
        assert movement_rows(series(*self.changes(gap=timedelta(days=2))))[1:] == [
            ("churn", -5_000, 0),
            ("reactivation", 5_000, 5_000),
        ]

    def test_is_nothing_once_the_two_are_connected(self):
        for days in (-1, 0, 2):
            revenue = series(*self.changes(gap=timedelta(days=days), connection="c"))
            assert movement_rows(revenue) == [("new_biz", 5_000, 5_000)]
