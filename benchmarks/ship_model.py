"""Trains the model that ships on made-up customers, of whom it is known who is one person.

    python -m benchmarks.ship_model

These are cleaner than customers of a site are, and have no dates of birth. So what they show is averaged with what
experience says (`data/starting_model.json`). The public sets by which the model is judged have no part in it.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.labelled import DATA, made_up
from customers.matching.likely import model as shipped
from customers.matching.likely.model import Model, Shares, read_model
from customers.matching.likely.scoring import open_table
from customers.matching.likely.train import train_on_pairs

VERSION = "2"
DUPLICATES_EACH = 0.1
CUSTOMERS, DUPLICATED = 20_000, 2_000


def main() -> None:
    start = read_model((DATA / "starting_model.json").read_text(encoding="utf-8"))
    people = made_up(CUSTOMERS, DUPLICATED)
    with open_table(people.customers) as table:
        trained = train_on_pairs(table, start, people.true_pairs, version=VERSION)
    levels = {
        field: {name: mean(shares, trained.levels[field][name]) for name, shares in of.items()}
        for field, of in start.levels.items()
    }
    model = Model(VERSION, DUPLICATES_EACH, levels)
    Path(shipped.__file__).with_name("shipped_model.json").write_text(model.as_json(), encoding="utf-8")


def mean(*shares: Shares) -> Shares:
    one, two = (sum(side) / len(shares) for side in zip(*shares, strict=True))
    return round(one, 6), round(two, 7)


if __name__ == "__main__":
    main()
