"""What is in the database, to be read again or compared."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import transaction

from customers.models import (
    Customer,
    RecordTotals,
)
from customers.records.registry import linked_models
from orders import history
from orders.models import Order, Purchase
from orders.totals.add import rebuild_totals

STAMPS = {"version", "updated", "moved_at"}


def reloaded(row):
    """The row as it is in the database now."""
    return type(row).objects.get(pk=row.pk)


def check_totals() -> None:
    """What the roll-ups say is what rebuilding them would say."""
    assert rebuild_totals(list(RecordTotals.objects.values_list("source_record", flat=True).distinct())) == []


def rows(model, *, without=()) -> list[tuple]:
    """Every row of a table, to be compared with itself later; derived rows have no number of their own."""
    without = {*without, "id"} if hasattr(model, "derived") else without
    names = [field.attname for field in model._meta.concrete_fields if field.name not in without]
    return sorted(model._default_manager.values_list(*names), key=repr)


def dump(*, without=()) -> dict[str, list[tuple]]:
    """Every table of ours; equal dumps are equal databases."""
    models = [*apps.get_app_config("customers").get_models(), *apps.get_app_config("orders").get_models()]
    return {m.__name__: rows(m, without=without) for m in models if m.__name__ not in without}


def linked_rows(customer: Customer) -> dict[str, list[int]]:
    """{kind: primary keys} of everything that can be reached from a customer."""
    pks_by_kind = {
        model.__name__: sorted(
            model._default_manager.filter(source_record__customer=customer).values_list("pk", flat=True)
        )
        for model in linked_models()
    }
    return {kind: pks for kind, pks in pks_by_kind.items() if pks}


def dump_all() -> dict[str, list[tuple]]:
    """Every row of every table, users and sessions as well."""
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in apps.get_models()}


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction that never happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def history_of(row: Order | Purchase) -> list[str]:
    return [entry.text for entry in history.of(row)]
