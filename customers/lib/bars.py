"""The bars of a chart, as numbers for the attributes of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """`y` is the upper end, in the units of the SVG."""

    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> float:
        return round(self.x + self.width / 2, 2)

    @property
    def bottom(self) -> float:
        return round(self.y + self.height, 2)


def bars(
    values: Sequence[int], *, width: float, base: float, end: float, most: int, gap: float, shortest: float
) -> list[Bar]:
    """A bar for each value, side by side over `width`, with `gap` of its place left free.

    Bars stand on `base`. A bar of the value `most` reaches to `end`, above or below. A value other than zero has a bar
    of at least `shortest`, so that it can be seen.
    """
    step = width / len(values)
    result = []
    for number, value in enumerate(values):
        height = max(abs(base - end) * value / max(most, 1), shortest) if value else 0
        y = base - height if end < base else base
        result.append(
            Bar(round((number + gap / 2) * step, 2), round(y, 2), round(step * (1 - gap), 2), round(height, 2))
        )
    return result
