"""Build the whole demo, once: all of it or nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from crm.accounts.models import User
from crm.demo import files, linked, store, subscriptions
from crm.demo.catalogue import CURRENCY
from crm.demo.declined_orders import place_declined_orders
from crm.demo.erased_customer import erase_customer_on_request
from crm.demo.fulfillments import add_fulfillments
from crm.demo.ignored_values import ignore_shared_values
from crm.demo.imports import add_imports
from crm.demo.jobs import add_jobs
from crm.demo.leads import add_leads
from crm.demo.merges import merge_duplicates
from crm.demo.payments import add_payments
from crm.demo.profiles import edit_profiles
from crm.demo.pulls import add_pull
from crm.demo.reconciliation import add_reconciliation
from crm.demo.reviews import add_reviews
from crm.demo.rules import add_rules
from crm.demo.sales_lists import add_lists, set_account_types
from crm.demo.webhooks import add_webhooks
from customers.lib.money import format_money
from customers.models import Customer, DataSource, Merge, SourceRecord
from orders.double_payments.find import find_double_payments
from orders.intake.take import take_order
from orders.models import COUNTED, Order


class DemoError(Exception):
    """Nothing was added; the message says why."""


def is_built() -> bool:
    """DemoError if another data source has the name of one of the demo's shops."""
    systems = DataSource.objects.filter(name__in=(store.SHOP, store.MARKETPLACE)).values_list("system", flat=True)
    if any(system != store.SYSTEM for system in systems):
        raise DemoError(f"A data source named {store.SHOP} or {store.MARKETPLACE} already exists. Nothing was added.")
    return bool(systems)


@transaction.atomic
def build_demo(*, by: User, admin: User, say: Callable[[str], None]) -> None:
    """`say` is told what comes next."""
    say("Placing orders…")
    now, sample, shops = timezone.now(), store.SampleStore(), store.create_shops(by=by)
    last = {}
    for invoice in files.read_invoices(latest=(now - timedelta(days=1)).date()):
        sample.add(invoice.person, take_order(shops.order(invoice)))
        last[invoice.person.number] = invoice
    say("Adding subscriptions and payments…")
    subscriptions.date_purchases(sample.orders, today=now.date())
    subscriptions.add_memberships(sample.orders)
    add_payments(sample.orders)
    add_reconciliation(sample.orders, today=now.date())
    place_declined_orders(last, shops, now=now)
    add_fulfillments(sample.orders)
    say("Adding notes, tasks and other records…")
    add_lists(admin=admin)
    for module in iter_modules(linked.__path__):
        import_module(f"{linked.__name__}.{module.name}").add_rows(sample, by=by, now=now)
    edit_profiles(sample, by=by)
    set_account_types(sample, by=by)
    say("Merging duplicates…")
    merge_duplicates(sample, by=by)
    add_leads(by=by)
    ignore_shared_values(by=by)
    erase_customer_on_request()
    say("Adding imports, jobs, webhooks, rules and pulls…")
    find_double_payments()
    add_imports(admin=admin)
    add_jobs(by=by, admin=admin)
    add_webhooks(admin=admin)
    add_rules(admin=admin)
    add_reviews(by=by, admin=admin)
    add_pull(shops.marketplace, today=now.date(), by=admin)


def describe_demo() -> Iterator[str]:
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
