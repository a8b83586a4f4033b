"""How a job's rate went: how far it was after how many seconds of work, some dozens of points however long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median

from crm.jobs.durations import HOUR, MINUTE, duration

MOST_POINTS = 60
FEWEST_POINTS = 3
LEFT, RIGHT, TOP, BASE = 64, 680, 20, 120
"""Where the plot is in the units of its SVG."""
STEPS = (1, 2, 5)
MOST_TICKS = 4
TIMES = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400)
THOUSANDS = 10_000
SLACK = 0.75
"""Chunks do not take equally long."""

Point = Sequence[float]


def add_point(points: Sequence[Point], *, seconds: float, done: int) -> list[Point]:
    """The last point moves on until it is about as far from the one before as others are; of too many half are kept."""
    kept = points[:-1] if _is_last_near(points) else points
    longer = [*kept, (round(seconds, 2), done)]
    return longer if len(longer) <= MOST_POINTS else longer[(len(longer) - 1) % 2 :: 2]


def _is_last_near(points: Sequence[Point]) -> bool:
    *gaps, last = [later[0] - earlier[0] for earlier, later in pairwise([(0.0, 0), *points])] or [0.0]
    return bool(gaps) and last < SLACK * median(gaps)


@dataclass(frozen=True)
class RatePlot:
    """Numbers for the attributes of an SVG."""

    rates: Sequence[tuple[float, float]]
    """Seconds of work, and the rows per second until then."""

    @property
    def line(self) -> str:
        first = (0.0, self.rates[0][1])
        return " ".join(f"{self._x(seconds)},{self._y(rate)}" for seconds, rate in (first, *self.rates))

    @property
    def area(self) -> str:
        return f"{LEFT},{BASE} {self.line} {RIGHT},{BASE}"

    @property
    def highest(self) -> int:
        """A round number that no rate exceeds."""
        return _round_up(max(rate for _, rate in self.rates))

    @property
    def levels(self) -> list[tuple[float, str]]:
        return [(self._y(level), _short(level)) for level in (self.highest, self.highest / 2, 0)]

    @property
    def ticks(self) -> list[tuple[float, str]]:
        every = next((time for time in TIMES if time * MOST_TICKS >= self._seconds), TIMES[-1])
        return [(self._x(at), _time(at)) for at in range(every, int(self._seconds) + 1, every)]

    @property
    def summary(self) -> str:
        rates = [rate for _, rate in self.rates]
        time = duration(timedelta(seconds=self._seconds))
        return f"Rows per second: between {min(rates):,.0f} and {max(rates):,.0f} in {time}."

    @property
    def _seconds(self) -> float:
        return self.rates[-1][0]

    def _x(self, seconds: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * seconds / self._seconds, 1)

    def _y(self, rate: float) -> float:
        return round(BASE - (BASE - TOP) * rate / self.highest, 1)


def rate_plot(points: Sequence[Point]) -> RatePlot | None:
    """None while there is little to see."""
    stretches = [(start, end) for start, end in pairwise([(0.0, 0), *points]) if end[0] > start[0]]
    rates = [(end[0], (end[1] - start[1]) / (end[0] - start[0])) for start, end in stretches]
    return RatePlot(rates) if len(rates) >= FEWEST_POINTS and any(rate for _, rate in rates) else None


def _round_up(number: float) -> int:
    power = 1
    while True:
        for step in STEPS:
            if step * power >= number:
                return step * power
        power *= 10


def _short(number: float) -> str:
    return f"{number / 1000:g}k" if number >= THOUSANDS else f"{number:,g}"


def _time(seconds: int) -> str:
    if seconds < MINUTE:
        return f"{seconds} s"
    return f"{seconds // MINUTE} min" if seconds < HOUR else f"{seconds / HOUR:g} h"
