"""How rare a value is among the customers at hand. A small site knows too few names, so it borrows from the model."""

from __future__ import annotations

from customers.matching.likely.comparisons import Level
from customers.matching.likely.model import Model

BORROWED = 200
"""So many customers of the model's are counted beside those at hand."""


def frequency_table(level: Level, model: Model, *, customers: int, is_part: bool) -> str:
    """SQL for the frequency of each value of the column that `level` goes by.

    Customers who are a part of the site’s only say that a value is frequent, not that it is rare.
    """
    column = level.by_rarity
    field = "company" if column == "domain" else column
    usual = model.levels[field][level.name][1]
    frequency = f"(count(*) + {BORROWED * usual}) / {customers + BORROWED}"
    if is_part:
        frequency = f"greatest({frequency}, {usual})"
    return (
        f"select {column}, {frequency} as tf_{column}"  # noqa: S608 - names of ours
        f" from compared where {column} is not null group by {column}"
    )
