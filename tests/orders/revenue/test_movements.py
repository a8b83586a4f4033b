"""How the recurring revenue of a customer moves: what the documented examples leave open."""

from datetime import timedelta

from orders.revenue.monthly_rate import Interval, monthly
from tests.days import day
from tests.orders.revenue.movement_lines import HOUR, YEAR, billed, cancelled, movement_rows, series, subscription
from tests.tables import table


@table(
    ("interval", "cents"),
    [
        (Interval(1, "day"), 30_438),
        (Interval(2, "week"), 2_174),
        (Interval(1, "month"), 1_000),
        (Interval(6, "month"), 167),
        (Interval(1, "year"), 83),
        (Interval(2, "year"), 42),
    ],
)
def test_an_amount_is_brought_to_a_month_by_the_interval_of_its_plan(interval, cents):
    assert series(billed(subscription(), day(1), 1_000, interval=interval)).totals() == {"USD": cents}


def test_a_credit_is_rounded_like_what_it_gives_back():
    assert (monthly(30, YEAR), monthly(-30, YEAR)) == (3, -3)


def test_a_renewal_moves_nothing():
    one = subscription()
    assert len(series(*(billed(one, day(month), 5_000) for month in range(1, 13))).movements) == 1


def test_a_plan_for_nothing_is_no_movement():
    assert series(billed(subscription(), day(1), 0)).movements == []


class TestAPartOfAPeriod:
    def test_without_a_whole_one_is_measured_by_the_interval_before_its_end(self):
        one = subscription()
        revenue = series(billed(one, day(3, 16), 1_000, until=day(4), proration="differential"))

        assert revenue.totals() == {"USD": 1_938}  # 31 of 16 days

    def test_that_begins_after_the_running_one_is_too(self):
        one = subscription()
        revenue = series(
            billed(one, day(1), 1_000, until=day(2)),
            billed(one, day(3, 17), 1_000, until=day(4), proration="differential"),
        )

        assert revenue.totals() == {"USD": 1_000 + 2_067}  # 31 of 15 days

    def test_may_replace_what_is_billed(self):
        one = subscription()
        revenue = series(
            billed(one, day(6), 1_000, until=day(7)),
            billed(one, day(6, 16), 4_000, until=day(7), proration="full"),
        )

        assert revenue.totals() == {"USD": 8_000}

    def test_may_be_the_difference_itself(self):
        one = subscription()
        revenue = series(
            billed(one, day(6), 12_000, interval=YEAR),
            billed(one, day(6, 16), 250, interval=YEAR, proration="differential_mrr"),
        )

        assert revenue.totals() == {"USD": 1_250}

    def test_that_is_no_time_counts_as_a_whole_one(self):
        one = subscription()
        assert series(billed(one, day(6), 700, until=day(6), proration="differential")).totals() == {"USD": 700}

    def test_that_gives_back_after_the_end_begins_nothing(self):
        one = subscription()
        revenue = series(
            billed(one, day(6), 1_000),
            cancelled(one, day(6, 10)),
            billed(one, day(6, 11), -600, until=day(7), proration="differential"),
        )

        assert movement_rows(revenue) == [("new_biz", 1_000, 1_000), ("churn", -1_000, 0)]


class TestLinesOfOneMoment:
    def test_follow_the_order_that_was_sent_with_them(self):
        one = subscription()
        late = billed(one, day(1), 100, order=2)
        assert series(late, billed(one, day(1), 900, order=1)).totals() == {"USD": 100}

    def test_follow_the_order_in_which_they_were_written_without_one(self):
        one = subscription()
        first = billed(one, day(1), 100)
        assert series(billed(one, day(1), 900), first).totals() == {"USD": 900}

    def test_come_before_what_is_cancelled(self):
        one = subscription()
        assert movement_rows(series(cancelled(one, day(2)), billed(one, day(1), 100), billed(one, day(2), 100))) == [
            ("new_biz", 100, 100),
            ("churn", -100, 0),
        ]


class TestASet:
    def test_adds_up_its_plans(self):
        one = subscription(in_set=True)
        revenue = series(billed(one, day(1), 100, plan=1), billed(one, day(1), 200, plan=2))

        assert revenue.totals() == {"USD": 300}

    def test_sets_each_plan_for_itself(self):
        one = subscription(in_set=True)
        lines = [billed(one, day(1), 100, plan=1), billed(one, day(1), 200, plan=2), billed(one, day(2), 150, plan=1)]

        assert series(*lines).totals() == {"USD": 350}
        assert series(*lines, cancelled(one, day(3))).totals() == {}


def test_every_cancellation_counts_and_every_line_after_one_begins_again():
    one = subscription()
    revenue = series(billed(one, day(1), 100), cancelled(one, day(2)), billed(one, day(3), 100), cancelled(one, day(4)))

    assert [kind for kind, *_ in movement_rows(revenue)] == ["new_biz", "churn", "reactivation", "churn"]


