"""Where a run is: which page of which days, and which one comes next.

The API answers days, of rows by their last change. A row that changes while its page is read leaves for today, and the
rows behind it move up, so one of them would be missed at the edge of a page. That shows in the total of days that are
over: then these days are read again. Today is asked apart, last, and again by the next run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

CUSTOMERS, ORDERS, PURCHASES, TRANSACTIONS = SUBJECTS = "customers", "orders", "purchases", "transactions"
"""In this order: each is of those before it."""
DAY = timedelta(days=1)
OVERLAP = DAY
"""The day before the last run is read again: its last moments may have appeared later."""
MOST_DAYS = 30


@dataclass(frozen=True)
class PullPlace:
    """`since` and `until` are the days of the whole run, `first` and `last` those that are asked for now.

    `total` is what the pages before this one said, of these days.
    """

    subject: str
    since: date
    until: date
    first: date
    page: int = 1
    total: int | None = None

    @property
    def last(self) -> date:
        if self.first >= self.until:
            return self.until
        return min(self.first + MOST_DAYS * DAY, self.until) - DAY

    def following(self, *, total: int, is_last_page: bool) -> PullPlace | None:
        """The place after this page, of which the API said `total`; None at the end of the run."""
        is_over = self.last < self.until
        if is_over and self.total not in (None, total):
            return replace(self, page=1, total=None)
        if not is_last_page:
            return replace(self, page=self.page + 1, total=total)
        if is_over:
            return replace(self, first=self.last + DAY, page=1, total=None)
        following = SUBJECTS.index(self.subject) + 1
        return first_place(self.since, self.until, SUBJECTS[following]) if following < len(SUBJECTS) else None

    def to_json(self) -> dict[str, Any]:
        days = {name: getattr(self, name).isoformat() for name in ("since", "until", "first")}
        return {**asdict(self), **days}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PullPlace:
        days = {name: date.fromisoformat(stored[name]) for name in ("since", "until", "first")}
        return cls(**{**stored, **days})


def first_place(since: date, until: date, subject: str = CUSTOMERS) -> PullPlace:
    since = min(since, until)
    return PullPlace(subject, since, until, since)
