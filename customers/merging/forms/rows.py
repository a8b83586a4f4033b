"""One row of the grid of final values: a field, what each customer has in it, and what can be typed instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from customers.lib.phrases import join_words
from customers.merging.forms.cells import Cell


@dataclass(frozen=True)
class Input:
    """Something to type in; its name is also its id."""

    name: str
    label: str
    placeholder: str
    value: str = ""


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    group: str
    control: str
    cells: list[Cell]
    inputs: list[Input]
    differs: bool = False
    note: str = ""
    error: str = ""
    offers_empty: bool = False
    empty_is_picked: bool = False
    keeps_password: bool = False

    @property
    def is_long(self) -> bool:
        """Too wide for two values side by side on a phone."""
        return self.control == "address" or self.key == "email"

    @property
    def is_typed(self) -> bool:
        return any(each.value for each in self.inputs)

    @property
    def anchor(self) -> str:
        """The id of what to correct."""
        return self.inputs[0].name if self.inputs else f"row-{self.key}"

    @property
    def is_same(self) -> bool:
        """Nothing to decide, and nobody did."""
        touched = self.is_typed or self.error or self.empty_is_picked or self.keeps_password
        changed = any(cell.changed for cell in self.cells)
        return not (touched or changed or self.differs) and len({tuple(cell.lines) for cell in self.cells}) == 1

    @property
    def shared(self) -> str:
        """The value that all have."""
        return "empty" if self.cells[0].is_blank else ", ".join(self.cells[0].lines)


def joined(rows: Iterable[Row]) -> str:
    """The labels of rows, those that only differ by number in short: “Custom 2 to 5”."""
    labels = [row.label for row in rows]
    numbers = [label for label in labels if re.fullmatch(r"Custom \d", label)]
    if len(numbers) > 2:
        labels = [label for label in labels if label not in numbers] + [f"{numbers[0]} to {numbers[-1][-1]}"]
    return join_words(labels)
