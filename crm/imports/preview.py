"""The first rows of a file as they will be, by what its columns mean now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from customers.lib.money import format_money
from customers.models import DataSource
from customers.profile.clean import as_text
from customers.profile.fields import BY_KEY
from orders.imports.drafts import mapping_of
from orders.imports.errors import MappingError
from orders.imports.first_rows import first_rows
from orders.imports.rows.imported_row import ImportedRow
from orders.imports.rows.read import Reader
from orders.models import Import


@dataclass(frozen=True)
class Preview:
    """Row `place` of the first `rows`."""

    row: ImportedRow
    place: int
    rows: int

    @property
    def following(self) -> int:
        return self.place % self.rows + 1

    @property
    def values(self) -> list[tuple[str, str]]:
        """(label, value) of all that the row says."""
        values = [*_of_customer(self.row), *_of_order(self.row), *_of_subscription(self.row)]
        return [(label, value) for label, value in values if value]


def preview_of(imported: Import, place: int) -> Preview | None:
    """None while something has to be chosen before rows can be read."""
    source = imported.data_source or DataSource()
    try:
        rows = list(Reader(first_rows(imported), mapping_of(imported), source).rows())
    except MappingError:
        return None
    place = place if 0 < place <= len(rows) else 1
    return Preview(rows[place - 1], place, len(rows))


def _of_customer(row: ImportedRow) -> Iterator[tuple[str, str]]:
    if row.customer:
        yield "Source ID", row.customer.external_id
    for key, value in row.profile.items():
        yield BY_KEY[key].label, as_text(BY_KEY[key], value)
    yield "Tags", ", ".join(row.tags)
    yield "Note", row.note
    yield from row.attributes.items()


def _of_order(row: ImportedRow) -> Iterator[tuple[str, str]]:
    if order := row.order:
        yield "Order", order.external_id
        yield "Total", format_money(order.total, order.currency)
        yield "Status", order.status
        for line in order.lines:
            yield "Line", f"{line.quantity} × {line.description}"


def _of_subscription(row: ImportedRow) -> Iterator[tuple[str, str]]:
    if subscription := row.subscription:
        yield "Subscription", subscription.external_id
        yield "Product", subscription.product
        yield "Price", format_money(subscription.price, subscription.currency)
