from functools import partial

from django.db import models

from customers.models.exact import ExactCharField
from customers.models.functions import Now
from customers.models.ids import public_id


class EventKind(models.TextChoices):
    """What a program is told, by the names that it knows.

    `customer.merged` is about the duplicate, `customer.unmerged` about the restored customer and `customer.split` about
    the new one, so that what became of a customer is told by its own events.
    """

    CUSTOMER_CREATED = "customer.created", "Customer created"
    CUSTOMER_UPDATED = "customer.updated", "Customer updated"
    CUSTOMER_MERGED = "customer.merged", "Customer merged"
    CUSTOMER_UNMERGED = "customer.unmerged", "Merge undone"
    CUSTOMER_SPLIT = "customer.split", "Record split off"
    CUSTOMER_ERASED = "customer.erased", "Customer erased"
    ORDER_CREATED = "order.created", "Order created"
    ORDER_UPDATED = "order.updated", "Order updated"
    ORDER_REFUNDED = "order.refunded", "Order refunded"
    ORDER_DELETED = "order.deleted", "Order deleted"
    SUBSCRIPTION_CREATED = "subscription.created", "Purchase created"
    SUBSCRIPTION_UPDATED = "subscription.updated", "Purchase updated"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled", "Purchase cancelled"
    SUBSCRIPTION_DELETED = "subscription.deleted", "Purchase deleted"


class Event(models.Model):
    """What an act did to one customer, for the programs of others. It is written with the act, and never changed.

    `data` names rows and says nothing of the person, so an erasure leaves it:

    - of a customer the `source_records` that it got, of a merge, undo or split the other customer as well: `into` or
      `from`; and the `merge`;
    - the number of an `order` with its uuid as an `invoice`, or the uuid of a `subscription`; and its `source_record`,
      which says whose it is now.

    The rest of what a program is sent is read when it is sent (`customers/events/payload.py`). `customer` is no foreign
    key: the event outlives the deletion of rows, and who writes it waits for no lock.
    """

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "evt"), editable=False)
    kind = models.CharField(max_length=30, choices=EventKind)
    # The time of the database. No earlier than its transaction, so that readers know how far they have seen everything.
    at = models.DateTimeField(db_default=Now(), editable=False)
    customer = models.PositiveBigIntegerField()
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            # Those who read on, all events or those of one kind or customer.
            models.Index(fields=["at", "id"], name="event_by_at"),
            models.Index(fields=["kind", "at", "id"], name="event_of_kind"),
            models.Index(fields=["customer", "at", "id"], name="event_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"
