from django.conf import settings
from django.db import models
from django.utils import timezone

from orders.models.order import Order


class IdempotencyKey(models.Model):
    """The order made by a caller's request. The same request sent again gets this order.

    `request_digest` is made with our secret, so the values of the request cannot be guessed from it.
    """

    caller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    order = models.ForeignKey(Order, models.PROTECT, related_name="idempotency_keys")
    created = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotencykey_once_a_caller")]

    def __str__(self) -> str:
        return self.key
