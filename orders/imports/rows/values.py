"""The cells of one row by what they mean, each read when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import TypeVar

from customers.lib.money import decimals_of
from orders.imports.cells import amounts, times
from orders.imports.cells.cell import CellError, all_digits, answer, identifier, number

Value = TypeVar("Value")


@dataclass(frozen=True)
class Formats:
    """How a file writes dates and amounts. `zones` are those of columns whose header says one."""

    date_order: str
    decimal_mark: str
    zone: tzinfo
    headers: Mapping[str, str]
    zones: Mapping[str, tzinfo]


class Values:
    """`cells` are not blank, by target. CellError of a value that cannot be read names its column."""

    __slots__ = ("cells", "formats")

    def __init__(self, cells: dict[str, str], formats: Formats) -> None:
        self.cells, self.formats = cells, formats

    def text(self, target: str) -> str:
        return self.cells.get(target, "")

    def read(self, target: str, reader: Callable[[str], Value]) -> Value | None:
        text = self.cells.get(target)
        if text is None:
            return None
        try:
            return reader(text)
        except CellError as error:
            raise CellError(f"{self.formats.headers[target]}: {error}") from None

    def identifier(self, target: str) -> str:
        return self.read(target, identifier) or ""

    def digits(self, target: str) -> str:
        return self.read(target, all_digits) or ""

    def answer(self, target: str) -> bool | None:
        return self.read(target, answer)

    def number(self, target: str) -> int | None:
        return self.read(target, number)

    def time(self, target: str) -> datetime | None:
        formats = self.formats
        zone = formats.zones.get(target, formats.zone)
        return self.read(target, lambda text: times.time(text, formats.date_order, zone))

    def amount(self, target: str, currency: str) -> Decimal | None:
        """Rounded to the minor units of its currency: systems write taxes of 3.8333."""
        if target not in self.cells:
            return None
        return self.read(target, lambda text: _amount(text, self.formats.decimal_mark, currency))


@lru_cache(8192)
def _amount(text: str, decimal_mark: str, currency: str) -> Decimal:
    return rounded(amounts.amount(text, decimal_mark), currency)


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), rounding=ROUND_HALF_EVEN)
