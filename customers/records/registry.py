"""What is linked to a source record, learned from the schema: a new linked table needs no change here."""

from functools import cache

from customers.models import LinkedRow, SourceRecord


@cache
def linked_models() -> tuple[type[LinkedRow], ...]:
    models = (relation.related_model for relation in SourceRecord._meta.related_objects)
    return tuple(model for model in models if issubclass(model, LinkedRow))


@cache
def tabbed_models() -> tuple[type[LinkedRow], ...]:
    """Those with a tab on the customer page, in the order of the tabs."""
    return tuple(sorted((m for m in linked_models() if m.tab), key=lambda m: m.tab.position if m.tab else 0))


def all_linked_models() -> tuple[type[LinkedRow], ...]:
    """Everything that is linked, as the tabs have it, then the rest."""
    return (*tabbed_models(), *(model for model in linked_models() if not model.tab))
