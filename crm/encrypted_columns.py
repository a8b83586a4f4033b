"""Encrypting all stored secrets with the newest key, so that older ones can be thrown away."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from customers.lib.batches import BATCH
from customers.lib.secrets.encryption import UnreadableError, with_newest_key
from customers.models.encrypted import EncryptedField

EncryptedColumn = tuple[type[Model], EncryptedField]


@dataclass(frozen=True)
class Rotation:
    """What became of the secrets of one column."""

    column: str
    checked: int
    rewritten: int
    unreadable: int


def encrypted_columns() -> Iterator[EncryptedColumn]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                yield model, field


def rotate_secrets() -> Iterator[Rotation]:
    for model, field in encrypted_columns():
        checked = rewritten = unreadable = last = 0
        while batch := _batch(model, field, last):
            last = batch[-1][0]
            checked += len(batch)
            with transaction.atomic():
                for pk, secret in batch:
                    try:
                        rewritten += _rotate(model, field, pk, secret)
                    except UnreadableError:
                        unreadable += 1
        name = f"{model._meta.verbose_name_plural} ({model._meta.db_table}.{field.column})"
        yield Rotation(name, checked, rewritten, unreadable)


def _batch(model: type[Model], field: EncryptedField, last: int) -> list[tuple[int, str]]:
    rows = model._default_manager.filter(pk__gt=last).exclude(**{field.attname: ""}).order_by("pk")
    return list(rows.values_list("pk", field.attname)[:BATCH])


def _rotate(model: type[Model], field: EncryptedField, pk: int, secret: str) -> int:
    newest = with_newest_key(secret, purpose=field.purpose)
    if newest == secret:
        return 0
    # Only if it is still that secret: a new one may have been stored meanwhile.
    return model._default_manager.filter(pk=pk, **{field.attname: secret}).update(**{field.attname: newest})
