from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Self

from django.db import models

from customers.models.source import SourceRecord


class RecordTotalsQuerySet(models.QuerySet["RecordTotals"]):
    def purchases(self) -> Self:
        """Those of records by which something was bought: an order that counts, or a purchase."""
        bought = ("orders", "purchases_active", "purchases_past_due", "purchases_cancelled")
        return self.filter(models.Q(*((f"{name}__gt", 0) for name in bought), _connector=models.Q.OR))


class RecordTotals(models.Model):
    """The sums of one source record's orders and purchases, in minor units (cents) of one currency.

    A cache, so that no page counts orders. `orders.totals.add` writes it; see `docs/decisions/0003`.
    """

    derived = True

    source_record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="totals", db_index=False)
    currency = models.CharField(max_length=3)
    orders = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    purchases_active = models.IntegerField(default=0)
    purchases_past_due = models.IntegerField(default=0)
    purchases_cancelled = models.IntegerField(default=0)
    mrr = models.BigIntegerField(default=0, help_text="Of the purchases that are counted in it: see `Purchase.mrr`")
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)

    objects = RecordTotalsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_record", "currency"], name="recordtotals_once_a_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} of record {self.source_record_id}"


@lru_cache(1024)  # many orders of a file have one time, or a day without one
def month_of(at: datetime) -> date:
    """The first day of the month, in UTC."""
    return at.astimezone(UTC).date().replace(day=1)


class MonthTotals(models.Model):
    """The sums of one source record's orders of one month, in minor units (cents) of one currency.

    A cache for the chart of spend, which reads no orders. `month` is when the order was placed, for its refunds too.
    `mrr_moved` is by how much recurring revenue changed in the month: what it came to before is a sum of months.
    """

    derived = True

    source_record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="month_totals", db_index=False)
    currency = models.CharField(max_length=3)
    month = models.DateField()
    orders = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    mrr_moved = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_record", "currency", "month"], name="monthtotals_once_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} of record {self.source_record_id} in {self.month:%Y-%m}"
