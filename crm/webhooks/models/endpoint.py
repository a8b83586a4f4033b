"""Endpoints of webhooks, and the secrets that requests to them are signed with."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from customers.models.encrypted import EncryptedField

SECRETS = "crm.webhooks"
"""What secrets for other systems are encrypted for."""


class EndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def current(self) -> "EndpointQuerySet":
        """Without those that were deleted."""
        return self.filter(deleted_at=None)


class WebhookEndpoint(models.Model):
    """A URL to which events are sent, all kinds or some.

    While it is paused, what happens is put in its queue, and sent once it is resumed. When it is deleted, its row waits
    for its deliveries, which may be too many for one request.
    """

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=1000)
    kinds = models.JSONField(default=list, blank=True, help_text="Kinds of events; none stands for all")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    handed_out_at = models.DateTimeField(help_text="With the next: the last event that was put in its queue")
    handed_out_pk = models.PositiveBigIntegerField(default=0)

    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    pause_reason = models.CharField(max_length=300, blank=True, help_text="Why it was paused, if by itself")

    delivered_at = models.DateTimeField(null=True, blank=True, help_text="The last success")
    failing_since = models.DateTimeField(null=True, blank=True, help_text="The first failure after the last success")
    failures = models.PositiveIntegerField(default=0, help_text="Failures since the last success")
    rests_until = models.DateTimeField(null=True, blank=True, help_text="Nothing is sent before, it fails so often")

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        default_permissions = ()
        permissions = [("manage_webhook", "Can manage webhooks")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("webhooks:detail", args=[self.pk])

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def is_failing(self) -> bool:
        return self.failing_since is not None and not self.is_paused

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


class EndpointSecret(models.Model):
    """What requests are signed with. Two at once while receivers change to the new one: the older one has an end."""

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="secrets")
    encrypted = EncryptedField(purpose=SECRETS)
    created = models.DateTimeField(default=timezone.now)
    ends = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["endpoint"], condition=Q(ends=None), name="endpointsecret_one_stays"),
        ]

    def __str__(self) -> str:
        return f"Secret {self.pk}"

    @property
    def has_ended(self) -> bool:
        return self.ends is not None and self.ends <= timezone.now()
