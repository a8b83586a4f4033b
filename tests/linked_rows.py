"""Rows of every table that is linked to a source record, made from the schema, so that a new one joins in."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

from django.db import models
from django.utils import timezone

from crm.accounts.models import User
from customers.linked import linked_models
from customers.models import LinkedRow, SourceRecord

numbers = count(1)


def linked_row(model: type[LinkedRow], record: SourceRecord, **values) -> LinkedRow:
    """An unsaved row of `model`; every column that must be given and is not in `values` has some value."""
    for field in required(model):
        if field.name not in values:
            values[field.name] = something(field, record)
    return model(**{"source_record": record, **values})


def required(model: type[models.Model]) -> list[models.Field]:
    found = (f for f in model._meta.concrete_fields if not (f.has_default() or f.null or f.blank or f.primary_key))
    return [field for field in found if field.related_model is not SourceRecord]


def something(field: models.Field, record: SourceRecord) -> object:
    match field:
        case models.ForeignKey():
            return row_to_refer_to(field.related_model, record)
        case models.CharField() if field.choices:
            return field.choices[0][0]
        case models.CharField() | models.TextField():
            return ("USD" if field.name == "currency" else f"{field.name} {next(numbers)}")[: field.max_length]
        case models.DateTimeField():
            return timezone.now()
        case models.DecimalField() | models.IntegerField():
            return Decimal(1)
    raise NotImplementedError(f"Say what a {type(field).__name__} may be.")


def row_to_refer_to(model: type[models.Model], record: SourceRecord) -> models.Model:
    """One of the same record where it is a linked row, else any; made when there is none."""
    if issubclass(model, User):
        return User.objects.get_or_create(username="linked-rows")[0]
    linked = issubclass(model, LinkedRow)
    found = model._default_manager.filter(**({"source_record": record} if linked else {})).first()
    if found is None:
        found = (
            linked_row(model, record) if linked else model(**{f.name: something(f, record) for f in required(model)})
        )
        found.save()
    return found


def one_of_each(record: SourceRecord) -> None:
    """A row in every linked table."""
    for model in linked_models():
        linked_row(model, record).save()


def many_of_each(record: SourceRecord, number: int) -> None:
    """`number` rows in every linked table, each two at one moment, an hour apart."""
    now = timezone.now()
    for model in linked_models():
        refers = {f.name: something(f, record) for f in required(model) if f.is_relation}
        rows = (linked_row(model, record, at=now - timedelta(hours=n // 2), **refers) for n in range(number))
        model._default_manager.bulk_create(rows, batch_size=2000)
