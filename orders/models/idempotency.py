from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class IdempotencyKey(models.Model):
    """A caller's request that is done once. The same request sent again gets its order, or else the answer kept here.

    Without an order and a status it is being done. `request_digest` is made with our secret, so the values of the
    request cannot be guessed from it. An erasure empties every `answer`, because it may be about the erased customer.
    """

    EMPTIED: ClassVar[int] = 0
    """The status of an answer that was emptied."""

    caller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    order = models.ForeignKey("orders.Order", models.PROTECT, null=True, blank=True, related_name="idempotency_keys")
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status of the answer")
    answer = models.TextField(blank=True)
    shows = models.JSONField(default=list, blank=True, help_text="Permissions to view that the answer was made with")
    created = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotencykey_once_a_caller")]
        indexes = [
            # The answers that an erasure empties, and those that are a day old.
            models.Index(fields=["created"], condition=models.Q(order=None), name="idempotencykey_with_answer"),
        ]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def empty_answers(cls) -> None:
        cls.objects.filter(order=None, status__isnull=False).update(status=cls.EMPTIED, answer="")
