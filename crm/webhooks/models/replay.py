"""Events that are sent to an endpoint again."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.webhooks.models.endpoint import WebhookEndpoint


class Replay(models.Model):
    """Events that are sent to an endpoint again, from a point to where it was when this was asked for.

    They are put in the queue bit by bit, so that what happens meanwhile does not wait behind all of them.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="replays")
    kinds = models.JSONField(default=list, blank=True)
    since = models.DateTimeField()
    next_at = models.DateTimeField(help_text="With the next: the last event that was put in the queue again")
    next_pk = models.PositiveBigIntegerField(default=0)
    until_at = models.DateTimeField(help_text="With the next: the last event that is sent again")
    until_pk = models.PositiveBigIntegerField()
    events = models.PositiveIntegerField(default=0, help_text="How many were put in the queue so far")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"Replay {self.pk}"
