"""A family of merges as a picture: a dot a place, each below the one it went into and a step to the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from customers.merging.tree import MergeTreeNode

STEP, ROW, EDGE, LABEL = 26, 28, 14, 64
MOST_STEPS = 8
"""Deeper is drawn no further to the right."""


@dataclass(frozen=True)
class Dot:
    node: MergeTreeNode
    x: int
    y: int
    line: str
    """The path from the dot that it went into; "" for one that went into nobody."""

    @property
    def label_x(self) -> int:
        return self.x + 10

    @property
    def label_y(self) -> int:
        return self.y + 4


@dataclass(frozen=True)
class TreePicture:
    dots: Sequence[Dot]

    @property
    def width(self) -> int:
        return max(dot.x for dot in self.dots) + LABEL

    @property
    def height(self) -> int:
        return len(self.dots) * ROW


def draw_tree(tops: Sequence[MergeTreeNode]) -> TreePicture:
    dots: list[Dot] = []
    for top in tops:
        dots.extend(_dots(top, depth=0, row=len(dots), above=None))
    return TreePicture(dots)


def _dots(node: MergeTreeNode, *, depth: int, row: int, above: Dot | None) -> Iterator[Dot]:
    x, y = EDGE + min(depth, MOST_STEPS) * STEP, EDGE + row * ROW
    dot = Dot(node, x, y, f"M{above.x} {above.y}V{y}H{x}" if above else "")
    yield dot
    for below in node.below:
        row += 1
        for each in _dots(below, depth=depth + 1, row=row, above=dot):
            row = (each.y - EDGE) // ROW
            yield each
