from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models.exact import ExactCharField
from orders.models.catalogue import Product


class DoubleKind(models.TextChoices):
    PURCHASES = "purchases", "Two purchases of one product"
    TRIALS = "trials", "Two trials of one product"
    CHARGES = "charges", "Two equal charges in a day"


class DoublePayment(models.Model):
    """A person who may pay twice, as the last search found it. Derived, but for who said that both are wanted.

    `rows` are the purchases, or the transactions of charges, and `customers` theirs, all by number. Several customers
    are likely the same person.
    """

    derived = True

    key = ExactCharField(max_length=64, unique=True, help_text="Of the kind and the rows: found again, it is the same")
    kind = models.CharField(max_length=10, choices=DoubleKind)
    customers = models.JSONField()
    rows = models.JSONField()
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    found_at = models.DateTimeField(default=timezone.now)
    dismissed_at = models.DateTimeField(null=True, blank=True, help_text="When a user said that both are wanted")
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            # The list, newest first.
            models.Index(fields=["id"], condition=models.Q(dismissed_at__isnull=True), name="doublepayment_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {', '.join(map(str, self.rows))}"

    @property
    def is_of_charges(self) -> bool:
        return self.kind == DoubleKind.CHARGES
