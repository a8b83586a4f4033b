"""Made-up records of which it is known who is one person (`data/`), and how well groups of them agree with that."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from benchmarks.people import People, compared_people
from customers.lib.emails import normal_email
from customers.lib.names import normal_name
from customers.matching.likely.columns import ComparedCustomer
from customers.matching.likely.doubts import PERHAPS_TWO
from customers.matching.likely.model import Model, shipped_model
from customers.matching.likely.scoring import open_table, score
from customers.matching.likely.told_apart import ToldApart
from customers.matching.likely.train import train
from customers.matching.worklist.cohesion import Ties, group_pairs

DATA = Path(__file__).with_name("data")

Pairs = set[tuple[int, int]]


@dataclass(frozen=True)
class Labelled:
    """Customers to compare, and the person that each is."""

    name: str
    customers: list[ComparedCustomer]
    person_of: Mapping[int, str]

    @property
    def true_pairs(self) -> Pairs:
        members = defaultdict(set)
        for customer, person in self.person_of.items():
            members[person].add(customer)
        return pairs_within(members.values())


@dataclass(frozen=True)
class Quality:
    found: int
    right: int
    true: int

    @property
    def wrong(self) -> int:
        return self.found - self.right

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.true)

    def __str__(self) -> str:
        shares = f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f}"
        return f"{shares}, {self.wrong} wrong of {self.found}"


def pairs_within(groups: Iterable[Collection[int]]) -> Pairs:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def quality(pairs: Pairs, labelled: Labelled) -> Quality:
    true = labelled.true_pairs
    return Quality(len(pairs), len(pairs & true), len(true))


def fake_1000(*, with_birth: bool) -> Labelled:
    customers, person_of = [], {}
    with (DATA / "fake_1000.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            number = int(row["unique_id"])
            person_of[number] = row["cluster"]
            email = normal_email(row["email"]) or row["email"].lower()
            customers.append(
                ComparedCustomer(
                    number,
                    first=normal_name(row["first_name"]),
                    last=normal_name(row["surname"]),
                    city=normal_name(row["city"]),
                    email=email,
                    emails=(email,) if email else (),
                    born=row["dob"] if with_birth else "",
                )
            )
    return Labelled(f"fake_1000 {'with' if with_birth else 'without'} date of birth", customers, person_of)


def febrl3() -> Labelled:
    customers, person_of = [], {}
    with (DATA / "febrl3.csv").open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file, skipinitialspace=True)):
            person_of[number] = row["rec_id"].split("-")[1]
            customers.append(
                ComparedCustomer(
                    number,
                    first=normal_name(row["given_name"]),
                    last=normal_name(row["surname"]),
                    street=normal_name(row["address_1"]),
                    number=row["street_number"],
                    place=normal_name(row["address_2"]),
                    city=normal_name(row["suburb"]),
                    postcode=row["postcode"],
                    state=row["state"],
                )
            )
    return Labelled("febrl3 without date of birth and number", customers, person_of)


def made_up(customers: int, duplicated: int) -> Labelled:
    """Typos, moves, marriages, nicknames and households."""
    people = list(People(customers, duplicated))
    person_of = {number: str(one.person) for number, one in enumerate(people, 1)}
    return Labelled(f"{customers} made-up customers", list(compared_people(people)), person_of)


def trained_model(labelled: Labelled) -> Model:
    """Of these customers without their labels."""
    with open_table(labelled.customers) as table:
        return train(table, shipped_model(), version="benchmark")


def likely_pairs(labelled: Labelled, model: Model) -> dict[tuple[int, int], float]:
    """{pair: probability}"""
    with open_table(labelled.customers) as table:
        return {(pair.first, pair.second): pair.probability for pair in score(table, model).pairs}


def grouped(likely: Mapping[tuple[int, int], float], labelled: Labelled, model: Model, *, least: float) -> Pairs:
    """As the worklist groups those from a probability on."""
    some = {pair: probability for pair, probability in likely.items() if probability >= least}
    are_apart = ToldApart(labelled.customers, model, customers=len(labelled.person_of))
    return pairs_within(group_pairs(Ties(some, too_weak_alone=PERHAPS_TWO, are_apart=are_apart)).groups)
