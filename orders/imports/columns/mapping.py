"""What the columns of one file mean: guessed, corrected on a page, kept as JSON, and checked before rows are read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from customers.lib.phrases import isolated
from orders.imports.cells.times import DAY_FIRST, MONTH_FIRST
from orders.imports.columns.fields import BY_KEY, IDENTIFYING, CellKind
from orders.imports.columns.headers import header_key
from orders.imports.errors import MappingError

NO_CUSTOMER = "Choose a column for the email, the phone or the source ID. Customers are recognised by one of them."


class Reason(StrEnum):
    """How the meaning of a column is known. What is only guessed is to be looked at."""

    PRESET = "preset"
    HEADER = "header"
    CONTENT = "content"
    CHOSEN = "chosen"
    LEFT_OUT = "left out"


class RowsOf(StrEnum):
    CUSTOMERS = "customers"
    ORDERS = "orders"
    SUBSCRIPTIONS = "subscriptions"


@dataclass(frozen=True)
class MappedColumn:
    """`target` is a key of `fields.py`, or "" if the column is left out. `why` is a phrase for the page of columns."""

    header: str
    target: str = ""
    reason: Reason = Reason.LEFT_OUT
    why: str = ""
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnMapping:
    """`date_order` and `decimal_mark` are "" if a person has to say, None if no cell of the sample needs them."""

    columns: tuple[MappedColumn, ...]
    preset: str = ""
    date_order: str | None = None
    decimal_mark: str | None = None
    tags: tuple[str, ...] = field(default=())
    """For every customer of the file, besides those in its cells."""

    @property
    def rows_of(self) -> RowsOf:
        targets = self.targets
        if "order_id" in targets or "order_total" in targets:
            return RowsOf.ORDERS
        is_subscription = any(BY_KEY[target].group == "Subscription" for target in targets)
        return RowsOf.SUBSCRIPTIONS if is_subscription else RowsOf.CUSTOMERS

    @property
    def targets(self) -> frozenset[str]:
        return frozenset(column.target for column in self.columns if column.target)

    def columns_of(self, target: str) -> list[int]:
        return [n for n, column in enumerate(self.columns) if column.target == target]

    def chosen(self, targets: Mapping[str, str]) -> ColumnMapping:
        """With other targets for some headers, as somebody chose them; "" leaves a column out."""
        columns = [
            replace(column, target=target, reason=Reason.CHOSEN, why="")
            if (target := targets.get(column.header, column.target)) != column.target
            else column
            for column in self.columns
        ]
        return replace(self, columns=tuple(columns))

    def for_headers(self, headers: Sequence[str]) -> ColumnMapping:
        """For a file whose columns stand in another order; what it has besides is left out."""
        known = {header_key(column.header): column for column in self.columns}
        columns = [replace(known.get(header_key(h), MappedColumn(h)), header=h, samples=()) for h in headers]
        return replace(self, columns=tuple(columns))

    @property
    def without_samples(self) -> ColumnMapping:
        """With no cell of the file, as it can be kept."""
        return replace(self, columns=tuple(replace(column, samples=()) for column in self.columns))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ColumnMapping:
        columns = [_column(column) for column in stored["columns"]]
        return cls(**{**stored, "columns": tuple(columns), "tags": tuple(stored.get("tags", ()))})


def _column(stored: Mapping[str, Any]) -> MappedColumn:
    if stored["target"] and stored["target"] not in BY_KEY:  # of an older version
        return MappedColumn(stored["header"], samples=tuple(stored["samples"]))
    return MappedColumn(**{**stored, "reason": Reason(stored["reason"]), "samples": tuple(stored["samples"])})


def headers_digest(headers: Sequence[str]) -> str:
    """Equal for files with the same headers, in any order."""
    keys = "\x1f".join(sorted(header_key(header) for header in headers))
    return hashlib.sha256(keys.encode()).hexdigest()


def check(mapping: ColumnMapping) -> None:
    """MappingError with the first thing that is missing before rows can be read."""
    if problem := next(problems(mapping), ""):
        raise MappingError(problem)


def problems(mapping: ColumnMapping) -> Iterator[str]:
    """What has to be chosen before rows can be read, each a sentence."""
    targets = mapping.targets
    if targets.isdisjoint(IDENTIFYING):
        yield NO_CUSTOMER
    if mapping.rows_of is RowsOf.ORDERS:
        yield from _of_orders(targets)
    if mapping.rows_of is RowsOf.SUBSCRIPTIONS:
        yield from _of_subscriptions(targets)
    if mapping.date_order not in (None, DAY_FIRST, MONTH_FIRST):
        yield f"Choose whether the day or the month comes first in {_named(mapping, CellKind.DATE)}."
    if mapping.decimal_mark not in (None, ".", ","):
        yield f"Choose whether a point or a comma marks the decimals in {_named(mapping, CellKind.MONEY)}."


def _of_orders(targets: frozenset[str]) -> Iterator[str]:
    if "order_id" not in targets:
        yield "Choose a column for the order ID. Without it the same file again would import every order twice."
    if "order_date" not in targets:
        yield "Choose a column for the date of the orders."
    if targets.isdisjoint(("order_total", "line_price", "line_amount")):
        yield "Choose a column for the total of the orders, or for the price of their lines."
    if any(BY_KEY[target].group == "Subscription" for target in targets):
        yield "Import orders and subscriptions from two files, or leave out the columns of one."


def _of_subscriptions(targets: frozenset[str]) -> Iterator[str]:
    if "subscription_id" not in targets:
        yield "Choose a column for the subscription ID. Without it the same file again would import each twice."
    if targets.isdisjoint(("subscription_product", "subscription_sku")):
        yield "Choose a column for the product or plan of the subscriptions."
    if targets.isdisjoint(("subscription_price", "subscription_unit_price")):
        yield "Choose a column for the price of the subscriptions."


def _named(mapping: ColumnMapping, kind: CellKind) -> str:
    headers = [c.header for c in mapping.columns if c.target and BY_KEY[c.target].kind is kind]
    return " and ".join(f"“{isolated(header)}”" for header in headers[:2])