def test_a_currency_is_a_series_of_its_own():
    one, other = subscription(), subscription()
    revenue = series(billed(one, day(1), 100), billed(other, day(2), 200, currency="EUR"))

    assert movement_rows(revenue) == [("new_biz", 100, 100), ("new_biz", 200, 200)]
    assert revenue.totals() == {"USD": 100, "EUR": 200}


def test_a_subscription_that_is_billed_in_another_currency_ends_in_the_first():
    one = subscription()
    revenue = series(billed(one, day(1), 100), billed(one, day(2), 90, currency="EUR"))

    assert [(movement.currency, str(movement.type), movement.step.number) for movement in revenue.movements] == [
        ("USD", "new_biz", 0),
        ("EUR", "new_biz", 0),
        ("USD", "churn", 1),
    ]


class TestWhatIsCloseToABeginningOrAnEnd:
    def test_is_a_part_of_the_beginning(self):
        revenue = series(billed(subscription(), day(1), 100), billed(subscription(), day(1) + HOUR, 200))

        assert [kind for kind, *_ in movement_rows(revenue)] == ["new_biz", "new_biz"]

    def test_is_a_part_of_the_end(self):
        one, other = subscription(), subscription()
        revenue = series(
            billed(one, day(1), 100),
            billed(other, day(2), 200),
            cancelled(one, day(3)),
            cancelled(other, day(3) + HOUR),
        )

        assert [kind for kind, *_ in movement_rows(revenue)] == ["new_biz", "expansion", "churn", "churn"]

    def test_is_what_it_is_a_moment_later(self):
        later = day(1) + HOUR + timedelta(microseconds=1)
        revenue = series(billed(subscription(), day(1), 100), billed(subscription(), later, 200))

        assert [kind for kind, *_ in movement_rows(revenue)] == ["new_biz", "expansion"]

    def test_is_what_it_is_where_the_setting_says_so(self):
        lines = [billed(subscription(), day(1), 100), billed(subscription(), day(1), 200)]

        assert [kind for kind, *_ in movement_rows(series(*lines, window=timedelta()))] == ["new_biz", "expansion"]


class TestConnectedSubscriptions:
    def test_a_credit_does_not_begin_the_next_one(self):
        old, new = subscription(day(1), connection="c"), subscription(day(6), connection="c")
        changes = [billed(old, day(1), 100), billed(new, day(6), -10), billed(old, day(9), 100)]

        assert series(*changes).totals() == {"USD": 100}

    def test_go_on_at_the_price_of_the_one_that_follows(self):
        old, new = subscription(day(1), connection="c"), subscription(day(6), connection="c")
        revenue = series(billed(old, day(1), 100), cancelled(old, day(5)), billed(new, day(6), 150))

        assert movement_rows(revenue) == [("new_biz", 100, 100), ("expansion", 50, 150)]

    def test_are_billed_once_where_they_overlap(self):
        old, new = subscription(day(1), connection="c"), subscription(day(6), connection="c")
        revenue = series(billed(old, day(1), 100), billed(new, day(6), 100), billed(old, day(6, 15), 100))

        assert movement_rows(revenue) == [("new_biz", 100, 100)]

    def test_end_with_the_last_of_them(self):
        old, new = subscription(day(1), connection="c"), subscription(day(6), connection="c")
        lines = [billed(old, day(1), 100), billed(new, day(6), 100)]

        assert series(*lines, cancelled(old, day(6)), cancelled(new, day(7))).totals() == {}
        assert series(*lines, cancelled(old, day(8)), cancelled(new, day(7))).totals() == {}

    def test_are_worth_what_runs_when_the_one_that_began_last_is_cancelled(self):
        old, new = subscription(day(1), connection="c"), subscription(day(3), connection="c")
        lines = [billed(old, day(1), 100), billed(new, day(3), 150), billed(old, day(4), 120)]

        assert movement_rows(series(*lines, cancelled(new, day(7)))) == [
            ("new_biz", 100, 100),
            ("expansion", 50, 150),
            ("contraction", -30, 120),
        ]
        assert movement_rows(series(*lines, cancelled(new, day(7)), cancelled(old, day(8))))[-1] == ("churn", -120, 0)

    def test_go_on_as_long_as_any_of_many_runs(self):
        members = [subscription(day(n), connection="c") for n in (1, 2, 3)]
        lines = [billed(member, member.since, 100 * n) for n, member in enumerate(members, start=1)]
        ends = [cancelled(members[1], day(5)), cancelled(members[2], day(6))]

        assert series(*lines, *ends).totals() == {"USD": 100}
        assert series(*lines, *ends, billed(members[1], day(7), 200)).totals() == {"USD": 200}

    def test_end_with_the_first_while_the_other_was_never_billed(self):
        old, new = subscription(day(1), connection="c"), subscription(day(6), connection="c")

        assert movement_rows(series(billed(old, day(1), 100), cancelled(old, day(5)), cancelled(new, day(7)))) == [
            ("new_biz", 100, 100),
            ("churn", -100, 0),
        ]
