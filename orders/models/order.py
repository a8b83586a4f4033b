import secrets
from decimal import Decimal
from functools import partial

from django.db import models
from django.urls import reverse

from customers.models import DataSource, LinkedRow, Tab
from customers.models.ids import public_id
from orders.models.catalogue import Campaign, Product


def order_number() -> str:
    """Ten hexadecimal digits that name an order to people, such as C3E67A9BD0."""
    return secrets.token_hex(5).upper()


class OrderKind(models.TextChoices):
    NEW_SALE = "NEW_SALE", "New sale"
    RECURRING = "RECURRING", "Recurring"


class OrderStatus(models.TextChoices):
    PARTIAL = "PARTIAL", "Partial"
    PENDING = "PENDING", "Pending"
    COMPLETE = "COMPLETE", "Complete"
    DECLINED = "DECLINED", "Declined"
    REFUNDED = "REFUNDED", "Refunded"
    CANCELLED = "CANCELLED", "Cancelled"


COUNTED = (OrderStatus.COMPLETE, OrderStatus.REFUNDED)
"""The orders that count in totals."""


class Order(LinkedRow):
    """What was bought in one session (to billing systems: an invoice). `at` is when it was placed.

    It keeps its own copy of names and addresses, which nothing rewrites. A lead that has not bought is PARTIAL.
    """

    tab = Tab(
        "Orders",
        "orders/_order_rows.html",
        10,
        "orders.view_order",
        "Orders appear here as soon as a data source sends one with this customer’s e-mail or phone.",
        prefetch=("items",),
        is_in_totals=True,
        totals="orders/_order_totals.html",
    )
    searched_by = {"number": "Order", "external_id": "Order", "client_order_id": "Order"}

    uuid = models.CharField(max_length=40, unique=True, default=partial(public_id, "inv"), editable=False)
    number = models.CharField(max_length=10, unique=True, default=order_number, editable=False)
    data_source = models.ForeignKey(DataSource, models.PROTECT, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "sends none", and many may
    client_order_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - the same
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, db_index=False)

    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    company = models.CharField(max_length=200, blank=True)
    email = models.CharField("e-mail", max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    billing_address = models.JSONField(default=dict, blank=True)
    shipping_address = models.JSONField(default=dict, blank=True)

    kind = models.CharField(max_length=10, choices=OrderKind, default=OrderKind.NEW_SALE)
    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.PENDING)
    due = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=14, decimal_places=3)
    refunded = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    updated = models.DateTimeField(auto_now=True)

    class Meta(LinkedRow.Meta):
        permissions = [
            ("refund_order", "Can refund orders"),
            ("rerun_order", "Can rerun declined orders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["data_source", "external_id"], name="order_known_once"),
            models.UniqueConstraint(fields=["data_source", "client_order_id"], name="order_sent_once"),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="order_total_not_negative"),
            models.CheckConstraint(
                condition=models.Q(refunded__gte=0, refunded__lte=models.F("total")), name="order_refund_within_total"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:order_detail", args=[self.number])

    @property
    def stamp(self) -> str:
        """By which a form knows that nothing has changed since it was shown."""
        return self.updated.isoformat()


class ItemKind(models.TextChoices):
    SUBSCRIPTION = "subscription", "Subscription"
    ONE_TIME = "one_time", "One time"
    TRIAL = "trial", "Trial"


class OrderItem(models.Model):
    """A line of an order. `amount` is for all of `quantity`, after discount, with tax."""

    uuid = models.CharField(max_length=40, unique=True, default=partial(public_id, "li"), editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="items")
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True)
    external_id = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=12, choices=ItemKind, default=ItemKind.ONE_TIME)
    description = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(default=1)
    amount = models.DecimalField(max_digits=14, decimal_places=3)
    discount = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    tax = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    service_from = models.DateTimeField(null=True, blank=True)
    service_to = models.DateTimeField(null=True, blank=True)
    prorated = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.description
