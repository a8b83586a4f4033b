from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils.deconstruct import deconstructible

from customers.lib.paths import path_of
from customers.lib.phrases import Notice, isolated, join_words
from customers.models import BillingStatus, LinkedRow, RecordTotals, SourceRecord, Tab, TabPosition
from customers.models.exact import ExactCharField
from customers.models.ids import public_id
from customers.permissions import VIEW_ORDERS
from orders.models.catalogue import Product
from orders.models.order import Order


@deconstructible(path="orders.models.subscription.FirstCancellation")
class FirstCancellation(models.Func):
    """The first of the past cancellations, as text; NULL where there is none.

    The SQL is written out for the same reason as in `customers.models.places.BillingCountry`.
    """

    template = "(%(expressions)s ->> 0)"
    output_field = models.TextField()

    def __init__(self) -> None:
        super().__init__("past_cancellations")

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$[0]')", **context)


NOT_COUNTED = datetime(1900, 1, 1, tzinfo=UTC)
"""As `Purchase.mrr_until`: its recurring revenue is in no total, and is derived whenever it is asked for."""


class PurchaseStatus(models.TextChoices):
    TRIAL = "TRIAL", "Trial"
    ACTIVE = "ACTIVE", "Active"
    PAUSED = "PAUSED", "Paused"
    RECYCLE_BILLING = "RECYCLE_BILLING", "Recycle billing"
    RECYCLE_FAILED = "RECYCLE_FAILED", "Recycle failed"
    CANCELLED = "CANCELLED", "Cancelled"
    COMPLETE = "COMPLETE", "Complete"


BILLING_STATE: Mapping[str, str] = {
    PurchaseStatus.TRIAL: BillingStatus.ACTIVE,
    PurchaseStatus.ACTIVE: BillingStatus.ACTIVE,
    PurchaseStatus.PAUSED: BillingStatus.ACTIVE,
    PurchaseStatus.RECYCLE_BILLING: BillingStatus.PAST_DUE,
    PurchaseStatus.RECYCLE_FAILED: BillingStatus.PAST_DUE,
    PurchaseStatus.CANCELLED: BillingStatus.CANCELLED,
    PurchaseStatus.COMPLETE: BillingStatus.CANCELLED,
}
RUNNING = ("purchases_active", "purchases_past_due")
"""Of the totals of a record: how many purchases have not ended."""
MOST_READ = 500
"""Purchases of which the products are named."""
ENDED = (PurchaseStatus.CANCELLED, PurchaseStatus.COMPLETE)
BILLED = (PurchaseStatus.TRIAL, PurchaseStatus.ACTIVE, PurchaseStatus.RECYCLE_BILLING)


