"""What a table of a customer is: a row linked to a source record, and the tab of the customer page that lists it.

`customers/records/registry.py` finds each by the schema: merge, split, erasing and the file of personal data ask it.
The tables themselves are elsewhere: copy task.py for a new one, which has only its position here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, auto
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.text import slugify

from customers.lib.phrases import Notice
from customers.models.source import SourceRecord


class TabPosition(IntEnum):
    """The tabs of the customer page in their order, those of orders too."""

    ORDERS = auto()
    FULFILLMENTS = auto()
    PURCHASES = auto()
    MEMBERSHIPS = auto()
    TRANSACTIONS = auto()
    PAYMENT_METHODS = auto()
    CREDIT = auto()
    CONTACTS = auto()
    OPPORTUNITIES = auto()
    TASKS = auto()
    HISTORY = auto()
    NOTES = auto()
    SOURCES = auto()
    LOGINS = auto()


# {group: the first of its tabs}; the tabs up to the next group belong to it. So few groups stand in one line.
TAB_GROUPS: Mapping[str, TabPosition] = {
    "Orders": TabPosition.ORDERS,
    "Purchases": TabPosition.PURCHASES,
    "Payments": TabPosition.TRANSACTIONS,
    "Sales": TabPosition.CONTACTS,
    "History": TabPosition.HISTORY,
    "Sources": TabPosition.SOURCES,
}


@dataclass(frozen=True)
class Tab:
    """How a linked table is listed on the customer page.

    `rows` is the template of a page of rows, `totals` that of their sum; `related` goes to select_related, `prefetch`
    are relations to rows that refer to these, for `statements/prefetch.py`; `empty` is shown where there are no rows.
    Rows that are `is_in_totals` are counted by RecordTotals, so no page counts them. An `only_filled` tab is hidden
    while it is empty. `newest` is the template of the newest two rows, which stand at the head of the page; `add` names
    the page on which staff add a row.
    """

    label: str
    rows: str
    position: TabPosition
    permission: str
    empty: str
    related: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    is_in_totals: bool = False
    totals: str = ""
    only_filled: bool = False
    newest: str = ""
    add: str = ""

    @cached_property
    def slug(self) -> str:
        """Its name in addresses."""
        return slugify(self.label)

    @property
    def group(self) -> str:
        return next(group for group, first in reversed(list(TAB_GROUPS.items())) if first <= self.position)


class LinkedRow(models.Model):
    """A row of a customer, such as an order or a note. It always belongs to one source record. Listed by `at`."""

    tab: ClassVar[Tab | None] = None
    searched_by: ClassVar[Mapping[str, str]] = {}
    """{indexed field: its label}: a search for customers looks up their exact values."""
    known_as: ClassVar[tuple[str, str] | None] = None
    """(kind, field of the key) by which API clients that keep a copy hear of the deletion of a row."""

    source_record = models.ForeignKey(SourceRecord, models.PROTECT, db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        # newest() reads this index backwards; the foreign key needs no index of its own.
        indexes = [models.Index(fields=["source_record", "at", "id"], name="%(class)s_newest")]

    @classmethod
    def merge_warnings(cls, records_of: Mapping[int, Collection[int]]) -> list[Notice]:
        return []

    @classmethod
    def erase_warnings(cls, records: models.QuerySet[SourceRecord]) -> list[Notice]:
        return []

    @classmethod
    def erase_refusals(cls, records: models.QuerySet[SourceRecord]) -> list[str]:
        """Sentences: why the rows of `records` cannot be deleted yet."""
        return []

    @classmethod
    def keep_of_erased(cls, records: Collection[int]) -> None:
        """Called before the rows of `records` are erased: write what must outlive them, without personal data."""


class StaffRow(LinkedRow):
    """A row that staff write and edit on the customer page, by the acts in `customers/engagement/`."""

    updated = models.DateTimeField(default=timezone.now)

    class Meta(LinkedRow.Meta):
        abstract = True
