"""Rows of a CSV file: read from the database and written, in parts as the job of an export does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.overview.measured import Measured, again, measure
from crm.exports.export import Export
from crm.exports.formats import csv_of
from crm.exports.job import EXPORTS
from customers.lib.columns import plain_row
from customers.models import Customer
from orders.models import Order

ALL = {"customers": Customer, "orders": Order}


def files(repeat: int) -> Iterator[Measured]:
    for name, model in ALL.items():
        part = _part(EXPORTS[name])
        rows = part()
        keys = list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:rows])
        limit = (
            f"{rows} rows by primary key",
            again(lambda model=model, keys=keys: list(model._default_manager.filter(pk__in=keys))),
        )
        yield measure(f"{rows} rows of a CSV file of {name}", again(part), repeat=repeat, limit=limit)


def _part(export: Export[object]) -> Callable[[], int]:
    def part() -> int:
        rows, _ = export.part({}, None, with_orders=True)
        return sum(1 for _ in csv_of(export.columns, [plain_row(export.columns, row) for row in rows])) - 1

    return part
