from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.utils import timezone

from customers.lib.secrets.digests import keyed_digests
from customers.models.exact import ExactCharField

MANY = 100
"""To make the digests of so many names takes longer than to ask whether any was ever erased."""


class ErasedId(models.Model):
    """An ID or idempotency key of an order that was erased with its customer, so that a repeat is not a new order.

    Only a keyed digest of its name is kept: the ID itself may be personal.
    """

    SALT: ClassVar[str] = "orders.erased"  # stored digests were made with it, so it must not change

    digest = ExactCharField(max_length=64, unique=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.digest

    @classmethod
    def keep(cls, names: Iterable[str]) -> None:
        digests = {keyed_digests(cls.SALT, name)[0] for name in names}
        rows = [ErasedId(digest=digest) for digest in sorted(digests)]
        ErasedId.objects.bulk_create(rows, 1000, ignore_conflicts=True)

    @classmethod
    def has_any(cls, names: Iterable[str]) -> bool:
        return bool(cls.among(names))

    @classmethod
    def among(cls, names: Iterable[str]) -> set[str]:
        names = set(names)
        if not names or (len(names) > MANY and not cls.objects.exists()):
            return set()
        name_of = {digest: name for name in names for digest in keyed_digests(cls.SALT, name)}
        erased = cls.objects.filter(digest__among=name_of).values_list("digest", flat=True)
        return {name_of[digest] for digest in erased}


def name_of_order_id(source: int, field: str, value: str) -> str:
    return f"order {source} {field} {value}"


def name_of_key(caller: int, key: str) -> str:
    return f"request {caller} {key}"
