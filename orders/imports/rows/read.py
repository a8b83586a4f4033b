"""The rows of a table as customers, orders or subscriptions, by what its columns mean.

A row that cannot be read is refused by itself, in a sentence that names the column. Rows of one order stand below each
other, one for each line. Which two customers are the same is not decided here; values are cleaned as the intake does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from itertools import groupby

from django.utils import timezone

from customers.models import DataSource
from orders.imports.cells.cell import KEEPING, CellError, bare
from orders.imports.columns.fields import BY_KEY, MANY
from orders.imports.columns.headers import header_key
from orders.imports.columns.mapping import ColumnMapping, RowsOf, check
from orders.imports.files.table import Row, Table
from orders.imports.rows.imported_row import ImportedRow
from orders.imports.rows.labels import LabelColumns
from orders.imports.rows.read_customer import CustomerReader
from orders.imports.rows.read_order import OrderReader
from orders.imports.rows.read_subscription import subscription_of
from orders.imports.rows.values import Formats, Values
from orders.intake.order import IntakeError

MOST_LINES = 1_000
TOO_MANY = f"An order has {MOST_LINES:,} lines or fewer. Check that the column of its ID is the right one."
SHIFTED = (
    "This row has {cells} cells and the header {headers}. Check for a cell with a separator in it: it needs quotation"
    " marks around it."
)


class Reader:
    """`zone` is that of times without one; without it the current one."""

    def __init__(self, table: Table, mapping: ColumnMapping, source: DataSource, *, zone: tzinfo | None = None) -> None:
        check(mapping)
        self._table = table
        self._has_orders = mapping.rows_of is RowsOf.ORDERS
        self._has_subscriptions = mapping.rows_of is RowsOf.SUBSCRIPTIONS
        self._ids = mapping.columns_of("order_id")
        # The first of several columns is looked at last, so that it counts.
        targets = [(n, column.target) for n, column in enumerate(mapping.columns) if column.target]
        self._targets = [(n, target) for n, target in reversed(targets) if target not in MANY]
        self._labels = LabelColumns(mapping)
        self._formats = _formats(mapping, zone or timezone.get_current_timezone())
        self._source = source
        self._customers = CustomerReader(source, mapping.targets, is_strict=mapping.rows_of is RowsOf.CUSTOMERS)
        self._orders = OrderReader(source)
        self._at, self._left = -1, self._rows(0)

    def rows(self, after: int = 0) -> Iterator[ImportedRow]:
        """The rows behind row `after`, which is the last of an order if the file has orders.

        Where the last reader ended, this one goes on; elsewhere the file is read from its beginning, and skipped.
        """
        if after != self._at:
            self._left = self._rows(after)
        self._at = -1  # a file that breaks off at its next row is read again, to say so again
        for row in self._left:
            self._at = row.numbers[-1]
            yield row

    def _rows(self, after: int) -> Iterator[ImportedRow]:
        rows = self._table.rows(after)
        if not self._has_orders:
            yield from map(self._read, ([row] for row in rows))
            return
        for order_id, of_order in groupby(rows, key=self._order_id):
            if order_id:
                yield from self._of_order(of_order)
            else:
                yield from map(self._read, ([row] for row in of_order))

    def _order_id(self, row: Row) -> str:
        return next((row.cells[n] for n in self._ids if row.cells[n]), "")

    def _of_order(self, rows: Iterator[Row]) -> Iterator[ImportedRow]:
        of_order: list[Row] = []
        is_too_long = False
        for row in rows:
            if len(of_order) == MOST_LINES:
                yield self._refused(of_order, TOO_MANY)
                of_order, is_too_long = [], True
            of_order.append(row)
        yield self._refused(of_order, TOO_MANY) if is_too_long else self._read(of_order)

    def _read(self, rows: Sequence[Row]) -> ImportedRow:
        try:
            return self._imported(rows)
        except (CellError, IntakeError) as error:
            return self._refused(rows, str(error))

    def _refused(self, rows: Sequence[Row], refusal: str) -> ImportedRow:
        return ImportedRow(_numbers(rows), self._cells(rows[0]), refusal=refusal, further_cells=self._further(rows))

    def _further(self, rows: Sequence[Row]) -> tuple[Mapping[str, str], ...]:
        return tuple([self._cells(row) for row in rows[1:]])

    def _cells(self, row: Row) -> Mapping[str, str]:
        return dict(zip(self._table.headers, row.cells, strict=False))

    def _imported(self, rows: Sequence[Row]) -> ImportedRow:
        of_rows = [self._values(row) for row in rows]
        values = of_rows[0]
        if len(rows) > 1:
            merged: dict[str, str] = {}
            for others in reversed(of_rows):
                merged |= others.cells
            values = Values(merged, self._formats)
        read = self._customers.read(values)
        order = self._orders.read(values, of_rows, read.customer) if self._has_orders else None
        return ImportedRow(
            numbers=_numbers(rows),
            cells=self._cells(rows[0]),
            customer=order.customer if order else read.customer,
            profile=read.profile,
            beside=read.beside,
            order=order,
            subscription=subscription_of(values, self._source) if self._has_subscriptions else None,
            note=self._labels.note(rows),
            tags=self._labels.tags(rows),
            attributes=self._labels.attributes(rows),
            further_cells=self._further(rows),
        )

    def _values(self, row: Row) -> Values:
        if len(row.cells) > self._table.width:
            raise CellError(SHIFTED.format(cells=len(row.cells), headers=self._table.width))
        cells = {}
        for n, target in self._targets:
            if text := row.cells[n].strip():
                cells[target] = bare(text) if text[0] in KEEPING else text
        return Values(cells, self._formats)


def _numbers(rows: Sequence[Row]) -> tuple[int, ...]:
    return tuple([row.number for row in rows])


def _formats(mapping: ColumnMapping, zone: tzinfo) -> Formats:
    columns = [column for column in reversed(mapping.columns) if column.target in BY_KEY]
    return Formats(
        date_order=mapping.date_order or "",
        decimal_mark=mapping.decimal_mark or "",
        zone=zone,
        headers={column.target: column.header for column in columns},
        # Such as “Created (UTC)”.
        zones={column.target: UTC for column in columns if header_key(column.header).endswith(" utc")},
    )
