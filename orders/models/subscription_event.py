from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models import DataSource, LinkedRow
from customers.models.exact import ExactCharField


class SubscriptionEvent(LinkedRow):
    """An event of a subscription, as its billing system sent it: `at` is when it happened, `effective` when it counts.

    It names the subscription and the plan by their external ids, because either may be sent later.
    """

    data_source = models.ForeignKey(DataSource, models.PROTECT, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "sends none", and many may
    kind = models.CharField(max_length=60)
    effective = models.DateTimeField()
    subscription_external_id = ExactCharField(max_length=255, blank=True, db_index=True)
    set_external_id = models.CharField(max_length=255, blank=True)
    plan_external_id = models.CharField(max_length=255, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    tax = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    quantity = models.IntegerField(null=True, blank=True)
    event_order = models.BigIntegerField(null=True, blank=True)
    retracted = models.CharField(
        max_length=255, blank=True, help_text="The external ID of the event that this one retracts"
    )
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    updated = models.DateTimeField(auto_now=True)

    class Meta(LinkedRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["data_source", "external_id"], name="subscriptionevent_known_once"),
        ]
        indexes = [
            *LinkedRow.Meta.indexes,
            models.Index(fields=["at", "id"], name="subscriptionevent_by_at"),
            models.Index(fields=["data_source", "at", "id"], name="subscriptionevent_by_source"),
            # The cancellations of all customers, in order of time.
            models.Index(fields=["effective", "id"], name="subscriptionevent_by_effective"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subscription_external_id}".strip()
