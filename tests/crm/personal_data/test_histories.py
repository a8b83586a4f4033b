"""After any acts, merges and undos: every row of every record is in the file of one person, and of nobody else.

Companies, custom fields and reasons of these histories are words that stand nowhere else, so a file that tells one of
somebody else is seen.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from crm.personal_data import read
from crm.personal_data.columns import values_of
from crm.personal_data.data_subject import DataSubject, subject_of
from crm.personal_data.read import all_rows
from customers.matching.not_duplicates import mark_not_duplicates
from customers.models import Customer, Merge, SourceRecord
from customers.records.registry import linked_models
from orders.models import OrderItem
from tests.customers.histories.histories import Run
from tests.customers.histories.model import HistoryStep
from tests.customers.histories.steps import random_steps
from tests.database import rolled_back

pytestmark = pytest.mark.django_db

FIRST_SEED = {"sqlite": 501, "postgresql": 601}[connection.vendor]
WORD = re.compile(r"\bn\d+@reunite\.cz\b|\bHn\d+\b|\b(?:company|custom1|reason)-[a-z]*\d+\b")
REPLACEMENTS = {"values_of_others": {}, "merges_with_others": (), "is_another": lambda subject, customer: False}
"""What keeps others out of a file, and what it would be without."""


class SubjectRun(Run):
    """That the model agrees with the program is shown by `tests/customers/histories/`."""

    def compare(self) -> None:
        pass


@dataclass
class Person:
    """`known` are the words that they may be told, `rows` those of their file."""

    root: Customer
    customers: set[int]
    known: set[str] = field(default_factory=set)
    rows: list[Any] = field(default_factory=list)


def with_words(step: HistoryStep) -> HistoryStep:
    """The texts are the step’s own, and a merge also shows the email and company of one who is merged."""

    def word(key: str, value: Any) -> Any:
        return f"{key}-{step.name}" if value and key in ("company", "custom1") else value

    args = dict(step.args)
    if "values" in args:
        args["values"] = {key: word(key, value) for key, value in args["values"].items()}
    if "choices" in args:
        chosen = args["choices"].items()
        choices = {key: (how, word(key, value) if how == "typed" else value) for key, (how, value) in chosen}
        args["choices"] = dict.fromkeys(("email", "company"), ("picked", args["people"][-1])) | choices
    return replace(step, args=args)


def words_about(run: Run) -> dict[str, set[int]]:
    """{word: customers}: whoever is all of them may be told it."""
    about: dict[str, set[int]] = {}
    for step in run.history.steps:
        typed = [f"{key}-{step.name}" for key in ("company", "custom1")]
        name = step.args.get("customer") or step.args.get("survivor") or step.name
        if name in run.program.people:
            about |= {word: {run.program.people[name]} for word in typed}
    return about


def give_reasons() -> dict[str, set[int]]:
    """To all merges, and to pairs who are not duplicates."""
    about: dict[str, set[int]] = {}
    for merge in Merge.objects.prefetch_related("members"):
        merge.reason = f"reason-merge{merge.pk}"
        merge.save(update_fields=["reason"])
        about[merge.reason] = {merge.survivor_id, *(member.duplicate_id for member in merge.members.all())}
    for one, other in pairwise(Customer.objects.live().order_by("pk")[:4]):
        reason = f"reason-pair{one.pk}"
        if mark_not_duplicates(one, other, by=None, reason=reason):
            about[reason] = {one.pk, other.pk}
    return about


def people_of(about: dict[str, set[int]]) -> list[Person]:
    customers = {customer.pk: customer for customer in Customer.objects.all()}

    def root(pk: int) -> int:
        while (survivor := customers[pk].merged_into_id) is not None:
            pk = survivor
        return pk

    people = {pk: Person(customer, set()) for pk, customer in customers.items() if customer.merged_into_id is None}
    for pk in customers:
        people[root(pk)].customers.add(pk)
    records = [*SourceRecord.objects.values()]
    for person in people.values():
        profiles = Customer.objects.filter(pk__in=person.customers).values()
        theirs = [record for record in records if record["customer_id"] == person.root.pk]
        person.known = {*WORD.findall(repr([*profiles, *theirs]))}
        person.known |= {word for word, customers in about.items() if customers <= person.customers}
        person.rows = [row for part in all_rows(subject_of(person.root.pk)) for row in part.rows]
    return [*people.values()]


def words_in(subject: DataSubject, rows: Iterable[Model]) -> set[str]:
    return {word for row in rows for word in WORD.findall(json.dumps(values_of(subject, row)))}


def rows_of_records(customer: Customer) -> set[tuple[str, int]]:
    rows = {("SourceRecord", pk) for pk in customer.records.values_list("pk", flat=True)}
    for model in linked_models():
        linked = model._default_manager.filter(source_record__customer=customer)
        rows |= {(model.__name__, pk) for pk in linked.values_list("pk", flat=True)}
    lines = OrderItem.objects.filter(order__source_record__customer=customer)
    return rows | {("OrderItem", pk) for pk in lines.values_list("pk", flat=True)}


def check_files(people: Sequence[Person]) -> None:
    linked = {model.__name__ for model in linked_models()} | {"SourceRecord", "OrderItem"}
    all_files: Counter[tuple[str, int]] = Counter()
    for person in people:
        file = Counter((type(row).__name__, row.pk) for row in person.rows)
        assert {row: count for row, count in file.items() if count > 1} == {}
        assert {row for row in file if row[0] in linked} == rows_of_records(person.root)
        assert words_in(subject_of(person.root.pk), person.rows) - person.known == set()
        all_files += file
    # But for what is about two.
    assert {row: count for row, count in all_files.items() if count > 1 and row[0] != "NotDuplicate"} == {}
    assert sum(row[0] == "SourceRecord" for row in all_files) == SourceRecord.objects.count()


def names_others_without(replacement: str, people: Sequence[Person]) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DataSubject, replacement, REPLACEMENTS[replacement])
        return any(words_in(subject_of(person.root.pk), person.rows) - person.known for person in people)


def test_after_any_history_every_row_is_in_one_file_and_nobody_else_is_named(monkeypatch):
    monkeypatch.setattr(read, "BATCH", 3)  # parts end in the middle of an owner
    done, seed, unneeded = 0, FIRST_SEED, {*REPLACEMENTS}
    while done < 50 or unneeded:
        with rolled_back():
            run = SubjectRun()
            done += sum(run.do(with_words(step)) for step in random_steps(seed))
            people = people_of(words_about(run) | give_reasons())
            check_files(people)
            # Histories that nobody else would be named in anyway prove nothing.
            unneeded -= {replacement for replacement in unneeded if names_others_without(replacement, people)}
        seed += 1
        assert done < 200, f"No history needed {unneeded}"