class Purchase(LinkedRow):
    """A subscription: a product that bills again until the purchase is cancelled or complete.

    It can begin again after a cancellation: `past_cancellations` are the times (ISO 8601) before `cancelled_at`.
    Purchases with the same `connection` are one subscription that moved to another billing system.
    """

    known_as = ("purchase", "pk")
    tab = Tab(
        "Purchases",
        "orders/purchase/_purchase_rows.html",
        TabPosition.PURCHASES,
        VIEW_ORDERS,
        "A purchase appears here when an order contains a product with recurring billing.",
        related=("product",),
        totals="orders/purchase/_purchase_totals.html",
    )

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "sub"), editable=False)
    product = models.ForeignKey(Product, models.PROTECT)
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="purchases")
    external_id = ExactCharField(max_length=255, blank=True, db_index=True)
    set_external_id = models.CharField(max_length=255, blank=True)
    connection = models.CharField(max_length=40, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=16, choices=PurchaseStatus, default=PurchaseStatus.ACTIVE)
    price = models.DecimalField(max_digits=14, decimal_places=3)
    currency = models.CharField(max_length=3)
    next_bill_date = models.DateField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    past_cancellations = models.JSONField(default=list, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)
    cancels_on = models.DateField(null=True, blank=True, help_text="When it will be cancelled")
    bills_until_cancelled = models.BooleanField(
        default=True, db_default=True, help_text="Whether it is billed before that day"
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_from = models.CharField(
        max_length=16, choices=PurchaseStatus, blank=True, help_text="The status of a paused purchase before the pause"
    )
    cancels_after_bill = models.BooleanField(
        default=False, db_default=False, help_text="It is cancelled after its next successful bill"
    )
    begun_here = models.BooleanField(
        default=False, db_default=False, help_text="The order that began it was charged by our gateway"
    )
    bill = models.ForeignKey(
        Order,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="The order of the bill that is not paid yet; while there is one, no other is placed",
    )
    bills_again_on = models.DateField(null=True, blank=True, help_text="When a declined bill is tried again")
    pauses_on = models.DateField(null=True, blank=True, help_text="When it will be paused, before that day is billed")
    restarts_on = models.DateField(null=True, blank=True, help_text="When a paused purchase bills again")
    mrr = models.BigIntegerField(
        default=0, editable=False, help_text="In the totals of its record, in minor units of `currency`"
    )
    mrr_until = models.DateTimeField(
        null=True, default=NOT_COUNTED, editable=False, help_text="When `mrr` stops being true without any act"
    )
    updated = models.DateTimeField(auto_now=True)

    class Meta(LinkedRow.Meta):
        permissions = [("cancel_purchase", "Can cancel or pause purchases")]
        constraints = [models.CheckConstraint(condition=models.Q(price__gte=0), name="purchase_price_not_negative")]
        indexes = [
            *LinkedRow.Meta.indexes,
            # API queries by day, and by time of the last change.
            models.Index(fields=["at", "id"], name="purchase_by_at"),
            # API queries by day of a status that is rare.
            models.Index(fields=["status", "at", "id"], name="purchase_by_status"),
            models.Index(fields=["updated", "id"], name="purchase_by_updated"),
            # The cancellations of all customers, in order of time; and purchases that began again after one.
            models.Index(
                fields=["cancelled_at", "id"],
                condition=models.Q(cancelled_at__isnull=False),
                name="purchase_by_cancelled_at",
            ),
            models.Index(FirstCancellation(), name="purchase_by_first_end"),
            # Purchases due to be billed here, and that of a bill.
            models.Index(
                fields=["next_bill_date", "id"], condition=models.Q(begun_here=True), name="purchase_by_bill_date"
            ),
            models.Index(fields=["bill"], condition=models.Q(bill__isnull=False), name="purchase_by_bill"),
            # Purchases due to be cancelled, to be paused or to restart.
            models.Index(
                fields=["cancels_on"], condition=models.Q(cancels_on__isnull=False), name="purchase_by_cancels_on"
            ),
            models.Index(
                fields=["pauses_on"], condition=models.Q(pauses_on__isnull=False), name="purchase_by_pauses_on"
            ),
            models.Index(
                fields=["restarts_on"], condition=models.Q(restarts_on__isnull=False), name="purchase_by_restarts_on"
            ),
            # Purchases of a record whose recurring revenue is not, or no longer, what its totals say; and all of these.
            models.Index(
                fields=["source_record", "mrr_until"],
                condition=models.Q(mrr_until__isnull=False),
                name="purchase_by_record_mrr",
            ),
            models.Index(
                fields=["mrr_until"], condition=models.Q(mrr_until__isnull=False), name="purchase_by_mrr_until"
            ),
        ]

    def __str__(self) -> str:
        return str(self.product)

    def get_absolute_url(self) -> str:
        return path_of("orders:purchase_detail", self.pk)

    @property
    def bills_on(self) -> date | None:
        """The day of the next bill; None when there is none, because of a planned cancellation, for example."""
        day = self.bills_on_unless_cancelled
        if day and self.cancels_on and (self.cancels_on <= day or not self.bills_until_cancelled):
            return None
        return day

    @property
    def bills_on_unless_cancelled(self) -> date | None:
        """The day of the next bill if no planned cancellation comes before it."""
        day = self.next_bill_date
        if self.status == PurchaseStatus.PAUSED or (day and self.pauses_on and self.pauses_on <= day):
            day = max(day, self.restarts_on) if day and self.restarts_on else None
        return None if self.status in ENDED else day

    @property
    def is_billed_here(self) -> bool:
        """Whether it is billed through our gateway; else another system bills it, or nobody."""
        return self.begun_here and not self.source_record.data_source.bills_elsewhere

    @property
    def stamp(self) -> str:
        return self.updated.isoformat()

    @classmethod
    def merge_warnings(cls, records_of: Mapping[int, Collection[int]]) -> list[Notice]:
        shared = shared_by_customers(cls.objects.filter(status__in=BILLED), "product__name", records_of)
        return [
            Notice(
                "Several purchases will be billed.",
                f"{isolated(product)} is active for customers {numbers}. The merge cancels none of these purchases.",
            )
            for product, numbers in shared
        ]

    @classmethod
    def erase_warnings(cls, records: models.QuerySet[SourceRecord]) -> list[Notice]:
        # What is counted says how many there are, so that none is looked for among very many that have ended.
        counts = RecordTotals.objects.filter(source_record__in=records).values_list(*RUNNING)
        number = sum(map(sum, counts))
        active = cls.objects.filter(source_record__in=records).exclude(status__in=ENDED)
        read = active.values_list("product__name", flat=True)[: min(number, MOST_READ)] if number else ()
        names = [isolated(name) for name in sorted(set(read))]
        if not names:
            return []
        if number > MOST_READ:
            names.append("others")
        return [
            Notice(
                "Active purchases are not cancelled.",
                f"Deleting does not cancel {join_words(names)} at the gateway, where billing goes on."
                " To stop it, cancel before you delete.",
            )
        ]


def shared_by_customers(
    rows: "models.QuerySet[LinkedRow]", field: str, records_of: Mapping[int, Collection[int]]
) -> list[tuple[str, str]]:
    """[(value of `field`, “6 and 61”)] for the values that several of the customers have."""
    customer_of = {record: customer for customer, records in records_of.items() for record in records}
    # Of each record one row is enough to see that only one of the customers has any; then none of its rows are read.
    having = SourceRecord.objects.filter(models.Exists(rows.filter(source_record=models.OuterRef("pk"))))
    with_rows = list(having.filter(pk__in=customer_of).values_list("pk", flat=True))
    if len({customer_of[record] for record in with_rows}) < 2:
        return []
    customers_with: defaultdict[str, set[int]] = defaultdict(set)
    rows = rows.filter(source_record__in=with_rows)
    for value, record in rows.values_list(field, "source_record").distinct():
        customers_with[value].add(customer_of[record])
    shared = {value: sorted(customers) for value, customers in customers_with.items() if len(customers) > 1}
    return [(value, join_words([str(pk) for pk in customers])) for value, customers in sorted(shared.items())]
