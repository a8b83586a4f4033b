"""System checks of every table that is linked to a customer: Django refuses to start when one fails."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db import models

from customers.models import Customer, LinkedRow, SourceRecord


def check_links(
    app_configs: Sequence[AppConfig] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    labels = {config.label for config in app_configs} if app_configs else None
    checked = [model for model in apps.get_models() if labels is None or model._meta.app_label in labels]
    return [error for model in checked for error in errors_of(model)]


def errors_of(model: type[models.Model]) -> Iterator[CheckMessage]:
    for field in foreign_keys(model):
        if field.related_model is Customer and model._meta.app_label != "customers":
            hint = (
                "Link a row of a customer to a SourceRecord, so that a merge and an undo need not know of it."
                " A table about merges, such as a log of them, belongs in the app customers."
            )
            yield Error("A foreign key to Customer outside customers", hint=hint, obj=field, id="customers.E001")
        if field.related_model is SourceRecord:
            yield from errors_of_link(field.model, field)


def foreign_keys(model: type[models.Model]) -> Iterator[models.ForeignKey[Any, Any]]:
    """Of the model, and of the tables that Django makes for its many-to-many fields."""
    throughs = (field.remote_field.through for field in model._meta.local_many_to_many)
    for table in (model, *(through for through in throughs if through and through._meta.auto_created)):
        yield from (field for field in table._meta.local_fields if isinstance(field, models.ForeignKey))


def errors_of_link(model: type[models.Model], field: models.ForeignKey[Any, Any]) -> Iterator[CheckMessage]:
    if field.remote_field.on_delete is not models.PROTECT:
        hint = "Use PROTECT: no row of a customer may be deleted with its record."
        yield Error("A foreign key to SourceRecord that is not PROTECT", hint=hint, obj=field, id="customers.E002")
    if getattr(model, "derived", False):
        return
    if not issubclass(model, LinkedRow):
        hint = "Make it a LinkedRow, or mark it `derived = True` when it can be rebuilt."
        yield Error("A table linked to SourceRecord that is no LinkedRow", hint=hint, obj=model, id="customers.E003")
    elif not any(index.fields == ["source_record", "at", "id"] for index in model._meta.indexes):
        hint = "Let its Meta inherit LinkedRow.Meta and keep the indexes."
        yield Error("A linked table without the index that newest() reads", hint=hint, obj=model, id="customers.E004")
