"""The system checks that keep a new table from being forgotten by a merge, an undo or an erasure."""

# ruff: noqa: DJ008 - these models are never shown
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps

from customers.checks import errors_of
from customers.models import Customer, LinkedRow, SourceRecord
from tests.tables import table


def ids(model: type[models.Model]) -> list[str]:
    return [error.id for error in errors_of(model)]


def test_our_own_tables_pass():
    assert [error for error in run_checks() if error.id.startswith("customers.")] == []


@isolate_apps("orders")
def test_a_foreign_key_to_customer_outside_customers_is_refused():
    class Letter(models.Model):
        customer = models.ForeignKey(Customer, models.PROTECT)

        class Meta:
            app_label = "orders"

    assert ids(Letter) == ["customers.E001"]


@isolate_apps("orders")
def test_many_customers_outside_customers_are_refused_too():
    class Letter(models.Model):
        customers = models.ManyToManyField(Customer, related_name="+")

        class Meta:
            app_label = "orders"

    assert ids(Letter) == ["customers.E001"]


@isolate_apps("customers")
def test_customers_may_refer_to_customers():
    class Letter(models.Model):
        customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")

        class Meta:
            app_label = "customers"

    assert ids(Letter) == []


@table("on_delete", [models.CASCADE, models.SET_NULL, models.DO_NOTHING])
@isolate_apps("orders")
def test_a_foreign_key_to_a_source_record_that_is_not_protect_is_refused(on_delete):
    class Letter(LinkedRow):
        source_record = models.ForeignKey(SourceRecord, on_delete, null=True)

        class Meta(LinkedRow.Meta):
            app_label = "orders"

    assert ids(Letter) == ["customers.E002"]


@isolate_apps("orders")
def test_a_second_reference_to_a_source_record_is_looked_at_too():
    class Letter(LinkedRow):
        reply_to = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+")

        class Meta(LinkedRow.Meta):
            app_label = "orders"

    assert ids(Letter) == ["customers.E002"]


@isolate_apps("orders")
def test_a_table_on_a_source_record_that_is_no_linked_row_is_refused():
    class Letter(models.Model):
        source_record = models.ForeignKey(SourceRecord, models.PROTECT)

        class Meta:
            app_label = "orders"

    assert ids(Letter) == ["customers.E003"]


@isolate_apps("orders")
def test_a_table_that_can_be_derived_need_not_be_a_linked_row():
    class Letters(models.Model):
        derived = True
        source_record = models.ForeignKey(SourceRecord, models.PROTECT)

        class Meta:
            app_label = "orders"

    assert ids(Letters) == []


@isolate_apps("orders")
def test_a_linked_table_without_the_index_is_refused():
    class Letter(LinkedRow):
        class Meta:
            app_label = "orders"

    assert ids(Letter) == ["customers.E004"]


@isolate_apps("orders")
def test_a_linked_table_that_inherits_its_meta_passes():
    class Letter(LinkedRow):
        class Meta(LinkedRow.Meta):
            app_label = "orders"

    assert ids(Letter) == []
