"""The rows of a chunk, with all that is made of them before the database is asked.

So it can be made while the database still works at the chunk before (`orders/imports/read_ahead.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from customers.models import DataSource
from orders.imports.batch.choose_record import Person
from orders.imports.batch.known_rows import Digests
from orders.imports.rows.imported_row import ImportedRow
from orders.intake.match_customer import names_of_person
from orders.intake.take import names_of_order


class IncomingChunk:
    """`persons` and `digests` are by the first number of their row, `names` those of the locks that they need."""

    def __init__(self, rows: Sequence[ImportedRow], source: DataSource) -> None:
        self.rows = rows
        self.persons = people_of(rows)
        digests = Digests(source.pk)
        self.digests = {row.numbers[0]: digests.of(row) for row in rows if not row.refusal}
        persons = set(self.persons.values())
        self.names = {name for p in persons for name in names_of_person(p.incoming, p.identity_key, p.keys)}
        self.names.update(name for row in rows if row.order for name in names_of_order(row.order))


def people_of(rows: Sequence[ImportedRow]) -> dict[int, Person]:
    """{first number of the row: the customer that it names}; who is in several rows is compared once."""
    customers = {row.numbers[0]: row.order.customer if row.order else row.customer for row in rows}
    people = {id(customer): Person(customer) for customer in {id(c): c for c in customers.values() if c}.values()}
    return {number: people[id(customer)] for number, customer in customers.items() if customer}
