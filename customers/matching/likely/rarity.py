"""How rare a value is among the customers at hand. A small site knows too few names, so it borrows from the model."""

from __future__ import annotations

from customers.matching.likely.comparisons import SAME, Level
from customers.matching.likely.model import Model

BORROWED = 200
"""So many customers of the model's are counted beside those at hand."""


def frequency_table(level: Level, model: Model, *, customers: int) -> str:
    """SQL for the frequency of each value of the column that `level` goes by."""
    column = level.by_rarity
    field = "company" if column == "domain" else column
    borrowed = BORROWED * model.levels[field][level.name if field in model.levels else SAME][1]
    return (
        f"select {column}, (count(*) + {borrowed}) / {customers + BORROWED} as tf_{column}"  # noqa: S608
        f" from compared where {column} is not null group by {column}"
    )
