"""What the program is measured against: a view that inserts the rows of one request, and does nothing else.

It asks nobody who they are, finds nobody, checks nothing. Which rows is written down by `benchmarks.api` after it has
sent a request to the program itself, so that both always write the same. For the benchmark only: nothing else knows it.
"""

import json
import os
from collections.abc import Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.db import models, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

Row = dict[str, Any]
numbers = count(1)


@cache
def tables(name: str) -> list[tuple[type[models.Model], list[Row]]]:
    """[(model, its rows)], those that others refer to first."""
    written = json.loads((Path(os.environ["BARE_ROWS"]) / f"{name}.json").read_text())
    return [(apps.get_model(label), [read(apps.get_model(label), row) for row in rows]) for label, rows in written]


def read(model: type[models.Model], row: Row) -> Row:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {name: fields[name].to_python(value) if value is not None else None for name, value in row.items()}


@csrf_exempt
@login_not_required
@transaction.atomic
def insert(request: HttpRequest, name: str) -> JsonResponse:
    json.loads(request.body) if request.content_type == "application/json" else dict(request.POST)
    new_keys: dict[tuple[type[models.Model], int], int] = {}
    for model, rows in tables(name):
        copies = [model(**renewed(model, row, new_keys)) for row in rows]
        if len(copies) == 1:
            copies[0].save(force_insert=True)
        else:
            model._default_manager.bulk_create(copies)
        new_keys |= {(model, row["id"]): copy.pk for row, copy in zip(rows, copies, strict=True)}
    return JsonResponse({"result": "SUCCESS"})


def renewed(model: type[models.Model], row: Row, new_keys: Mapping[tuple[type[models.Model], int], int]) -> Row:
    """`row` once more: with the new rows that it refers to, and with other values where a value may be there once."""
    values = {}
    for field in model._meta.concrete_fields:
        value = row[field.attname]
        if field.primary_key:
            continue
        if isinstance(field, models.ForeignKey) and field.related_model is not None:
            value = new_keys.get((field.related_model, value), value)
        elif is_unique(field) and value is not None:
            value = f"{uuid4().hex}{next(numbers)}"[: field.max_length]
        values[field.attname] = value
    return values


def is_unique(field: models.Field[Any, Any]) -> bool:
    """Of texts: what else is unique goes with a row that is new."""
    sent = {"external_id", "client_order_id"}
    return isinstance(field, models.CharField) and (field.unique or field.name in sent)


urlpatterns = [path("bare/<slug:name>/", insert), path("", include("crm.urls"))]
