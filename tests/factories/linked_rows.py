"""Rows of every table that is linked to a source record, made from the schema, so that a new one joins in."""

from collections.abc import Collection
from decimal import Decimal
from itertools import count

from django.db import connection, models
from django.utils import timezone

from crm.accounts.models import User
from customers.models import LinkedRow, SourceRecord
from customers.records.registry import linked_models

numbers = count(1)

SHORT = 10
"""Characters of a column that two numbers do not go into."""


def linked_row(model: type[LinkedRow], record: SourceRecord, **values) -> LinkedRow:
    """An unsaved row of `model`; every column that must be given and is not in `values` has some value."""
    for field in required(model):
        if field.name not in values:
            values[field.name] = something(field, record)
    return model(**{"source_record": record, **values})


def required(model: type[models.Model]) -> list[models.Field]:
    fields = (f for f in model._meta.concrete_fields if not (f.has_default() or f.null or f.blank or f.primary_key))
    return [field for field in fields if field.related_model is not SourceRecord]


def something(field: models.Field, record: SourceRecord) -> object:
    match field:
        case models.ForeignKey():
            return row_to_refer_to(field.related_model, record)
        case models.CharField() if field.choices:
            # The first, but nothing that still waits for an answer: that may not be deleted.
            return next(value for value, _ in field.choices if value != "PENDING")
        case models.CharField() if field.name == "currency":
            return "USD"
        case models.CharField() if field.max_length <= SHORT:
            # Whole, or ten numbers would be one, and without a space: that of an order goes into addresses.
            return f"T{next(numbers)}"[: field.max_length]
        case models.CharField() | models.TextField():
            return f"{field.name} {next(numbers)}"[: field.max_length]
        case models.DateTimeField():
            return timezone.now()
        case models.DateField():
            return timezone.now().date()
        case models.DecimalField() | models.IntegerField():
            return Decimal(1)
        case models.FloatField():
            return 0.5
        case models.BinaryField():
            return b""
        case models.BooleanField():
            return False
        case models.JSONField():
            return []
    raise NotImplementedError(f"Say what a {type(field).__name__} may be.")


def row_to_refer_to(model: type[models.Model], record: SourceRecord) -> models.Model:
    """One of the same record where it is a linked row, else any; made when there is none."""
    if issubclass(model, User):
        return User.objects.get_or_create(username="linked-rows")[0]
    linked = issubclass(model, LinkedRow)
    row = model._default_manager.filter(**({"source_record": record} if linked else {})).first()
    if row is None:
        row = linked_row(model, record) if linked else other_row(model, record)
        row.save()
    return row


def other_row(model: type[models.Model], record: SourceRecord) -> models.Model:
    """An unsaved row of a table whose rows may be of a record, but are not listed with it."""
    of_record = {f.name: record for f in model._meta.concrete_fields if f.related_model is SourceRecord}
    return model(**of_record | {field.name: something(field, record) for field in required(model)})


def one_of_each(record: SourceRecord, *, but: Collection[type[LinkedRow]] = ()) -> None:
    """A row in every linked table."""
    for model in linked_models():
        if model not in but:
            linked_row(model, record).save()


def many_of_each(record: SourceRecord, number: int, *, but: Collection[type[LinkedRow]] = ()) -> None:
    """`number` rows in every linked table."""
    for model in linked_models():
        if model not in but:
            many(model, record, number)


def many(model: type[LinkedRow], record: SourceRecord, number: int) -> None:
    """`number` rows of `model`, each two at one moment, a minute before the two before; copied by the database."""
    row = linked_row(model, record)
    row.save()
    unique = {name for constraint in model._meta.constraints for name in getattr(constraint, "fields", ())}
    quote, chosen = connection.ops.quote_name, {}
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField) and not field.choices
        if is_text and (field.unique or (field.name in unique and getattr(row, field.name))):
            # The copies have the primary keys behind that of the row.
            short = field.max_length <= SHORT
            chosen[quote(field.column)] = f"'N' || ({row.pk} + n)" if short else f"'{record.pk}-' || n"
    postgres = connection.vendor == "postgresql"
    chosen[quote("at")] = (
        "at - n / 2 * interval '1 minute'" if postgres else "datetime(at, '-' || (n / 2) || ' minutes')"
    )
    columns = [quote(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    table = quote(model._meta.db_table)
    # Only names from the schema are put into the text.
    sql = f"""
        INSERT INTO {table} ({", ".join(columns)})
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
        SELECT {", ".join(chosen.get(column, column) for column in columns)} FROM {table}, numbers WHERE id = %s
    """  # noqa: S608 - see above
    with connection.cursor() as cursor:
        cursor.execute(sql, [number - 1, row.pk])
