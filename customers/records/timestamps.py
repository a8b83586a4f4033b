"""The `updated` time of customers, by which API clients ask for the customers that changed since their last call.

Edits, merges, undos and splits write it with the profile. What else a customer shows (tags, attributes, credit, source
records) is told here, and what the list finds a customer by (a value that counts for matching again, the phase and the
closing reason of an opportunity). Callers hold the lock of the customer. The version stays: what was planned still
holds.
"""

from typing import Any

from django.db.models import QuerySet

from customers.locks import lock
from customers.models import Customer, SourceRecord
from customers.models.functions import Now
from customers.statements.prepared import PreparedWrite, updating

touch_customer = PreparedWrite(lambda pk: updating(Customer.objects.filter(pk=pk), updated=Now()))


def touch_customers_of(rows: QuerySet[Any]) -> None:
    """The customers whose source records `rows` are on, which are locked here. There may be many."""
    owners = SourceRecord.objects.filter(pk__in=rows.order_by().values("source_record")).values("customer")
    lock(list(owners.values_list("customer", flat=True).distinct()))
    # Read again: some may have been merged before they were locked.
    Customer.objects.filter(pk__in=owners).update(updated=Now())
