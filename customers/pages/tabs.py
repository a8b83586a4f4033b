"""The tabs of the customer page, and one page of rows of a tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from customers.lib.pages import PAGE, Cursor
from customers.models import Customer, HistoryEntry, LinkedRow, Note, RecordTotals, SourceRecord, Tab, TabPosition
from customers.pages.timeline import TimelineCursor, timeline_entries
from customers.permissions import VIEW_CUSTOMERS
from customers.records import source_records
from customers.records.newest import newest
from customers.records.registry import tabbed_models
from customers.records.source_records import cursor_of, record_contributions, with_missing
from customers.statements.prefetch import prefetch
from customers.statements.prepared import Prepared, Slot

SOURCES = Tab(
    "Sources",
    "customers/page/_source_rows.html",
    TabPosition.SOURCES,
    VIEW_CUSTOMERS,
    "A source record appears here when a data source sends this customer.",
)

MOST_NEWEST = 2

Records = Mapping[int, SourceRecord]


@dataclass(frozen=True)
class Choice:
    """A tab that the user may open; without a model, the tab of source records."""

    tab: Tab
    model: type[LinkedRow] | None

    @property
    def slug(self) -> str:
        return self.tab.slug

    @property
    def kind(self) -> str:
        return "entry" if self.is_history else str((self.model or SourceRecord)._meta.verbose_name)

    @property
    def kinds(self) -> str:
        return "entries" if self.is_history else str((self.model or SourceRecord)._meta.verbose_name_plural)

    @property
    def is_history(self) -> bool:
        return self.model is HistoryEntry

    @property
    def start(self) -> str:
        return "Newest" if self.model else "First"

    @property
    def further(self) -> str:
        return "Older" if self.model else "More"


@dataclass(frozen=True)
class ChoiceGroup:
    """Tabs of one group; `is_filled` says whether any of them has rows."""

    label: str
    choices: Sequence[Choice]
    opens: Choice
    """The first tab that has rows, else the first."""
    is_filled: bool


@dataclass(frozen=True)
class TabQuery:
    """The rows to list: after the cursor `before`, of one data source, of one kind of history."""

    before: str = ""
    source: int | None = None
    kind: str = ""
    with_orders: bool = False
    limit: int = PAGE


@dataclass(frozen=True)
class TabLine:
    """A row and the source record that it belongs to."""

    row: Any
    record: SourceRecord

    @property
    def is_from_merged(self) -> bool:
        return self.record.origin_id != self.record.customer_id

    @property
    def who(self) -> str:
        return str(
            getattr(self.row, "actor", self.row.by)
            or ("API client" if self.record.is_staff_record else self.record.data_source)
        )

    @property
    def is_note(self) -> bool:
        return isinstance(self.row, Note)


@dataclass(frozen=True)
class TabPage:
    lines: Sequence[TabLine]
    older: str = ""
    """The cursor of the next page; "" on the last."""

    @cached_property
    def first_from_merged(self) -> TabLine | None:
        # Named in the legend.
        return next((line for line in self.lines if line.is_from_merged), None)

    @cached_property
    def currency(self) -> str:
        """ "" when the amounts have several currencies or none."""
        currencies = {getattr(line.row, "currency", "") for line in self.lines}
        return currencies.pop() if len(currencies) == 1 else ""


def offered(permissions: set[str]) -> list[Choice]:
    return [choice for choice in _all_choices() if choice.tab.permission in permissions]


@cache
def _all_choices() -> list[Choice]:
    choices = [*(Choice(model.tab, model) for model in tabbed_models() if model.tab), Choice(SOURCES, None)]
    return sorted(choices, key=lambda choice: choice.tab.position)


def fillings(customer: int | Slot) -> QuerySet[Customer, tuple[bool, ...]]:
    """One row: of each tab whether the customer has something there."""
    has_rows = {f"tab{n}": Exists(_rows(choice)) for n, choice in enumerate(_all_choices())}
    return Customer.objects.filter(pk=customer).annotate(**has_rows).values_list(*has_rows)


def filled(row: Sequence[bool]) -> set[str]:
    """The slugs of the tabs that have something, by `fillings`."""
    return {choice.slug for choice, has_rows in zip(_all_choices(), row, strict=True) if has_rows}


def shown(choices: Sequence[Choice], filled: set[str]) -> list[Choice]:
    # Some tabs are hidden while they are empty.
    return [choice for choice in choices if choice.slug in filled or not choice.tab.only_filled]


def opened(choices: Sequence[Choice], filled: set[str], slug: str) -> Choice:
    """The tab `slug`; without one the orders, or for a user who may not view them the first tab that has rows."""
    for choice in choices:
        if choice.slug == slug:
            return choice
    is_wanted = [choice.tab.position == TabPosition.ORDERS or choice.slug in filled for choice in choices]
    return choices[is_wanted.index(True)] if any(is_wanted) else choices[-1]


def newest_rows(
    choices: Sequence[Choice], customer: Customer, first_page: TabPage | None
) -> tuple[Tab, list[Any]] | None:
    """The tab whose newest rows stand at the head of the page, with these rows: read from `first_page` if given."""
    choice = next((choice for choice in choices if choice.tab.newest), None)
    if choice is None or choice.model is None:
        return None
    if first_page:
        return choice.tab, [line.row for line in first_page.lines[:MOST_NEWEST]]
    return choice.tab, _newest_rows(choice.model, choice.tab, customer, TabQuery(), limit=MOST_NEWEST)


def grouped(choices: Sequence[Choice], filled: set[str]) -> list[ChoiceGroup]:
    groups = []
    for label, members in groupby(choices, key=lambda choice: choice.tab.group):
        in_group = list(members)
        first_filled = next((choice for choice in in_group if choice.slug in filled), None)
        groups.append(ChoiceGroup(label, in_group, first_filled or in_group[0], first_filled is not None))
    return groups


def _rows(choice: Choice) -> QuerySet[Any]:
    if choice.model is None:
        return SourceRecord.objects.filter(customer=OuterRef("pk"))
    return choice.model._default_manager.filter(source_record__customer=OuterRef("pk"))


def page(
    choice: Choice, customer: Customer, records: Records, query: TabQuery, totals: Sequence[RecordTotals]
) -> TabPage:
    """Newest first; the first page if the cursor cannot be read."""
    if choice.model is None:
        return _source_records(customer, query, totals)
    if choice.is_history:
        return _history(customer, records, query)
    size = query.limit
    page = _newest_rows(choice.model, choice.tab, customer, query, limit=size + 1)
    return TabPage(lines_of(page[:size], records), str(Cursor.of(page[size - 1])) if len(page) > size else "")


def _newest_rows(
    model: type[LinkedRow], tab: Tab, customer: Customer, query: TabQuery, *, limit: int
) -> list[LinkedRow]:
    before = Cursor.parse(query.before)
    if before or query.source is not None:
        rows = newest(model, customer, before=before, limit=limit, source=query.source)
        page = list(rows.select_related(*_related(tab)))
    else:
        page = _first_page(model, tab, limit)(customer.pk)
    prefetch(page, *tab.prefetch)
    return page


@cache
def _first_page(model: type[LinkedRow], tab: Tab, limit: int) -> Prepared[LinkedRow]:
    return Prepared(lambda customer: newest(model, customer, limit=limit).select_related(*_related(tab)))


def _related(tab: Tab) -> Sequence[Any]:
    # None, because select_related() without a name follows every foreign key.
    return tab.related or (None,)


def _source_records(customer: Customer, query: TabQuery, totals: Sequence[RecordTotals]) -> TabPage:
    before = Cursor.parse(query.before)
    size = query.limit
    records = source_records.record_page(customer, before=before, limit=size + 1, source=query.source)
    lines = [
        TabLine(contribution, contribution.record) for contribution in record_contributions(records[:size], totals)
    ]
    return TabPage(lines, str(cursor_of(records[size - 1])) if len(records) > size else "")


def _history(customer: Customer, records: Records, query: TabQuery) -> TabPage:
    before, size = TimelineCursor.parse(query.before), query.limit
    entries = timeline_entries(
        customer,
        before=before,
        limit=size + 1,
        source=query.source,
        kind=query.kind,
        with_orders=query.with_orders,
    )
    return TabPage(
        lines_of(entries[:size], records), str(TimelineCursor.at(entries[size - 1])) if len(entries) > size else ""
    )


def lines_of(rows: Sequence[LinkedRow], records: Records) -> list[TabLine]:
    all_records = with_missing(records, [row.source_record_id for row in rows])
    return [TabLine(row, all_records[row.source_record_id]) for row in rows]
