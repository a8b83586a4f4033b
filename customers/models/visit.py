from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models.customer import Customer


class Visit(models.Model):
    """When a user last opened a customer's page, for “Recently viewed”."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="visits")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="visit_once_a_customer")]
        indexes = [
            # Recently viewed, on Home.
            models.Index(fields=["user", "-at", "-id"], name="visit_latest"),
        ]

    def __str__(self) -> str:
        return f"Customer {self.customer_id} seen by user {self.user_id}"
