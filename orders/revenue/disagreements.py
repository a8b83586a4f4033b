"""Customers whose billing status and recurring revenue (MRR) disagree: there should be none after any history.

The status follows from the states of the customer's purchases, the MRR from lines and cancellations.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from customers.lib.batches import BATCH
from customers.models import BillingStatus
from orders.models import Purchase
from orders.models.subscription import ENDED
from orders.revenue.ledger import read_changes
from orders.revenue.movements import derive_movements
from orders.revenue.types import Change

BUYING = (BillingStatus.ACTIVE, BillingStatus.PAST_DUE)
NOT_BUYING = "customer {customer} has recurring revenue, but the status {status}"
NO_STATUS = "customer {customer} has recurring revenue, but no status from purchases"
NO_REVENUE = "customer {customer} has the status {status}, but no recurring revenue"
OWNER, STATUS = "source_record__customer", "source_record__customer__billing_status"


def disagreements() -> Iterator[str]:
    last: int | None = 0
    while last is not None:
        lines, last = disagreements_after(last)
        yield from lines


def disagreements_after(last: int) -> tuple[list[str], int | None]:
    """Those of a batch of customers, and the last of the batch; None after all customers."""
    buyers = Purchase.objects.order_by(OWNER).values_list(OWNER, STATUS).distinct()
    statuses = dict(buyers.filter(**{f"{OWNER}__gt": last})[:BATCH])
    if not statuses:
        return [], None
    ledger = read_changes(list(statuses))
    current = {pk for pk, purchase in ledger.purchases.items() if purchase.status not in ENDED}
    lines = []
    for customer, status in statuses.items():
        if message := _disagreement(status, ledger.changes.get(customer, []), current):
            lines.append(message.format(customer=customer, status=status))
    return lines, max(statuses)


def _disagreement(status: str, changes: Collection[Change], current: Collection[int]) -> str:
    if _running(changes):
        return "" if status in BUYING else NOT_BUYING if status else NO_STATUS
    alone = [replace(change, subscription=replace(change.subscription, connection="")) for change in changes]
    if status in BUYING and any(int(group) in current for group in _running(alone)):
        return NO_REVENUE
    return ""


def _running(changes: Iterable[Change]) -> set[str]:
    series = derive_movements(changes, window=timedelta())
    return {group for group, mrr in series.subscriptions.items() if any(mrr.by_currency().values())}
