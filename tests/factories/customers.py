"""Customers, and what hangs off them."""

import factory

from customers.models import Customer, DataSource, Note, SourceRecord
from customers.profile.edit import create_customer
from customers.records import match_keys

IDENTITY = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com", "phone": "+420 241 770 449"}
"""All by which somebody is recognised."""


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
