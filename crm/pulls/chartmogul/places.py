"""Where a run is: which list is read, from which cursor on, and what the next run begins with.

Reunite lists customers and invoices by their last change, so a run goes on from the last cursor of the one before.
ChartMogul lists customers as they were added, which goes on in the same way, and invoices from the newest on. Those
are read down to a page with nothing new, of which all are older than `RECENT`, because a recent one may have been paid
since. Cancellations are among the activities, which are read again from `RECENT` before the last run on, because they
are listed by their own time; Reunite tells them as events as well, by when they were entered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

RECENT = timedelta(days=35)
"""Longer than a month, the usual interval of bills."""
ACCOUNT, PLANS, CUSTOMERS, INVOICES = "account", "plans", "customers", "invoices"
ACTIVITIES, EVENTS = "activities", "events"
LISTS = (ACCOUNT, PLANS, CUSTOMERS, INVOICES, ACTIVITIES, EVENTS)
READ_ON = (CUSTOMERS, EVENTS)
"""Lists that the next run reads on from where this one ends; also invoices, where they are listed by their change."""


@dataclass(frozen=True)
class V1Place:
    """`source` is the uuid of the data source there, `plans` are {uuid of a plan there: number of the product here}.

    `ends` are {list: its last cursor}. `is_second` says that what is new of the page is written, and what changed of it
    follows. `merges` are records, each by number, of customers who are one there and are not looked at yet.
    """

    reads: str = ACCOUNT
    cursor: str = ""
    source: str = ""
    lists_changes: bool = False
    is_second: bool = False
    has_all_invoices: bool = False
    plans: Mapping[str, int] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)
    merges: Sequence[Sequence[int]] = ()

    @property
    def is_over(self) -> bool:
        return self.reads == ""

    def behind(self, cursor: str, *, has_more: bool) -> V1Place:
        """The place behind a page that ends at `cursor`."""
        if has_more and cursor:
            return replace(self, cursor=cursor, is_second=False)
        ends = {**self.ends}
        if cursor and (self.reads in READ_ON or (self.reads == INVOICES and self.lists_changes)):
            ends[self.reads] = cursor
        has_all = self.has_all_invoices or self.reads == INVOICES
        lists = (*LISTS, "") if self.lists_changes else (*LISTS[:-1], "")
        following = lists[lists.index(self.reads) + 1]
        place = replace(self, reads=following, ends=ends, has_all_invoices=has_all, is_second=False)
        return replace(place, cursor=ends.get(following, ""))

    def next_run(self) -> V1Place:
        return replace(self, reads=ACCOUNT, cursor="")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> V1Place:
        return cls(**{part.name: stored[part.name] for part in fields(cls) if part.name in stored})
