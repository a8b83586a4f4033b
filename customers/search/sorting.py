"""The sort orders of the customer list, and the places in them where pages begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Field, Func, Q, Value
from django.db.models.lookups import BuiltinLookup, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from customers.models import Customer
    from customers.models.customer import CustomerQuerySet

SEPARATOR = "\x1f"
HIGHEST = 2**63 - 1

SortPlace = tuple[Any, ...]
"""What a customer has in the fields of an order; the last is the number."""


class RowValue(Func):
    """Several values compared as one, which enters an index exactly there; Django's own Tuple does not on SQLite."""

    template = "(%(expressions)s)"
    output_field = Field()


@dataclass(frozen=True)
class Sort:
    """An order of the list. `fields` are all ascending or all descending, as an index has them."""

    key: str
    label: str
    fields: tuple[str, ...]
    descending: bool = True

    @property
    def ordering(self) -> list[str]:
        return [f"-{field}" if self.descending else field for field in self.fields]

    def cursor(self, place: SortPlace) -> str:
        return SEPARATOR.join(_written(value) for value in place)

    def parse(self, text: str) -> SortPlace | None:
        """The place that `cursor` wrote; None for another text."""
        *written, pk = text.replace("\x00", "").split(SEPARATOR)
        try:
            values = [self._value(field, text) for field, text in zip(self.fields[:-1], written, strict=True)]
            return (*values, min(max(int(pk), 0), HIGHEST))
        except (ValueError, OverflowError):
            return None

    def _value(self, field: str, text: str) -> Any:
        return bytes.fromhex(text) if field == "sort_name" else datetime.fromisoformat(text).astimezone(UTC)

    def follows(self, place: SortPlace | None) -> Q:
        return self._compared(LessThan if self.descending else GreaterThan, place)

    def until(self, place: SortPlace | None) -> Q:
        return self._compared(GreaterThanOrEqual if self.descending else LessThanOrEqual, place)

    def between(self, after: SortPlace | None, end: SortPlace | None) -> Q:
        """Bounds of the first field, from which PostgreSQL can tell how few rows lie between two places.

        PostgreSQL estimates two comparisons of rows as a tenth of the table. SQLite would enter the index by these
        bounds, less exactly.
        """
        if connection.vendor != "postgresql":
            return Q()
        low, high = (end, after) if self.descending else (after, end)
        bounds = {f"{self.fields[0]}__gte": low and low[0], f"{self.fields[0]}__lte": high and high[0]}
        return Q(**{lookup: value for lookup, value in bounds.items() if value is not None})

    def _compared(self, how: type[BuiltinLookup[Any]], place: SortPlace | None) -> Q:
        return Q() if place is None else Q(how(RowValue(*self.fields), RowValue(*map(Value, place))))

    def places(self, customers: CustomerQuerySet) -> QuerySet[Customer, SortPlace]:
        return customers.order_by(*self.ordering).values_list(*self.fields)


def _written(value: Any) -> str:
    match value:
        case datetime():
            return value.isoformat()
        case bytes() | memoryview():
            return value.hex()
    return str(value)


NEWEST_FIRST = Sort("created", "Recently added", ("created", "pk"))
OLDEST_FIRST = Sort("oldest", "Oldest first", ("created", "pk"), descending=False)
SORTS = (
    Sort("updated", "Recently updated", ("updated", "pk")),
    NEWEST_FIRST,
    Sort("name", "By last name", ("sort_name", "pk"), descending=False),
)


def sort_named(key: str) -> Sort:
    return next((sort for sort in SORTS if sort.key == key), SORTS[0])
