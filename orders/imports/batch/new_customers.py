"""The customers whom a chunk of an import creates, and the records that it adds, as columns of their tables.

What an act writes for one customer is the template of all: only what differs from row to row is put together here. A
model for each of the five rows of a customer would take longer than writing them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from customers.matching.known_people import KnownRecord
from customers.models import Customer, DataSource, HistoryKind, ProfileChange, SourceRecord
from customers.models.customer import name_sort_key
from customers.models.source import IDENTITY_FIELDS
from customers.profile.derive import came_with
from customers.profile.edit import first_values
from customers.profile.fields import BLANK, BY_KEY
from customers.records import events, history
from customers.statements.bulk import Rows, copies
from customers.statements.unsaved import unsaved
from orders.imports.batch.verdicts import Verdict
from orders.intake.match_customer import first_profile
from orders.models import Import

VIA = "import"
NAMED_BY = ("first_name", "last_name", "company", "email", "phone")
OF_RECORD = ("id", "origin_id", "customer_id", "data_source_id", "external_id", "identity_key", *IDENTITY_FIELDS)


class _NewCustomer(NamedTuple):
    """`beside` are columns that are no part of the `profile`; one with `has_order` came with the order."""

    pk: int
    record: int
    profile: Mapping[str, Any]
    beside: Mapping[str, Any]
    has_order: bool


class NewCustomers:
    def __init__(self, imported: Import, source: DataSource) -> None:
        self._by, self._source = imported.by, source
        self._customers: list[_NewCustomer] = []

    def add(self, verdict: Verdict, refusals: Mapping[str, bool]) -> None:
        """`refusals` are what a row further down refuses for the customer of this one."""
        choice, row = verdict.choice, verdict.row
        assert choice  # noqa: S101 - it creates somebody
        cleaned = {**row.profile, **refusals}
        profile = first_values(first_profile(choice.incoming, cleaned=cleaned.keys()), cleaned)
        record, has_order = choice.record, verdict.order is not None
        self._customers.append(_NewCustomer(record.customer.pk, record.pk, profile, row.beside, has_order))

    def tables(self) -> Iterator[Rows]:
        if self._customers:
            yield self._profiles()
            yield self._changes()
            yield self._history()
            yield self._events()

    def _profiles(self) -> Rows:
        keys = sorted({key for customer in self._customers for key in customer.profile})
        beside = sorted({name for customer in self._customers for name in customer.beside})
        columns = ["id", "sort_name", *(BY_KEY[key].column for key in keys), *beside]
        blanks = [(key, BLANK[key]) for key in keys]
        rows = (
            (
                customer.pk,
                name_sort_key(*(customer.profile.get(key, "") for key in NAMED_BY)),
                *(customer.profile.get(key, blank) for key, blank in blanks),
                *map(customer.beside.get, beside),
            )
            for customer in self._customers
        )
        return copies(unsaved(Customer), columns, rows)

    def _changes(self) -> Rows:
        by = self._by.pk if self._by else None
        change = unsaved(ProfileChange, version=1, by_id=by, via=VIA)
        rows = ((customer.pk, came_with(customer.profile)) for customer in self._customers)
        return copies(change, ["customer_id", "values"], rows)

    def _history(self) -> Rows:
        sentence = "Customer imported from {source}."
        entry = history.entry(0, HistoryKind.CREATED, sentence, source=self._source.name, by=self._by)
        records = ((customer.record,) for customer in self._customers if not customer.has_order)
        return copies(entry, ["source_record_id"], records)

    def _events(self) -> Rows:
        rows = ((customer.pk, events.got(customer.record)) for customer in self._customers)
        return copies(events.created(0, record=0), ["customer", "data"], rows)


def rows_of_records(records: Iterable[KnownRecord]) -> Rows:
    return copies(unsaved(SourceRecord), OF_RECORD, map(_of_record, records))


def _of_record(record: KnownRecord) -> Sequence[Any]:
    owner, source = record.customer.pk, record.data_source_id
    identity = vars(record.identity)
    return (
        *(record.pk, record.origin, owner, source, record.external_id, record.identity_key),
        *(identity[name] for name in IDENTITY_FIELDS),
    )
