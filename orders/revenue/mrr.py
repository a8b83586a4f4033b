"""The MRR of one subscription, change by change.

- A line for a whole period sets the MRR; a prorated line adds to it or replaces it; a cancellation ends it.
- A credit does not restart a subscription that has ended, nor begin the next of several connected subscriptions.
- In a set, each plan has an MRR of its own; the MRR of the set is their sum.
- Connected subscriptions are one, worth the last of them that runs: from the first charge of the next one on, the
  previous one counts only if it outlives the next. A gap until the next one is charged is filled.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from orders.revenue.monthly_rate import Period, monthly, prorate_factor
from orders.revenue.types import Billed, Cancelled, Change, Subscription


class SubscriptionMrr:
    """`last` is the last of the connected subscriptions that is ever billed, or the only one; `shown` the one whose
    MRR counts, or counted last.

    When all have ended, `ended_at` is when, and `at_end` the MRR by currency just before.
    """

    def __init__(self, last: Subscription) -> None:
        self.last = self.shown = last
        self.ended_at: datetime | None = None
        self.at_end: dict[str, int] = {}
        self._members: defaultdict[Subscription, MemberMrr] = defaultdict(MemberMrr)
        self._amounts: dict[str, int] | None = None

    @property
    def is_active(self) -> bool:
        return self._amounts is not None

    def by_currency(self) -> dict[str, int]:
        return dict(self._amounts or {})

    def apply(self, change: Change) -> None:
        member = self._members[change.subscription]
        if isinstance(change, Cancelled):
            member.end()
        else:
            member.bill(change)
        if running := [subscription for subscription, mrr in self._members.items() if mrr.is_running]:
            self.shown = max(running, key=lambda subscription: subscription.rank)
            self._amounts, self.ended_at, self.at_end = self._members[self.shown].by_currency(), None, {}
        elif self.is_active and self._members[self.last].has_begun:
            self._amounts, self.ended_at, self.at_end = None, change.at, self.by_currency()


class MemberMrr:
    """One subscription by itself, whatever it is connected with."""

    def __init__(self) -> None:
        self.has_begun = False
        self._running: Period | None = None
        self._amounts: dict[tuple[str, int], int] = {}

    @property
    def is_running(self) -> bool:
        return bool(self._amounts)

    def by_currency(self) -> dict[str, int]:
        sums: defaultdict[str, int] = defaultdict(int)
        for (currency, _), amount in self._amounts.items():
            sums[currency] += amount
        return dict(sums)

    def end(self) -> None:
        self._amounts, self._running = {}, None

    def bill(self, line: Billed) -> None:
        if line.amount < 0 and not self.is_running:
            return
        self.has_begun = True
        period = Period(line.at, line.until)
        if not line.proration:
            self._running = period
            self._set(line, monthly(line.amount, line.interval))
        elif line.proration == "differential_mrr":
            self._add(line, line.amount)
        else:
            factor = prorate_factor(period, line.interval, self._running)
            amount = monthly(line.amount, line.interval, factor=factor)
            (self._set if line.proration == "full" else self._add)(line, amount)

    def _set(self, line: Billed, amount: int) -> None:
        other_plans = {key: other for key, other in self._amounts.items() if key[1] != line.plan}
        self._amounts = other_plans if line.subscription.in_set else {}
        self._amounts[line.currency, line.plan] = amount

    def _add(self, line: Billed, amount: int) -> None:
        key = line.currency, line.plan
        self._amounts[key] = self._amounts.get(key, 0) + amount
