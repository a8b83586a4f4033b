"""Trains the model that ships on made-up customers of three kinds, of whom it is known who is one person.

    python -m benchmarks.ship_model

Each kind knows some fields only, and is cleaner or dirtier than a site's customers are. So the shares of each are
averaged, and those that experience says with them (`data/starting_model.json`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.labelled import DATA, Labelled, fake_1000, febrl3, made_up
from customers.matching.likely import model as shipped
from customers.matching.likely.model import Model, Shares, read_model
from customers.matching.likely.scoring import open_table
from customers.matching.likely.train import train_on_pairs

VERSION = "1"
DUPLICATES_EACH = 0.1
CUSTOMERS, DUPLICATED = 20_000, 2_000


def kinds() -> Iterator[Labelled]:
    yield fake_1000(with_birth=True)
    yield febrl3()
    yield made_up(CUSTOMERS, DUPLICATED)


def main() -> None:
    start = read_model((DATA / "starting_model.json").read_text(encoding="utf-8"))
    models = [start]
    for labelled in kinds():
        with open_table(labelled.customers) as table:
            models.append(train_on_pairs(table, start, labelled.true_pairs, version=VERSION))
    levels = {
        field: {name: mean([model.levels[field][name] for model in knowing(field, models)]) for name in of}
        for field, of in start.levels.items()
    }
    model = Model(VERSION, DUPLICATES_EACH, levels)
    Path(shipped.__file__).with_name("shipped_model.json").write_text(model.as_json(), encoding="utf-8")


def knowing(field: str, models: Sequence[Model]) -> list[Model]:
    """The one to start with, and those that learned something of the field."""
    start, *trained = models
    return [start, *(model for model in trained if model.levels[field] != start.levels[field])]


def mean(shares: Sequence[Shares]) -> Shares:
    one, two = (sum(side) / len(shares) for side in zip(*shares, strict=True))
    return round(one, 6), round(two, 7)


if __name__ == "__main__":
    main()
