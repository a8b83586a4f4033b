"""Endpoints of webhooks with their secrets, and what is sent to them."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from customers.models import Event
from customers.models.encrypted import EncryptedField
from customers.models.ids import public_id

SECRETS = "crm.webhooks"
"""What secrets for other systems are encrypted for."""

TEST = "webhook.test"
"""The kind of a test, which is about no event. It is sent to a paused endpoint, too, and once."""


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
