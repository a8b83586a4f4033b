"""Whatever was billed and cancelled: the movements add up, in whatever order it is read."""

from collections import defaultdict
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.revenue.monthly_rate import Interval
from orders.revenue.types import Billed, Cancelled, Change, Origin, OriginKind, Subscription
from tests.days import day
from tests.orders.revenue.movement_lines import HOUR, series

# No clock is looked at: the machine may be busy with other tests.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TIMES = st.integers(0, 40).map(lambda tenth: day(1) + tenth * timedelta(days=3, minutes=30))
INTERVALS = st.builds(Interval, st.integers(1, 3), st.sampled_from(["day", "week", "month", "year"]))
SUBSCRIPTIONS = st.sampled_from(
    [
        Subscription(1, day(1)),
        Subscription(2, day(2), in_set=True),
        Subscription(3, day(1), connection="c"),
        Subscription(4, day(3), connection="c"),
    ]
)


@st.composite
def lines(draw) -> Billed:
    at = draw(TIMES)
    return Billed(
        at=at,
        until=at + timedelta(days=draw(st.integers(0, 31))),
        subscription=draw(SUBSCRIPTIONS),
        plan=draw(st.integers(1, 2)),
        currency=draw(st.sampled_from(["USD", "EUR"])),
        amount=draw(st.integers(-5_000, 50_000)),
        interval=draw(INTERVALS),
        origin=Origin(OriginKind.LINE, 0),
        proration=draw(st.sampled_from(["", "", "differential", "full", "differential_mrr"])),
        order=draw(st.sampled_from([None, 1, 2])),
    )


CANCELLATIONS = st.builds(
    lambda of, at: Cancelled(at, of, Origin(OriginKind.CANCELLATION, of.pk)), of=SUBSCRIPTIONS, at=TIMES
)


@st.composite
def histories(draw) -> list[Change]:
    """Each line is a row of its own, numbered as it was written."""
    drawn = draw(st.lists(lines(), max_size=12))
    numbered = [
        Billed(**{**vars(line), "origin": Origin(OriginKind.LINE, number)})
        for number, line in enumerate(drawn, start=1)
    ]
    return [*numbered, *draw(st.lists(CANCELLATIONS, max_size=4))]


@unhurried
@given(histories())
def test_the_movements_add_up_to_what_the_customer_is_worth(changes):
    revenue, sums = series(*changes), defaultdict(int)
    for movement in revenue.movements:
        assert movement.amount
        sums[movement.currency] += movement.amount
        assert movement.total == sums[movement.currency]
    assert {currency: amount for currency, amount in sums.items() if amount} == revenue.totals()


@unhurried
@given(histories().flatmap(lambda changes: st.tuples(st.just(changes), st.permutations(changes))))
def test_the_order_in_which_it_is_read_does_not_matter(pair):
    changes, shuffled = pair
    assert series(*changes).movements == series(*shuffled).movements


@unhurried
@given(histories())
def test_the_window_changes_types_and_nothing_else(changes):
    wide, none = series(*changes, window=48 * HOUR), series(*changes, window=timedelta())
    assert [(m.at, m.amount, m.total) for m in wide.movements] == [(m.at, m.amount, m.total) for m in none.movements]


@unhurried
@given(histories())
def test_a_total_that_rises_from_nothing_begins_and_one_that_falls_to_nothing_ends(changes):
    for movement in series(*changes, window=timedelta()).movements:
        before = movement.total - movement.amount
        begins, ends = before <= 0 < movement.total, movement.total <= 0 < before
        assert begins == (movement.type in ("new_biz", "reactivation"))
        assert ends == (movement.type == "churn")
