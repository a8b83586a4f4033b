from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models.exact import ExactCharField


class Erasure(models.Model):
    """An entry of the deletion log: who erased which customer, and how many rows went. It holds no personal data."""

    uuid = ExactCharField(max_length=40, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(default=dict)

    class Meta:
        # As it was called first: a rename would break the program before while an update runs.
        db_table = "customers_deletion"

    def __str__(self) -> str:
        return self.uuid
