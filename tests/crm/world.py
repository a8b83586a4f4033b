"""What there is, as plain values that can be compared: everything, or what an undo has to bring back."""

from collections import defaultdict
from io import StringIO

from django.apps import apps
from django.core.management import call_command

from customers.credit import credit
from customers.matching.duplicates import duplicates_of
from customers.models import Customer, RecordTotals, SourceRecord, Tag
from customers.profile.derive import profile_values


def dump() -> dict[str, list[tuple]]:
    """Every row of every table."""
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in apps.get_models()}


def state(records: set[int]) -> dict[str, object]:
    """Whose `records` are, and what each customer is, has and matches."""
    customers = list(Customer.objects.order_by("pk"))
    pks = [customer.pk for customer in customers]
    return {
        "profiles": {c.pk: profile_values(c) for c in customers},
        "statuses": {c.pk: (c.billing_status, c.merged_into_id) for c in customers},
        "owners": dict(SourceRecord.objects.filter(pk__in=records).values_list("pk", "customer")),
        "totals": totals(),
        "credit": credit.balances(pks),
        "tags": sorted(Tag.objects.values_list("source_record__customer", "name")),
        "duplicates": {c.pk: {x.customer.pk: x.reasons for x in duplicates_of(c)} for c in customers},
    }


def totals() -> dict[int, tuple[int, int]]:
    """{customer: orders that count, what they come to in cents}."""
    found: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in RecordTotals.objects.select_related("source_record"):
        orders, amount = found[row.source_record.customer_id]
        found[row.source_record.customer_id] = orders + row.orders, amount + row.amount
    return dict(found)


def rebuilt() -> str:
    out = StringIO()
    call_command("rebuild", stdout=out)
    return out.getvalue().strip()
