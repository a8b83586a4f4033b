from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.lib.secrets.digests import keyed_digests
from customers.models.customer import Customer
from customers.models.exact import ExactCharField
from customers.models.source import SourceRecord
from customers.statements.prepared import insert

ANY = ""
"""For whichever data source: it leads to the customer that was erased last."""


class ErasedRecord(models.Model):
    """By which id a data source knew an erased customer, so that the id is still answered with what became of it.

    Only keyed digests of it are kept: the id itself may be personal. There are two, one of them without the data
    source, which may be deleted too.
    """

    SALT: ClassVar[str] = "customers.erased"  # stored digests were made with it, so it must not change

    digest = ExactCharField(max_length=64, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return self.digest

    @classmethod
    def keep(cls, records: Iterable[SourceRecord]) -> None:
        """Call it before `records`, read with their data source, are deleted."""
        customers = {
            _digests(source, record.public_id)[0]: record.origin_id
            for record in records
            for source in (record.data_source.uuid, ANY)
        }
        rows = [cls(digest=digest, customer_id=customer) for digest, customer in customers.items()]
        insert(*rows, on_conflict={cls: "(digest) DO UPDATE SET customer_id = EXCLUDED.customer_id"})

    @classmethod
    def customers_known_as(cls, external_id: str, sources: Iterable[str]) -> Sequence[Customer]:
        """The erased customers that one of the data `sources`, by uuid or ANY, knew as `external_id`."""
        digests = [digest for source in sources for digest in _digests(source, external_id)]
        return [row.customer for row in cls.objects.filter(digest__in=digests).select_related("customer")]


def _digests(source: str, external_id: str) -> tuple[str, ...]:
    return keyed_digests(ErasedRecord.SALT, f"{source} {external_id}")


class Erasure(models.Model):
    """An entry of the deletion log: who erased which customer, and how many rows went. It holds no personal data."""

    uuid = ExactCharField(max_length=40, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(default=dict)

    class Meta:
        # As it was called first: a rename would break the program before while an update runs.
        db_table = "customers_deletion"

    def __str__(self) -> str:
        return self.uuid
