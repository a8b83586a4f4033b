"""After any acts, merges and undos: every row of every record is in the file of one person, and of nobody else."""

import json
import re
from collections import Counter

import pytest
from django.db import connection

from crm.personal_data import read
from crm.personal_data.columns import values_of
from crm.personal_data.data_subject import subject_of
from crm.personal_data.read import all_rows
from customers.models import Customer, SourceRecord
from customers.records.registry import linked_models
from orders.models import OrderItem
from tests.customers.histories.histories import Run
from tests.customers.histories.steps import random_steps
from tests.database import rolled_back

pytestmark = pytest.mark.django_db

FIRST_SEED = {"sqlite": 501, "postgresql": 601}[connection.vendor]
EMAIL = re.compile(r"\bn\d+@reunite\.cz\b")
NAME = re.compile(r"\bHn\d+\b")


def rows_in_file(customer: Customer) -> tuple[Counter[tuple[str, int]], str]:
    """How often each row is there, and the text of all."""
    subject = subject_of(customer.pk)
    rows: Counter[tuple[str, int]] = Counter()
    texts = []
    for part in all_rows(subject):
        rows.update((part.table.model.__name__, row.pk) for row in part.rows)
        texts += [json.dumps(values_of(subject, row)) for row in part.rows]
    return rows, "\n".join(texts)


def rows_of_records(customer: Customer) -> set[tuple[str, int]]:
    rows = {("SourceRecord", pk) for pk in customer.records.values_list("pk", flat=True)}
    for model in linked_models():
        found = model._default_manager.filter(source_record__customer=customer)
        rows |= {(model.__name__, pk) for pk in found.values_list("pk", flat=True)}
    lines = OrderItem.objects.filter(order__source_record__customer=customer)
    return rows | {("OrderItem", pk) for pk in lines.values_list("pk", flat=True)}


def known_by(customer: Customer) -> str:
    """All that is theirs: as received, and as the profiles show it."""
    profiles = Customer.objects.filter(pk__in=subject_of(customer.pk).customers)
    return repr(list(customer.records.values())) + repr(list(profiles.values()))


def check_file(customer: Customer) -> None:
    rows, text = rows_in_file(customer)
    assert {row: count for row, count in rows.items() if count > 1} == {}
    linked = {model.__name__ for model in linked_models()} | {"SourceRecord", "OrderItem"}
    assert {row for row in rows if row[0] in linked} == rows_of_records(customer)
    theirs = known_by(customer)
    assert {*EMAIL.findall(text)} - {*EMAIL.findall(theirs)} == set()
    assert {*NAME.findall(text)} - {*NAME.findall(theirs)} == set()


def check_history(seed: int) -> int:
    """The number of steps that were possible."""
    with rolled_back():
        run = Run()
        done = sum(run.do(step) for step in random_steps(seed))
        live = Customer.objects.live()
        for customer in live:
            check_file(customer)
        files = [row for customer in live for row in rows_in_file(customer)[0] if row[0] != "NotDuplicate"]
        assert len({*files}) == len(files)  # but for what is about two
        assert SourceRecord.objects.filter(customer__in=live).count() == SourceRecord.objects.count()
    return done


def test_after_any_history_every_row_is_in_one_file_and_nobody_else_is_named(monkeypatch):
    monkeypatch.setattr(read, "BATCH", 3)  # parts end in the middle of an owner
    done, seed = 0, FIRST_SEED
    while done < 100:
        done += check_history(seed)
        seed += 1
