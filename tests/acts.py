"""Acts as tests write them, and the database as something to compare."""

from django.apps import apps

from customers.merging.merge import merge_customers
from customers.merging.plan import Picked, Typed, plan_merge
from customers.merging.undo import UndoResult, undo_merge
from customers.models import Customer, Merge, Via
from customers.records.registry import linked_models

STAMPS = {"version", "updated", "moved_at"}


def fresh(*customers: Customer) -> list[Customer]:
    """The customers as they are in the database now."""
    return [Customer.objects.get(pk=customer.pk) for customer in customers]


def merge(survivor: Customer, *duplicates: Customer, by=None, credit=None, **choices) -> Merge:
    """Merge as an agent would; a choice is a customer, whose value is picked, or a typed value."""
    chosen = {key: Picked(v.pk) if isinstance(v, Customer) else Typed(v) for key, v in choices.items()}
    plan = plan_merge(*fresh(survivor), fresh(*duplicates), chosen, credit)
    return merge_customers(plan, by=by, via=Via.PAGE)


def undo(merge: Merge, *only: Customer, by=None, **options) -> UndoResult:
    return undo_merge(merge, by=by, only=[customer.pk for customer in only], **options)


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
    found = {
        model.__name__: sorted(
            model._default_manager.filter(source_record__customer=customer).values_list("pk", flat=True)
        )
        for model in linked_models()
    }
    return {kind: pks for kind, pks in found.items() if pks}
