from collections.abc import Collection
from decimal import Decimal
from functools import partial

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.lib.paths import path_of
from customers.models import DataSource, LinkedRow, Tab, TabPosition
from customers.models.exact import ExactCharField
from customers.models.history import ORDER_NUMBER_LENGTH
from customers.models.ids import public_id
from customers.permissions import VIEW_ORDERS
from orders.models.catalogue import Campaign, Product
from orders.models.erased_id import ErasedId, name_of_key, name_of_order_id
from orders.models.idempotency import IdempotencyKey


class OrderKind(models.TextChoices):
    NEW_SALE = "NEW_SALE", "New sale"
    RECURRING = "RECURRING", "Recurring"


class OrderStatus(models.TextChoices):
    PARTIAL = "PARTIAL", "Lead"
    PENDING = "PENDING", "Pending"
    COMPLETE = "COMPLETE", "Complete"
    DECLINED = "DECLINED", "Declined"
    REFUNDED = "REFUNDED", "Refunded"
    CANCELLED = "CANCELLED", "Cancelled"


COUNTED = (OrderStatus.COMPLETE, OrderStatus.REFUNDED)
"""An order with one of these counts in totals, unless it is disabled."""


class CollectionMethod(models.TextChoices):
    AUTOMATIC = "automatic", "Automatic"
    MANUAL = "manual", "Manual"


class Uncollected(models.TextChoices):
    VOIDED = "voided", "Voided"
    WRITTEN_OFF = "written_off", "Written off"


class OrderQuerySet(models.QuerySet["Order"]):
    def counted(self) -> "OrderQuerySet":
        return self.filter(status__in=COUNTED, disabled_at=None)

    def invoices(self) -> "OrderQuerySet":
        return self.exclude(status=OrderStatus.PARTIAL)


