"""What the page of ignored values shows: the values, how many customers share each, their history, and what to ignore.

Customers are counted up to MOST_COUNTED, and only for the rows of one page. What is offered is read from the shared
values by their rough number of holders, and only those at the top are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from customers.lib.numbers import capped_count
from customers.lib.pages import Page, newest_page
from customers.lib.text import can_be_stored
from customers.matching.ignored_values import readable_value
from customers.matching.keys import is_placeholder
from customers.models import IgnoredValue, IgnoredValueChange, MatchKey, SharedValue
from customers.records.counts import CappedCount

MOST_COUNTED = 500
MOST_OFFERED = 10
FEWEST_SHARING = 5
"""Fewer may be one person; the worklist has them."""
MOST_COMPARED = 100


@dataclass(frozen=True)
class HeldValue:
    """A value with the number of live customers who have it."""

    kind: str
    value: str
    customers: int

    @property
    def text(self) -> str:
        return readable_value(self.kind, self.value)

    @property
    def shared_by(self) -> str:
        return capped_count(self.customers, MOST_COUNTED)


@dataclass(frozen=True)
class IgnoredRow(HeldValue):
    ignored: IgnoredValue


@dataclass(frozen=True)
class ChangeRow:
    change: IgnoredValueChange

    @property
    def text(self) -> str:
        return readable_value(self.change.kind, self.change.value) if self.change.value else "[erased]"


def ignored_page(text: str = "", *, before: int | None = None) -> Page[IgnoredRow, int]:
    """Newest first; with a `text`, those whose value or reason has it in it."""
    values: QuerySet[Any] = IgnoredValue.objects.filter(_matching(text), phone=None).select_related("by")
    page = newest_page(values.annotate(customers=_holders(_having())), before)
    return page.showing([IgnoredRow(row.kind, row.value, row.customers, row) for row in page.rows])


def changes_page(*, before: int | None = None) -> Page[ChangeRow, int]:
    page = newest_page(IgnoredValueChange.objects.select_related("by"), before)
    return page.showing([ChangeRow(row) for row in page.rows])


def _matching(text: str) -> Q:
    text = text.strip()
    if not can_be_stored(text):
        return Q(pk=None)
    digits = "".join(character for character in text if character.isdecimal())
    is_number = digits and not any(character.isalpha() for character in text)
    value = Q(value__contains=digits) if is_number else Q(value__contains=text.lower())
    return value | Q(written__icontains=text) | Q(reason__icontains=text)


def most_shared() -> list[HeldValue]:
    """The values to ignore, which most customers share, without those ignored or made up."""
    ignored = IgnoredValue.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    likely = SharedValue.objects.filter(~Exists(ignored)).order_by("-holders", "-pk")[:MOST_COMPARED]
    counted = SharedValue.objects.filter(pk__in=[row.pk for row in likely if not is_placeholder(row.kind, row.value)])
    # Digits stand for people whose phone is no whole number; the others have the number itself.
    having = _having().without_whole_numbers()
    rows = counted.annotate(customers=_holders(having)).filter(customers__gte=FEWEST_SHARING)
    return [
        HeldValue(row.kind, row.value, row.customers)
        for row in rows.order_by(F("customers").desc(), "-pk")[:MOST_OFFERED]
    ]


def _having() -> Any:
    return MatchKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))


def _holders(having: Any) -> CappedCount:
    return CappedCount(having.values("source_record__customer").distinct()[: MOST_COUNTED + 1])
