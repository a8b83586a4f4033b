"""The tabs of the customer page, a page of rows of one of them, and the newest of the story beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import slugify

from customers import provenance
from customers.linked import tabbed_models
from customers.models import Customer, HistoryEntry, LinkedRow, Note, SourceRecord, Tab
from customers.newest import PAGE, Cursor, newest

SOURCES = Tab(
    "Sources",
    "customers/_source_rows.html",
    99,
    "customers.view_customer",
    "A source record appears here as soon as a data source sends this customer.",
)
MOST_MOMENTS = 8

Records = Mapping[int, SourceRecord]


@dataclass(frozen=True)
class Choice:
    """A tab that is offered; without a model it lists the source records themselves."""

    tab: Tab
    model: type[LinkedRow] | None

    @property
    def slug(self) -> str:
        return slugify(self.tab.label)

    @property
    def kind(self) -> str:
        """What one of its rows is called."""
        return str((self.model or SourceRecord)._meta.verbose_name)

    @property
    def kinds(self) -> str:
        return str((self.model or SourceRecord)._meta.verbose_name_plural)


@dataclass(frozen=True)
class Line:
    """A row and the source record that it belongs to."""

    row: Any
    record: SourceRecord | None

    @property
    def is_joined(self) -> bool:
        """Whether it came with a merge."""
        return self.record is not None and self.record.origin_id != self.record.customer_id

    @property
    def is_note(self) -> bool:
        return isinstance(self.row, Note)


@dataclass(frozen=True)
class Page:
    lines: Sequence[Line]
    older: str = ""
    """The cursor of the next page; "" on the last."""

    @property
    def joined(self) -> Line | None:
        """The first that came with a merge, to explain the sign by."""
        return next((line for line in self.lines if line.is_joined), None)

    @property
    def currency(self) -> str:
        """The one currency of every amount, for the heading; "" when there are several."""
        found = {getattr(line.row, "currency", "") for line in self.lines}
        return found.pop() if len(found) == 1 else ""


def offered(permissions: set[str]) -> list[Choice]:
    """The tabs for somebody with these permissions, in order."""
    every = [*(Choice(model.tab, model) for model in tabbed_models() if model.tab), Choice(SOURCES, None)]
    return [choice for choice in every if choice.tab.permission in permissions]


def filled(choices: Sequence[Choice], customer: Customer) -> set[str]:
    """The slugs of the tabs that have rows, asked all at once."""
    asked = {f"tab{n}": Exists(_rows(choice)) for n, choice in enumerate(choices)}
    answers: Mapping[str, Any] = Customer.objects.filter(pk=customer.pk).values(**asked).get()
    return {choice.slug for n, choice in enumerate(choices) if answers[f"tab{n}"]}


def _rows(choice: Choice) -> QuerySet[Any]:
    if choice.model is None:
        return SourceRecord.objects.filter(customer=OuterRef("pk"))
    return choice.model._default_manager.filter(source_record__customer=OuterRef("pk"))


def page(choice: Choice, customer: Customer, records: Records, *, before: str = "") -> Page:
    """The rows that follow the cursor `before`, newest first; the newest when it is none of ours."""
    if choice.model is None:
        return Page([Line(brought, brought.record) for brought in provenance.brought(customer, records)])
    rows = newest(choice.model, customer, before=Cursor.parse(before), limit=PAGE + 1)
    # None, because without a name select_related would follow every foreign key there is.
    found = list(rows.select_related(*choice.tab.related or [None]).prefetch_related(*choice.tab.prefetch))
    lines = [Line(row, records.get(row.source_record_id)) for row in found[:PAGE]]
    return Page(lines, str(Cursor(found[PAGE - 1].at, found[PAGE - 1].pk)) if len(found) > PAGE else "")


def story(customer: Customer, records: Records) -> list[Line]:
    """The newest of what was done and noted."""
    entries = newest(HistoryEntry, customer, limit=MOST_MOMENTS).select_related("by", "merge")
    notes = newest(Note, customer, limit=MOST_MOMENTS).select_related("by")
    both = sorted([*entries, *notes], key=lambda row: (row.at, row.pk), reverse=True)
    return [Line(row, records.get(row.source_record_id)) for row in both[:MOST_MOMENTS]]
