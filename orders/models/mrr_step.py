from django.db import models

from customers.models import SourceRecord
from orders.models.subscription import Purchase

LAST_PLACE = 2**63 - 1
"""The place of cancellations, which come after the lines of the same time."""


class MrrStep(models.Model):
    """By how much a line, a price or a cancellation changes the recurring revenue (MRR) of a purchase, in minor units.

    A cache, so that no page derives movements from every line: `orders.revenue.steps` writes it. The origin is the row
    from which the step follows, `number` tells the steps of one row apart, `place` sorts rows of one time. A step of
    zero is of a purchase that is not counted by itself (`NOT_COUNTED`): its steps are derived when somebody asks.
    """

    derived = True

    source_record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="mrr_steps", db_index=False)
    purchase = models.ForeignKey(Purchase, models.PROTECT, related_name="mrr_steps")
    at = models.DateTimeField()
    place = models.BigIntegerField()
    origin_kind = models.SmallIntegerField()
    origin_pk = models.BigIntegerField()
    number = models.SmallIntegerField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()

    class Meta:
        indexes = [
            # The movements of a customer, and those of all customers, in order of time.
            models.Index(
                fields=["source_record", "at", "place", "origin_kind", "origin_pk", "number"], name="mrrstep_by_record"
            ),
            models.Index(fields=["at", "origin_kind", "origin_pk", "number"], name="mrrstep_by_at"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+} {self.currency} of purchase {self.purchase_id}"
