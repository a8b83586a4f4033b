"""What is in the database, to be read again or compared."""

from customers.models import RecordTotals
from orders.totals.add import rebuild_totals


def again(row):
    """The row as it is in the database now."""
    return type(row).objects.get(pk=row.pk)


def check_totals() -> None:
    """What the roll-ups say is what rebuilding them would say."""
    assert rebuild_totals(list(RecordTotals.objects.values_list("source_record", flat=True).distinct())) == []
