"""What the payment gateway says differently: kept for a user to look at, and never changed by itself."""

from django.db import models
from django.utils import timezone

from customers.models.history import ORDER_NUMBER_LENGTH
from orders.models.payment import TransactionStatus


class Reconciliation(models.Model):
    """The payments of one day (UTC), compared with what the gateway says of them. Done again, it is replaced."""

    day = models.DateField(unique=True)
    gateway = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    compared = models.PositiveIntegerField(default=0)
    not_comparable = models.PositiveIntegerField(default=0, help_text="Payments that the gateway said nothing about")
    is_listed = models.BooleanField(help_text="The gateway listed its payments, so also those that only it has")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Payments of {self.day}"


class DifferenceKind(models.TextChoices):
    MISSING_THERE = "not_there", "Not at the gateway"
    MISSING_HERE = "not_here", "Only at the gateway"
    OUTCOME = "outcome", "Other outcome"
    AMOUNT = "amount", "Other amount"
    CURRENCY = "currency", "Other currency"


class PaymentDifference(models.Model):
    """A payment of which the gateway says something else. It names the order by number, and no person."""

    reconciliation = models.ForeignKey(Reconciliation, models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=10, choices=DifferenceKind)
    at = models.DateTimeField()
    key = models.CharField(max_length=40, blank=True, help_text="Its uuid; none if only the gateway has it")
    reference = models.CharField(max_length=100, blank=True, help_text="The gateway’s name for the payment")
    order_number = models.CharField(max_length=ORDER_NUMBER_LENGTH, blank=True)
    is_refund = models.BooleanField(default=False)
    status_here = models.CharField(max_length=12, choices=TransactionStatus, blank=True)
    amount_here = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    currency_here = models.CharField(max_length=3, blank=True)
    status_there = models.CharField(max_length=12, choices=TransactionStatus, blank=True)
    amount_there = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    currency_there = models.CharField(max_length=3, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.key or self.reference}"
