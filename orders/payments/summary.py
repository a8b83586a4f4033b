"""Counts and sums of transactions by type, response and currency, for each day or each campaign of a period.

Amounts of different currencies are never added. It is one statement, answered from the index transaction_by_at, so it
costs what happened in the period, whatever there is besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate

from orders.models import Transaction

BY_TYPE = ("kind", "status", "currency")


@dataclass(frozen=True)
class TransactionSum:
    """Of one day, or of one campaign; orders without a campaign have the number None."""

    kind: str
    status: str
    currency: str
    count: int
    total: Decimal
    on: date | None = None
    campaign_id: int | None = None
    campaign_name: str | None = None


def sums_by_day(transactions: QuerySet[Transaction], since: datetime, before: datetime) -> list[TransactionSum]:
    """The days are those of the current time zone."""
    return _sums(_within(transactions, since, before), on=TruncDate("at"))


def sums_by_campaign(transactions: QuerySet[Transaction], since: datetime, before: datetime) -> list[TransactionSum]:
    campaign = {"campaign_id": F("order__campaign"), "campaign_name": F("order__campaign__name")}
    return _sums(_within(transactions, since, before), **campaign)


def _within(transactions: QuerySet[Transaction], since: datetime, before: datetime) -> QuerySet[Transaction]:
    return transactions.filter(at__gte=since, at__lt=before)


def _sums(transactions: QuerySet[Transaction], **by: Any) -> list[TransactionSum]:
    groups = transactions.order_by().values(*BY_TYPE, **by).annotate(count=Count("pk"), total=Sum("amount"))
    return [TransactionSum(**group) for group in groups.order_by(*by, *BY_TYPE)]
