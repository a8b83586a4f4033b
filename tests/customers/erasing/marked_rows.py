"""Somebody whose every word is the mark, so that what is left of them can be found."""

from django.db import models

from crm.accounts.models import Session
from customers.erasing.delete_rows import rows, tables
from customers.models import MatchKey, SourceRecord
from customers.totals.phase_sums import recount_phase_sums
from orders.models import Order, OrderItem
from tests.database import dump_all as everything
from tests.factories.linked_rows import one_of_each

MARK = "Zyxmark"
PERSON = {"first_name": MARK, "last_name": "Zyxmarkova", "email": "zyxmark@reunite.cz", "phone": "+420 602 330 910"}
KNOWN_BY = {"uuid", "number", "identity_key", "external_id", "client_order_id"}
OTHER = {"first_name": "Bjørn", "last_name": "Hansen", "email": "bjorn@reunite.no", "phone": "+47 22 44 22 22"}


def left_of(*marks: str) -> dict[str, list[object]]:
    """{table: rows} that still hold one of the marks, sessions read as what is in them."""
    tables = everything()
    tables["accounts.Session"] = [(session.get_decoded(),) for session in Session.objects.all()]
    return {
        table: hits
        for table, rows in tables.items()
        if (hits := [row for row in rows if any(mark in repr(row).lower() for mark in marks)])
    }


def mark_rows(record: SourceRecord) -> None:
    """A row of everything, the mark in every column that takes it, but for those by which rows are known."""
    one_of_each(record)
    OrderItem.objects.create(order=Order.objects.filter(source_record=record).latest("pk"), description=MARK, amount=1)
    for model in tables():
        if model is MatchKey:
            continue  # of the record, which is marked, and no phone has letters
        newest = rows(model, [record.pk]).order_by("-pk").first()
        columns = [field for field in model._meta.concrete_fields if field.name not in KNOWN_BY and not field.choices]
        marks = {field.name: mark for field in columns if (mark := mark_for(field, newest))}
        if newest and marks:
            model._default_manager.filter(pk=newest.pk).update(**marks)
    recount_phase_sums()


def mark_for(field: models.Field, row: models.Model | None) -> object:
    match field:
        case models.JSONField():
            return {"line1": MARK}
        case models.CharField() | models.TextField() if (field.max_length or 10) >= 10:
            return f"{MARK}{(row.pk if row else 0) % 1000:03}"  # the ten characters that a number of an order has
    return None
