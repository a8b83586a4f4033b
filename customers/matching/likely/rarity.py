"""How rare a value is among the customers at hand. A small site knows too few names, so it borrows from the model."""

from __future__ import annotations

from customers.matching.likely.comparisons import Level
from customers.matching.likely.model import Model

BORROWED = 200
"""So many customers of the model's are counted beside those at hand."""


def frequency_table(level: Level, model: Model, *, customers: int, site: int | None) -> str:
    """SQL for the frequency of each value of the column that `level` goes by.

    Customers who are a part of a site of so many only say that a value is frequent, not that it is rare. All with the
    same email are among them. Of other values, one who has it says nothing: the others may be there because of it.
    """
    column = level.by_rarity
    field = "company" if column == "domain" else column
    usual = model.levels[field][level.name][1]
    frequency = f"(count(*) + {BORROWED * usual}) / {(customers if site is None else site) + BORROWED}"
    if site is not None:
        if column != "email":
            frequency = f"(count(*) - 1 + {BORROWED * usual}) / {customers + BORROWED}"
        frequency = f"greatest({frequency}, {usual})"
    return (
        f"select {column}, {frequency} as tf_{column}"  # noqa: S608 - names of ours
        f" from compared where {column} is not null group by {column}"
    )
