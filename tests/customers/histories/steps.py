"""Random steps of a history, the same for the same seed."""

from collections.abc import Iterator
from random import Random
from typing import Any

from tests.customers.histories.model import STRICTEST, HistoryStep

STEPS = 40
ADDRESSES = [{}, {"city": "Praha", "country": "CZ"}, {"city": "Brno", "country": "CZ"}]
VALUES: dict[str, list[Any]] = {
    "company": ["", "Acme", "Initech"],
    "custom1": ["", "gold", "silver"],
    "phone": ["", "+420 241 770 449", "+420 602 330 910"],
    "billing_address": ADDRESSES,
    "lead_status": ["", "new", "lost"],
    "tax_exempt": [True, False],
    **{key: [None, True, False] for key in STRICTEST},
}
ACTS = (
    *("arrive", "arrive", "create", "order", "order", "edit", "edit", "edit", "edit", "edit_again", "edit_again"),
    *("card", "add_login", "login", "tag", "untag", "set_attribute", "give", "take", "split", "unmerge", "password"),
    *("merge", "merge", "merge", "merge", "merge_by_api", "undo", "undo", "undo", "undo_part"),
    "undo_many",
)


def random_steps(seed: int, number: int = STEPS) -> Iterator[HistoryStep]:
    """Steps that name what earlier ones made; which of them are possible is seen when they are done."""
    random = Random(seed)  # noqa: S311 - the same steps each time
    people, merges = ["n0"], ["none"]
    yield HistoryStep("arrive", "n0", {"values": {}, "counts": True})
    for n in range(1, number):
        name, act = f"n{n}", random.choice(ACTS)
        yield HistoryStep(act, name, _arguments(random, act, people, merges))
        if act in ("arrive", "create", "split", "unmerge"):
            people.append(name)
        if act in ("merge", "merge_by_api"):
            merges.append(name)


def _arguments(random: Random, act: str, people: list[str], merges: list[str]) -> dict[str, Any]:
    person, word = random.choice(people), random.choice(["vip", "slow"])
    value_of = {key: random.choice(values) for key, values in random.sample(sorted(VALUES.items()), 2)}
    record = f"record of {random.choice(people)}"
    match act:
        case "arrive":
            return {"values": value_of, "counts": random.random() < 0.5}
        case "create":
            return {"values": {"first_name": "Page", **value_of}}
        case "order":
            return {"record": record, "counts": random.random() < 0.7}
        case "edit":
            return {"customer": person, "values": value_of}
        case "edit_again":
            return {"customer": person, "key": random.choice(sorted(VALUES))}
        case "tag" | "untag":
            return {"customer": person, "word": word}
        case "give" | "take":
            return {"customer": person, "amount": random.choice([1, 5])}
        case "split" | "unmerge":
            return {"record": record}
        case "undo" | "undo_part":
            return {"merge": random.choice(merges), "only": person}
        case "undo_many":
            return {"merges": random.sample(merges, random.randint(1, len(merges)))}
        case "merge" | "merge_by_api":
            chosen = random.sample(people, min(len(people), random.choice([2, 2, 3])))
            keys = random.sample(sorted(VALUES), random.choice([0, 1, 3]))
            choices = {
                key: random.choice([("picked", random.choice(chosen)), ("typed", random.choice(VALUES[key]))])
                for key in keys
            }
            return {"people": chosen, "choices": choices, "credit": random.choice([None, None, 9])}
    return {"customer": person}
