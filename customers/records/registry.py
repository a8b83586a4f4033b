"""The tables linked to a source record, read from the schema: a new one needs no change here."""

from functools import cache

from customers.models import LinkedRow, SourceRecord


@cache
def linked_models() -> tuple[type[LinkedRow], ...]:
    models = (relation.related_model for relation in SourceRecord._meta.related_objects)
    return tuple(model for model in models if issubclass(model, LinkedRow))


@cache
def tabbed_models() -> tuple[type[LinkedRow], ...]:
    tabbed = (model for model in linked_models() if model.tab)
    return tuple(sorted(tabbed, key=lambda model: model.tab.position if model.tab else 0))


def all_linked_models() -> tuple[type[LinkedRow], ...]:
    """The linked models in the order of the tabs, then the linked models without a tab."""
    return (*tabbed_models(), *(model for model in linked_models() if not model.tab))
