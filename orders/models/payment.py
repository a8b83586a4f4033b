from functools import partial

from django.conf import settings
from django.db import models

from customers.models import LinkedRow, PaySource, SourceRecord, Tab, TabPosition
from customers.models.exact import ExactCharField
from customers.models.ids import public_id
from customers.permissions import VIEW_ORDERS
from orders.models.order import Order


class TransactionKind(models.TextChoices):
    SALE = "SALE", "Sale"
    AUTHORIZE = "AUTHORIZE", "Authorize"
    CAPTURE = "CAPTURE", "Capture"
    VOID = "VOID", "Void"
    REFUND = "REFUND", "Refund"


class TransactionStatus(models.TextChoices):
    PENDING = "PENDING", "Pending"
    SUCCESS = "SUCCESS", "Success"
    SOFT_DECLINE = "SOFT_DECLINE", "Soft decline"
    HARD_DECLINE = "HARD_DECLINE", "Hard decline"


class Contradiction(models.TextChoices):
    """What the gateway answered after the opposite was recorded, until a user decides; EXTRA is such a decision."""

    DONE = "done", "Made after all"
    NOT_DONE = "not_done", "Not made after all"
    EXTRA = "extra", "Not part of the order"


PENDING_REFUSAL = (
    "The gateway has not answered for a payment of order {order} yet. Delete the customer after it has. After a day you"
    " can resolve the payment on the page of the order."
)
UNDECIDED_REFUSAL = (
    "The gateway has given two different answers about a payment of order {order}. Decide on the page of the order,"
    " then delete the customer."
)
MOST_NAMED = 100
"""Payments that keep a customer from being deleted."""
UNDECIDED = (Contradiction.DONE, Contradiction.NOT_DONE)


class Transaction(LinkedRow):
    """A charge or a refund of an order, or an attempt at one."""

    known_as = ("transaction", "pk")
    tab = Tab(
        "Transactions",
        "orders/order/_transaction_rows.html",
        TabPosition.TRANSACTIONS,
        VIEW_ORDERS,
        "A transaction appears here when an order is paid, declined or refunded.",
        related=("order", "pay_source"),
    )

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "tr"), editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="transactions")
    pay_source = models.ForeignKey(PaySource, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=TransactionKind)
    status = models.CharField(max_length=12, choices=TransactionStatus)
    amount = models.DecimalField(max_digits=14, decimal_places=3)
    currency = models.CharField(max_length=3)
    is_whole = models.BooleanField(default=False, help_text="Pays or refunds the whole order, whatever its total")
    external_id = ExactCharField(max_length=255, blank=True, db_index=True)
    fees = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    fees_currency = models.CharField(max_length=3, blank=True)
    gateway_reference = models.CharField(max_length=100, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    contradiction = models.CharField(max_length=8, choices=Contradiction, blank=True)
    sale = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        help_text="The sale that is refunded",
    )
    adds = models.JSONField(
        default=dict,
        blank=True,
        help_text="The line that this adds to an order once it is paid; of a refund, its request and its purchase",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    updated = models.DateTimeField(auto_now=True)

    class Meta(LinkedRow.Meta):
        constraints = [models.CheckConstraint(condition=models.Q(amount__gte=0), name="transaction_not_negative")]
        indexes = [
            *LinkedRow.Meta.indexes,
            # Pending ones, to ask the gateway again.
            models.Index(fields=["status", "at", "id"], name="transaction_by_status"),
            # The few whose answers contradict each other, oldest first.
            models.Index(fields=["contradiction", "at", "id"], name="transaction_contradicted"),
            # API queries by day, and their sums, for which no row is read; and by time of the last change.
            models.Index(fields=["at", "id", "kind", "status", "currency", "amount"], name="transaction_by_at"),
            models.Index(fields=["updated", "id"], name="transaction_by_updated"),
            # API queries of what is rare.
            models.Index(fields=["kind", "at", "id"], name="transaction_by_kind"),
            models.Index(fields=["gateway_reference", "at", "id"], name="transaction_by_reference"),
            # The payments of a card, when it is erased.
            models.Index(
                fields=["pay_source"], condition=models.Q(pay_source__isnull=False), name="transaction_by_pay_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"

    @property
    def is_undecided(self) -> bool:
        return self.contradiction in UNDECIDED

    @classmethod
    def erase_refusals(cls, records: models.QuerySet[SourceRecord]) -> list[str]:
        # A payment that may have happened needs its order.
        unknown = models.Q(status=TransactionStatus.PENDING) | models.Q(contradiction__in=UNDECIDED)
        payments = cls.objects.filter(unknown, source_record__in=records)
        return [
            (PENDING_REFUSAL if status == TransactionStatus.PENDING else UNDECIDED_REFUSAL).format(order=number)
            for number, status in sorted(set(payments.values_list("order__number", "status")[:MOST_NAMED]))
        ]
