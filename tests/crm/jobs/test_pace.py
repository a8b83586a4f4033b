"""How a job's rate went is kept in few points, and drawn."""

from itertools import pairwise

from crm.jobs.pace import MOST_POINTS, add_point, rate_plot


def test_points_become_fewer_and_stretches_longer_but_the_last_one_stays():
    points = []
    for second in range(1, 1_000):
        points = add_point(points, seconds=second, done=second * 50)
        assert points[-1] == (second, second * 50)
        assert len(points) <= MOST_POINTS
    seconds = [second for second, _ in points]
    assert seconds == sorted(seconds)
    assert max(later - earlier for earlier, later in pairwise(seconds)) <= 64


def test_the_plot_has_the_rate_of_each_stretch_from_the_floor_to_a_round_number():
    plot = rate_plot([(10, 1000), (20, 1000), (30, 4500)])
    assert plot.rates == [(10, 100), (20, 0), (30, 350)]
    assert (plot.highest, plot.line) == (500, "64.0,100.0 269.3,100.0 474.7,120.0 680.0,50.0")
    assert [label for _, label in plot.levels] == ["500", "250", "0"]
    assert [label for _, label in plot.ticks] == ["10 s", "20 s", "30 s"]
    assert plot.summary == "Rows per second: between 0 and 350 in 30 s."


def test_there_is_no_plot_while_there_is_little_to_see():
    assert (rate_plot([]), rate_plot([(1, 10), (2, 20)])) == (None, None)
    assert rate_plot([(1, 0), (2, 0), (3, 0)]) is None
    assert rate_plot([(0.0, 5), (0.0, 9), (0.0, 12)]) is None


def test_a_long_and_fast_job_has_short_labels():
    plot = rate_plot([(hour * 3600, hour * 200_000_000) for hour in range(1, 6)])
    assert [label for _, label in plot.levels] == ["100k", "50k", "0"]
    assert [label for _, label in plot.ticks] == ["2 h", "4 h"]
