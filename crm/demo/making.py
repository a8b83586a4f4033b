"""Making the whole demo, once: all of it or nothing."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from crm.accounts.models import User
from crm.demo import (
    declines,
    erased_customer,
    files,
    labels,
    leads,
    merges,
    parcels,
    payments,
    selling,
    store,
    subscriptions,
    support,
)
from crm.demo.catalogue import CURRENCY
from customers.lib.money import format_money
from customers.models import Customer, DataSource, Merge, SourceRecord
from orders.intake.take import take_order
from orders.models import COUNTED, Order


class DemoError(Exception):
    """Nothing was made; the message says why."""


def is_made() -> bool:
    """Whether the store is there; DemoError when a data source of somebody else's has its name."""
    systems = DataSource.objects.filter(name__in=(store.SHOP, store.MARKETPLACE)).values_list("system", flat=True)
    if any(system != store.SYSTEM for system in systems):
        raise DemoError(f"A data source named {store.SHOP} or {store.MARKETPLACE} already exists. Nothing was added.")
    return bool(systems)


@transaction.atomic
def make(*, by: User) -> None:
    """Send the store in and let `by` have worked with it."""
    now, made, seller = timezone.now(), store.Store(), store.open_seller()
    last = {}
    for invoice in files.invoices(latest=(now - timedelta(days=1)).date()):
        made.add(invoice.person, take_order(seller.order(invoice)))
        last[invoice.person.number] = invoice
    subscriptions.date_purchases(made.orders, today=now.date())
    subscriptions.open_memberships(made.orders)
    payments.pay(made.orders)
    declines.place(last, seller, now=now)
    parcels.send(made.orders)
    labels.stick(made)
    selling.sell(made, by=by, now=now)
    support.work(made, by=by)
    merges.hold(made, by=by)
    leads.add(by=by)
    erased_customer.forget()


def lines() -> Iterator[str]:
    """A summary of the demo data as it is now."""
    sources = DataSource.objects.filter(system=store.SYSTEM)
    orders = Order.objects.filter(data_source__in=sources, status__in=COUNTED)
    records = SourceRecord.objects.filter(data_source__in=sources)
    customers = Customer.objects.live().filter(records__in=records).distinct().count()
    people = records.filter(data_source__name=store.SHOP).count()
    merges = Merge.objects.filter(survivor__own_records__in=records).distinct()
    undone = merges.exclude(undone_at=None).count()
    total = orders.aggregate(Sum("total"))["total__sum"] or Decimal()
    paid = format_money(total, CURRENCY)
    yield f"Orders: {orders.count()}, {paid}, placed by {people} people in {sources.count()} data sources."
    yield f"Customers: {customers}, of which {customers - people} are duplicates."
    yield f"Merges: {merges.count()}, of which {undone} are undone."
