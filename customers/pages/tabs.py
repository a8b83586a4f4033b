"""The tabs of the customer page, and a page of rows of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import slugify

from customers.models import Customer, HistoryEntry, LinkedRow, Note, RecordTotals, SourceRecord, Tab
from customers.pages.timeline import TimelineCursor, timeline_entries
from customers.records import listing
from customers.records.listing import cursor_of, record_contributions, with_missing
from customers.records.newest import PAGE, Cursor, newest
from customers.records.registry import tabbed_models

SOURCES = Tab(
    "Sources",
    "customers/page/_source_rows.html",
    99,
    "customers.view_customer",
    "A source record appears here when a data source sends this customer.",
)

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
        return "entry" if self.is_story else str((self.model or SourceRecord)._meta.verbose_name)

    @property
    def kinds(self) -> str:
        return "entries" if self.is_story else str((self.model or SourceRecord)._meta.verbose_name_plural)

    @property
    def is_story(self) -> bool:
        return self.model is HistoryEntry

    @property
    def start(self) -> str:
        """What leads to the first page."""
        return "Newest" if self.model else "First"

    @property
    def further(self) -> str:
        return "Older" if self.model else "More"


@dataclass(frozen=True)
class TabQuery:
    """Which rows of a tab: those after a cursor, of one data source, of one kind of history, orders told or not."""

    before: str = ""
    source: int | None = None
    kind: str = ""
    with_orders: bool = False


@dataclass(frozen=True)
class Line:
    """A row and the source record that it belongs to."""

    row: Any
    record: SourceRecord

    @property
    def is_joined(self) -> bool:
        """Whether it came with a merge."""
        return self.record.origin_id != self.record.customer_id

    @property
    def who(self) -> str:
        """Whoever did it, else the data source that sent it."""
        return str(self.row.by or ("API client" if self.record.is_staff_record else self.record.data_source))

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
        currencies = {getattr(line.row, "currency", "") for line in self.lines}
        return currencies.pop() if len(currencies) == 1 else ""


def offered(permissions: set[str]) -> list[Choice]:
    """The tabs for somebody with these permissions, in order."""
    choices = [*(Choice(model.tab, model) for model in tabbed_models() if model.tab), Choice(SOURCES, None)]
    return [choice for choice in choices if choice.tab.permission in permissions]


def filled(choices: Sequence[Choice], customer: Customer) -> set[str]:
    """The slugs of the tabs that have rows, asked all at once."""
    tabs = {f"tab{n}": Exists(_rows(choice)) for n, choice in enumerate(choices)}
    answers: Mapping[str, Any] = Customer.objects.filter(pk=customer.pk).values(**tabs).get()
    return {choice.slug for n, choice in enumerate(choices) if answers[f"tab{n}"]}


def shown(choices: Sequence[Choice], filled: set[str]) -> list[Choice]:
    """Those that stand on the page of somebody who has something in the tabs `filled`."""
    return [choice for choice in choices if choice.slug in filled or not choice.tab.only_filled]


def _rows(choice: Choice) -> QuerySet[Any]:
    if choice.model is None:
        return SourceRecord.objects.filter(customer=OuterRef("pk"))
    return choice.model._default_manager.filter(source_record__customer=OuterRef("pk"))


def page(choice: Choice, customer: Customer, records: Records, query: TabQuery, totals: Sequence[RecordTotals]) -> Page:
    """The rows that follow the cursor, newest first; the newest when it is none of ours."""
    if choice.model is None:
        return _sources(customer, query, totals)
    if choice.is_story:
        return _story(customer, records, query)
    rows = newest(choice.model, customer, before=Cursor.parse(query.before), limit=PAGE + 1, source=query.source)
    # None, because without a name select_related would follow every foreign key there is.
    page = list(rows.select_related(*choice.tab.related or [None]).prefetch_related(*choice.tab.prefetch))
    return Page(_lines(page[:PAGE], records), str(_cursor(page[PAGE - 1])) if len(page) > PAGE else "")


def _sources(customer: Customer, query: TabQuery, totals: Sequence[RecordTotals]) -> Page:
    before = Cursor.parse(query.before)
    records = listing.record_page(customer, before=before, limit=PAGE + 1, source=query.source)
    lines = [Line(contribution, contribution.record) for contribution in record_contributions(records[:PAGE], totals)]
    return Page(lines, str(cursor_of(records[PAGE - 1])) if len(records) > PAGE else "")


def _story(customer: Customer, records: Records, query: TabQuery) -> Page:
    before = TimelineCursor.parse(query.before)
    entries = timeline_entries(
        customer,
        before=before,
        limit=PAGE + 1,
        source=query.source,
        kind=query.kind,
        with_orders=query.with_orders,
    )
    return Page(
        _lines(entries[:PAGE], records), str(TimelineCursor.at(entries[PAGE - 1])) if len(entries) > PAGE else ""
    )


def _cursor(row: LinkedRow) -> Cursor:
    return Cursor(row.at, row.pk)


def newest_moments(customer: Customer, records: Records, *, with_orders: bool) -> list[Line]:
    """The newest of what was done and noted."""
    return _lines(timeline_entries(customer, with_orders=with_orders), records)


def _lines(rows: Sequence[LinkedRow], records: Records) -> list[Line]:
    all_records = with_missing(records, [row.source_record_id for row in rows])
    return [Line(row, all_records[row.source_record_id]) for row in rows]
