"""What is sent to endpoints, and each attempt at it."""

from functools import partial

from django.db import models
from django.urls import reverse
from django.utils import timezone

from crm.webhooks.models.endpoint import WebhookEndpoint
from customers.models import Event
from customers.models.ids import public_id

TEST = "webhook.test"
"""The kind of a test, which is about no event. It is sent to a paused endpoint, too, and once."""


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    GIVEN_UP = "given_up", "Given up"


class Delivery(models.Model):
    """An event on its way to an endpoint, or arrived, or given up; one row however often it is sent again.

    `lanes` are the customers that it is about: of those that share one, the first goes first. Who sends it has a claim,
    which ends by itself when a worker is lost.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="+", help_text="None for a test")
    message_id = models.CharField(max_length=40, default=partial(public_id, "msg"), help_text="The same every time")
    kind = models.CharField(max_length=30, help_text="Of the event, or that of a test")
    at = models.DateTimeField(default=timezone.now, help_text="Of the event")
    customer = models.PositiveBigIntegerField(null=True)
    lanes = models.JSONField(default=list)

    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(default=0, help_text="Since it was last put in the queue")
    next_at = models.DateTimeField(default=timezone.now)
    given_up_at = models.DateTimeField(help_text="When it is given up if it still waits")
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)

    sent_at = models.DateTimeField(null=True)
    status = models.PositiveIntegerField(null=True, help_text="What was answered the last time; none if nothing was")
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once")]
        indexes = [
            models.Index(fields=["endpoint", "state", "at", "event"], name="delivery_queue"),
            # The list, newest first: all, or of one endpoint, kind or state.
            models.Index(fields=["endpoint", "id"], name="delivery_of_endpoint"),
            models.Index(fields=["kind", "id"], name="delivery_of_kind"),
            models.Index(fields=["state", "id"], name="delivery_by_state"),
            models.Index(fields=["sent_at"], name="delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"

    def get_absolute_url(self) -> str:
        return reverse("webhooks:delivery", args=[self.pk])

    @property
    def is_test(self) -> bool:
        return self.kind == TEST


class Attempt(models.Model):
    """One request, and what came of it."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries", db_index=False)
    at = models.DateTimeField()
    status = models.PositiveIntegerField(null=True)
    milliseconds = models.PositiveIntegerField()
    text = models.CharField(max_length=500, blank=True, help_text="Why no answer came, or how one began; no success")

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["delivery", "id"], name="attempt_in_order")]

    def __str__(self) -> str:
        return f"{self.at}: {self.status}"

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def seconds(self) -> float:
        return self.milliseconds / 1000
