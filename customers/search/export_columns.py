"""The export of the customer list, read in batches.

The order is always newest first. In an order by edits or names, a customer edited meanwhile could be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from typing import Any

from customers.lib.addresses.countries import country_name
from customers.lib.batches import batches
from customers.lib.columns import Column, ValueKind
from customers.matching.consent_refusals import refusals_nearby
from customers.matching.related import RelatedCustomer, related_customers_of
from customers.models import Customer
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS, OF_CUSTOMER, FieldKind, ProfileField
from customers.records import counts
from customers.search.filters import Criterion
from customers.search.scan import MOST_STRETCHES, scan
from customers.search.sorting import NEWEST_FIRST, SortPlace
from customers.totals.columns import totals_columns
from customers.totals.status import status_of
from customers.totals.sums import OrderTotals, order_totals

PART = 1_000
CUSTOMER = "Customer"

# A login, a password or a payment method is never exported.
PROFILE = tuple(field for field in FIELDS if field.kind not in OF_CUSTOMER)
LISTED = tuple(field.key for field in PROFILE if field.kind is FieldKind.LISTED)


@dataclass(frozen=True)
class ExportedCustomer:
    """What is of the batch is read if a column asks for it."""

    customer: Customer
    sources: Sequence[str]
    refusals_of_batch: Callable[[], Mapping[int, str]]
    related_of_batch: Callable[[], Mapping[int, Sequence[RelatedCustomer]]]
    totals_of_batch: Callable[[], Mapping[int, OrderTotals]]

    @property
    def totals(self) -> OrderTotals:
        return self.totals_of_batch()[self.customer.pk]

    @property
    def status(self) -> str:
        return status_of(self.customer, self.totals)

    @property
    def refusals(self) -> str:
        """Of others with the same email or phone."""
        return self.refusals_of_batch()[self.customer.pk]

    @property
    def related(self) -> str:
        return ", ".join(map(str, self.related_of_batch().get(self.customer.pk, ())))


def _profile_columns(field: ProfileField) -> Iterator[Column[ExportedCustomer]]:
    if field.kind is FieldKind.ADDRESS:
        for part, label in field.parts.items():
            yield Column(label, partial(_address_part, key=field.key, part=part), group=field.group)
    elif field.kind is FieldKind.LISTED:
        yield Column(field.label, lambda row: str(getattr(row.customer, field.key) or ""), group=field.group)
    else:
        yield Column(field.label, lambda row: as_text(field, getattr(row.customer, field.key)), group=field.group)


def _address_part(row: ExportedCustomer, *, key: str, part: str) -> Any:
    value = getattr(row.customer, key).get(part, "")
    return country_name(value) if part == "country" else value


COLUMNS: tuple[Column[ExportedCustomer], ...] = (
    Column("Number", lambda row: row.customer.pk, ValueKind.NUMBER, CUSTOMER),
    Column("Id", lambda row: row.customer.uuid, group=CUSTOMER),
    *(column for field in PROFILE for column in _profile_columns(field)),
    Column("Refusals with the same email or phone", lambda row: row.refusals, group="Consent"),
    Column("Status", lambda row: row.status, group=CUSTOMER),
    Column("Sources", lambda row: ", ".join(row.sources), group=CUSTOMER),
    Column("Related customers", lambda row: row.related, group=CUSTOMER),
    Column("Created (UTC)", lambda row: row.customer.created, ValueKind.TIME, CUSTOMER),
    Column("Last changed (UTC)", lambda row: row.customer.updated, ValueKind.TIME, CUSTOMER),
    *totals_columns(lambda row: row.totals),
)


def short_list(criteria: Sequence[Criterion], *, most: int) -> list[int] | None:
    """The customers who pass, for `export_rows`; None if there are more than `most`."""
    passing = (pk for stretch in scan(criteria, NEWEST_FIRST) for *_, pk in stretch.passing)
    pks = list(islice(passing, most + 1))
    return pks if len(pks) <= most else None


def export_part(
    criteria: Sequence[Criterion], after: SortPlace | None
) -> tuple[list[ExportedCustomer], SortPlace | None]:
    """Some of the customers that follow, and where the next part begins; None after the last."""
    pks: list[int] = []
    end: SortPlace | None = None
    for number, stretch in enumerate(scan(criteria, NEWEST_FIRST, after=after), 1):
        pks += (pk for *_, pk in stretch.passing)
        end = stretch.end
        if len(pks) >= PART or number == MOST_STRETCHES:
            break
    return list(export_rows(pks)), end


def export_rows(pks: Iterable[int]) -> Iterator[ExportedCustomer]:
    for batch in batches(pks):
        yield from _rows(batch)


def _rows(pks: Sequence[int]) -> Iterator[ExportedCustomer]:
    # Nobody who was erased or merged since the list was read.
    customers = Customer.objects.live().select_related(*LISTED).in_bulk(pks)
    totals = cache(partial(order_totals, pks, by="source_record__customer"))
    sources, refusals = counts.sources(pks), cache(partial(refusals_nearby, customers.values()))
    related = cache(partial(related_customers_of, pks))
    for pk in (pk for pk in pks if pk in customers):
        yield ExportedCustomer(customers[pk], sources.get(pk, []), refusals, related, totals)