class Order(LinkedRow):
    """The products bought in one session; for a billing system, an invoice. `at` is when it was placed.

    It keeps its own copy of names and addresses; only who reruns a declined order may change its addresses and lines. A
    lead is an order that is PARTIAL. The total of an invoice can be negative, for a credit note or a downgrade.
    `details` are further values that came with it (affiliate, source values, custom values), by the shop's names.
    """

    known_as = ("order", "number")
    tab = Tab(
        "Orders",
        "orders/order/_order_rows.html",
        TabPosition.ORDERS,
        VIEW_ORDERS,
        "Orders appear here when a data source sends one with this customer’s email or phone.",
        prefetch=("items",),
        is_in_totals=True,
        totals="orders/order/_order_totals.html",
        newest="orders/order/_newest_orders.html",
    )
    searched_by = {"number": "Order", "external_id": "Order", "client_order_id": "Order"}

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "inv"), editable=False)
    number = ExactCharField(max_length=ORDER_NUMBER_LENGTH, unique=True, editable=False)
    data_source = models.ForeignKey(DataSource, models.PROTECT, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "sends none", and many may
    client_order_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "sends none", as above
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, db_index=False)

    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    company = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    billing_address = models.JSONField(default=dict, blank=True)
    shipping_address = models.JSONField(default=dict, blank=True)

    kind = models.CharField(max_length=10, choices=OrderKind, default=OrderKind.NEW_SALE)
    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.PENDING)
    due = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=14, decimal_places=3)
    refunded = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    shipping = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    tax = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    discount = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    coupon_code = models.CharField(max_length=60, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    # What /v1/ sends of an invoice: its columns are listed in orders/invoices/incoming.py, INVOICE_COLUMNS.
    collection_method = models.CharField(max_length=9, choices=CollectionMethod, blank=True)
    uncollected = models.CharField(
        max_length=11, choices=Uncollected, blank=True, help_text="Why a cancelled invoice will never be paid"
    )
    disabled_at = models.DateTimeField(null=True, blank=True, help_text="When it stopped counting towards revenue")
    disabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    updated = models.DateTimeField(auto_now=True)
    sent_digest = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Of everything that was sent; a repeat has the same"
    )

    objects = OrderQuerySet.as_manager()

    class Meta(LinkedRow.Meta):
        permissions = [
            ("refund_order", "Can refund orders"),
            ("rerun_order", "Can rerun declined orders"),
            ("settle_order", "Can resolve pending payments"),
        ]
        constraints = [
            # The search asks for an ID of any data source. Without rows that have none: their number misleads SQLite.
            models.UniqueConstraint(
                fields=["external_id", "data_source"],
                condition=models.Q(external_id__isnull=False),
                name="order_known_once",
            ),
            models.UniqueConstraint(
                fields=["client_order_id", "data_source"],
                condition=models.Q(client_order_id__isnull=False),
                name="order_sent_once",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded=0) | models.Q(refunded__gt=0, refunded__lte=models.F("total")),
                name="order_refunded_within_total",
            ),
        ]
        indexes = [
            *LinkedRow.Meta.indexes,
            # API queries by day, and by time of the last change.
            models.Index(fields=["at", "id"], name="order_by_at"),
            models.Index(fields=["updated", "id"], name="order_by_updated"),
            models.Index(fields=["data_source", "at", "id"], name="order_by_source"),
            # The list of orders with one status.
            models.Index(fields=["status", "at", "id"], name="order_by_status"),
            # API queries by day of a campaign that is rare: all orders of the period would be read for one.
            models.Index(
                fields=["campaign", "at", "id"], condition=models.Q(campaign__isnull=False), name="order_by_campaign"
            ),
            # Overdue invoices.
            models.Index(fields=["status", "due"], condition=models.Q(due__isnull=False), name="order_by_due"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return path_of("orders:order_detail", self.number)

    @classmethod
    def keep_of_erased(cls, records: Collection[int]) -> None:
        orders = cls.objects.filter(source_record__in=records)
        ids = orders.values_list("data_source", "external_id", "client_order_id")
        keys = orders.exclude(idempotency_keys=None).values_list("idempotency_keys__caller", "idempotency_keys__key")
        names = [name_of_key(caller, key) for caller, key in keys]
        for source, *values in ids:
            named = zip(("external_id", "client_order_id"), values, strict=True)
            names += [name_of_order_id(source, field, value) for field, value in named if value]
        ErasedId.keep(names)
        IdempotencyKey.objects.filter(order__in=orders).delete()
        IdempotencyKey.empty_answers()

    @property
    def stamp(self) -> str:
        """Differs after every change. A form carries the one that the user saw."""
        return self.updated.isoformat()

    @property
    def status_in_words(self) -> str:
        """As in “This order is …”."""
        return "a lead" if self.is_lead else self.get_status_display().lower()

    @property
    def is_lead(self) -> bool:
        return self.status == OrderStatus.PARTIAL

    @property
    def is_counted(self) -> bool:
        return self.status in COUNTED and self.disabled_at is None


class ItemKind(models.TextChoices):
    SUBSCRIPTION = "subscription", "Subscription"
    ONE_TIME = "one_time", "One time"
    TRIAL = "trial", "Trial"


class Proration(models.TextChoices):
    DIFFERENTIAL = "differential", "Added to what is billed"
    FULL = "full", "Instead of what is billed"
    DIFFERENTIAL_MRR = "differential_mrr", "The difference itself"


class OrderItem(models.Model):
    """A line of an order. `amount` is for the whole `quantity`, after discount and with tax.

    From lines that bill a `purchase` for a period its MRR is derived; `proration` is how, when the period is a part of
    a whole one. `event_order` puts lines of the same time in order.
    """

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "li"), editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="items")
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True)
    purchase = models.ForeignKey(
        "Purchase", models.PROTECT, null=True, blank=True, related_name="items", db_index=False
    )
    external_id = ExactCharField(max_length=255, blank=True, db_index=True)
    kind = models.CharField(max_length=12, choices=ItemKind, default=ItemKind.ONE_TIME)
    description = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(default=1)
    amount = models.DecimalField(max_digits=14, decimal_places=3)
    discount = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    tax = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    service_from = models.DateTimeField(null=True, blank=True)
    service_to = models.DateTimeField(null=True, blank=True)
    prorated = models.BooleanField(default=False)
    proration = models.CharField(max_length=16, choices=Proration, blank=True)
    shipping = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    discount_code = models.CharField(max_length=100, blank=True)
    discount_description = models.CharField(max_length=200, blank=True)
    fees = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    fees_currency = models.CharField(max_length=3, blank=True)
    account_code = models.CharField(max_length=100, blank=True)
    event_order = models.BigIntegerField(null=True, blank=True)
    balance_transfer = models.BooleanField(default=False)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            # The movements of recurring revenue of all customers, in order of time.
            models.Index(fields=["service_from", "id"], name="orderitem_by_service_from"),
            # The last lines of a purchase.
            models.Index(fields=["purchase", "service_from", "id"], name="orderitem_by_purchase"),
        ]

    def __str__(self) -> str:
        return self.description
