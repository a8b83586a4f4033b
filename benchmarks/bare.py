"""What the program is measured against: a view that writes the rows of one request, and does nothing else.

It asks nobody who they are, finds nobody, checks, locks and reads nothing. Which rows, and in which transaction, is
written down by `benchmarks.api` after it has sent a request to the program itself, so that both always write the same.
For the benchmark only: nothing else knows it.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
NewKeys = dict[tuple[type[models.Model], int], int]
"""{row as it was written down: the primary key of its copy}."""
numbers = count(1)


@dataclass(frozen=True)
class Step:
    """What one transaction writes: columns that change of rows that the step before has made, and new rows.

    Those that others refer to come first.
    """

    changed: Sequence[tuple[type[models.Model], int, Row]]
    new: Sequence[tuple[type[models.Model], Sequence[Row]]]


@cache
def steps(name: str) -> list[Step]:
    written = json.loads((Path(os.environ["BARE_ROWS"]) / f"{name}.json").read_text())
    return [Step([changed(*change) for change in step["changed"]], [new(*t) for t in step["new"]]) for step in written]


def changed(label: str, pk: int, row: Row) -> tuple[type[models.Model], int, Row]:
    model = apps.get_model(label)
    return model, pk, read(model, row)


def new(label: str, rows: Iterable[Row]) -> tuple[type[models.Model], list[Row]]:
    model = apps.get_model(label)
    return model, [read(model, row) for row in rows]


def read(model: type[models.Model], row: Row) -> Row:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {name: fields[name].to_python(value) if value is not None else None for name, value in row.items()}


@csrf_exempt
@login_not_required
def write(request: HttpRequest, name: str) -> JsonResponse:
    json.loads(request.body) if request.content_type == "application/json" else dict(request.POST)
    new_keys: NewKeys = {}
    for step in steps(name):
        take(step, new_keys)
    return JsonResponse({"result": "SUCCESS"})


@transaction.atomic
def take(step: Step, new_keys: NewKeys) -> None:
    for model, pk, row in step.changed:
        model._default_manager.filter(pk=new_keys[model, pk]).update(**row)
    for model, rows in step.new:
        copies = [model(**renewed(model, row, new_keys)) for row in rows]
        if len(copies) == 1:
            copies[0].save(force_insert=True)
        else:
            model._default_manager.bulk_create(copies)
        new_keys |= {(model, row["id"]): copy.pk for row, copy in zip(rows, copies, strict=True)}


def renewed(model: type[models.Model], row: Row, new_keys: NewKeys) -> Row:
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


urlpatterns = [path("bare/<slug:name>/", write), path("", include("crm.urls"))]
