"""The least valid rows. What matters to a test is written in the test."""

from decimal import Decimal

import factory
from django.utils import timezone

from customers.lib.identity import Identity
from customers.models import Customer, DataSource, Note, SourceRecord
from customers.profile.edit import create_customer
from customers.records import match_keys
from orders.intake.match_customer import AssignedRecord
from orders.intake.order import IncomingCustomer, IncomingOrder
from orders.intake.take import TakenOrder, take_order
from orders.models import Product


class DataSourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DataSource
        django_get_or_create = ("name",)

    name = "Shop"


class CustomerFactory(factory.django.DjangoModelFactory):
    """A live customer without source records; what is given becomes the profile, as if it had come in."""

    class Meta:
        model = Customer

    @classmethod
    def _create(cls, model_class, *args, **values):
        return create_customer(values, by=None, via="intake")


class SourceRecordFactory(factory.django.DjangoModelFactory):
    """A record with the identity given, and a customer whose profile says the same unless one is given."""

    class Meta:
        model = SourceRecord

    data_source = factory.SubFactory(DataSourceFactory)
    customer = factory.SubFactory(CustomerFactory)
    origin = factory.SelfAttribute("customer")

    @classmethod
    def _create(cls, model_class, *args, **values):
        record = super()._create(model_class, *args, **values)
        match_keys.refresh([record])
        return record


class NoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Note

    source_record = factory.SubFactory(SourceRecordFactory)
    text = "Called about a parcel."


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product
        django_get_or_create = ("sku",)

    sku = "unlimited"
    name = "Unlimited Monthly"
    price = Decimal("9.90")
    currency = "USD"
    interval_count = 1
    interval_unit = "month"


def person(source="Shop", external_id="", **identity) -> IncomingCustomer:
    """Somebody as the data source `source` sends them."""
    options = {k: identity.pop(k) for k in ("deduplicate", "billing_address", "shipping_address") if k in identity}
    return IncomingCustomer(DataSourceFactory(name=source), Identity(**identity), external_id=external_id, **options)


def order(source="Shop", total="9.90", currency="USD", at=None, purchases=(), status="COMPLETE", **who) -> TakenOrder:
    """An order taken in from `who`, which is what `person` takes."""
    incoming = IncomingOrder(
        person(source, **who),
        Decimal(total),
        currency,
        at=at or timezone.now(),
        status=status,
        purchases=purchases,
    )
    return take_order(incoming)


def lead_of(who: IncomingCustomer) -> AssignedRecord:
    """What somebody who has not bought is found to be, as Import Lead takes them in."""
    return take_order(IncomingOrder(who, Decimal(0), "USD", status="PARTIAL")).assigned


def customer_with_order(**who) -> Customer:
    """A new customer who placed one order; deduplication is off."""
    taken = order(**{"deduplicate": False, "first_name": "Helena", "last_name": "Holý"} | who)
    return Customer.objects.get(pk=taken.assigned.record.customer_id)
