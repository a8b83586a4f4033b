"""The list of customers, a page at a time: through an index, never OFFSET, never COUNT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from customers import holdings, matching
from customers.models import Customer
from customers.models.customer import CustomerQuerySet

PAGE = 25
SEPARATOR = "\x1f"


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

    def cursor(self, customer: Customer) -> str:
        """Where the page that ends with `customer` ends."""
        values = (getattr(customer, field) for field in self.fields)
        return SEPARATOR.join(v.isoformat() if isinstance(v, datetime) else str(v) for v in values)

    def parse(self, text: str) -> list[Any] | None:
        """The values that `cursor` wrote; None when it did not."""
        *written, pk = text.replace("\x00", "").split(SEPARATOR)
        try:
            found = [self._value(field, text) for field, text in zip(self.fields[:-1], written, strict=True)]
            return [*found, int(pk)]
        except (ValueError, OverflowError):
            return None

    def _value(self, field: str, text: str) -> Any:
        return datetime.fromisoformat(text).astimezone(UTC) if field in ("updated", "created") else text

    def after(self, values: Sequence[Any]) -> Q:
        """What comes after a row of these values; the first comparison is where the index is entered."""
        way = "lt" if self.descending else "gt"
        either = Q()
        for n, field in enumerate(self.fields):
            equal = dict(zip(self.fields[:n], values, strict=False))
            either |= Q(**equal, **{f"{field}__{way}": values[n]})
        return Q(**{f"{self.fields[0]}__{way}e": values[0]}) & either


SORTS = (
    Sort("updated", "Last changed first", ("updated", "pk")),
    Sort("created", "Newest first", ("created", "pk")),
    Sort("name", "By last name", ("last_name", "first_name", "pk"), descending=False),
)


@dataclass(frozen=True)
class Line:
    """A customer as the list shows them."""

    customer: Customer
    duplicates: int
    totals: holdings.Totals
    sources: Sequence[str]


@dataclass(frozen=True)
class Page:
    lines: Sequence[Line]
    following: str
    """The cursor of the next page; "" on the last."""

    @property
    def currency(self) -> str:
        """The one currency of every amount, for the heading; "" when there are several."""
        found = {currency for line in self.lines for currency in line.totals.spent}
        return found.pop() if len(found) == 1 else ""


def sort_named(key: str) -> Sort:
    return next((sort for sort in SORTS if sort.key == key), SORTS[0])


def page(wanted: CustomerQuerySet, sort: Sort, *, after: str = "") -> Page:
    """The customers that follow the cursor `after`; the first ones when it is none of ours."""
    if values := sort.parse(after):
        wanted = wanted.filter(sort.after(values))
    customers = list(wanted.order_by(*sort.ordering)[: PAGE + 1])
    following = sort.cursor(customers[PAGE - 1]) if len(customers) > PAGE else ""
    return Page(_lines(customers[:PAGE]), following)


def _lines(customers: Sequence[Customer]) -> list[Line]:
    pks = [customer.pk for customer in customers]
    duplicates = matching.duplicate_counts(pks)
    totals = holdings.totals(pks, by="source_record__customer")
    sources = holdings.sources(pks)
    return [Line(c, duplicates.get(c.pk, 0), totals[c.pk], sources.get(c.pk, [])) for c in customers]
