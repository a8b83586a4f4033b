from django.db import models

from customers.models import LinkedRow, Tab, TabPosition
from customers.permissions import VIEW_ORDERS
from orders.models.order import Order


class FulfillmentStatus(models.TextChoices):
    HOLD = "HOLD", "Hold"
    PENDING = "PENDING", "Pending"
    SHIPPED = "SHIPPED", "Shipped"
    DELIVERED = "DELIVERED", "Delivered"
    CANCELLED = "CANCELLED", "Cancelled"
    RMA_PENDING = "RMA_PENDING", "RMA pending"
    RETURNED = "RETURNED", "Returned"
    FAILED = "FAILED", "Failed"


class Fulfillment(LinkedRow):
    """One parcel of an order."""

    known_as = ("fulfillment", "pk")
    tab = Tab(
        "Fulfillments",
        "orders/order/_fulfillment_rows.html",
        TabPosition.FULFILLMENTS,
        VIEW_ORDERS,
        "A fulfillment appears here when an order is sent to a fulfillment house.",
        related=("order",),
    )

    order = models.ForeignKey(Order, models.PROTECT, related_name="fulfillments")
    status = models.CharField(max_length=12, choices=FulfillmentStatus, default=FulfillmentStatus.PENDING)
    carrier = models.CharField(max_length=60, blank=True)
    method = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=60, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    rma_number = models.CharField(max_length=60, blank=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta(LinkedRow.Meta):
        indexes = [
            *LinkedRow.Meta.indexes,
            # API queries by day, and by time of the last change.
            models.Index(fields=["at", "id"], name="fulfillment_by_at"),
            models.Index(fields=["updated", "id"], name="fulfillment_by_updated"),
            # API queries by day of a status that is rare.
            models.Index(fields=["status", "at", "id"], name="fulfillment_by_status"),
            # The parcel with a tracking number.
            models.Index(fields=["tracking_number"], name="fulfillment_by_tracking"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip() or self.status
