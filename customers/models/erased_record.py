from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from django.db import models

from customers.lib.digests import keyed_digests
from customers.models.customer import Customer
from customers.models.prepared import insert
from customers.models.source import SourceRecord


class ErasedRecord(models.Model):
    """By which id a data source knew an erased customer, so that the id is still answered with what became of it.

    Only a keyed digest of it is kept: the id itself may be personal.
    """

    SALT: ClassVar[str] = "customers.erased"  # stored digests were made with it, so it must not change

    digest = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return self.digest

    @classmethod
    def keep(cls, records: Iterable[SourceRecord]) -> None:
        """Call it before `records`, read with their data source, are deleted."""
        rows = [
            cls(digest=_digests(record.data_source.uuid, record.public_id)[0], customer_id=record.origin_id)
            for record in records
        ]
        insert(*rows, on_conflict="(digest) DO UPDATE SET customer_id = EXCLUDED.customer_id")

    @classmethod
    def customers_known_as(cls, external_id: str, sources: Iterable[str]) -> Sequence[Customer]:
        """The erased customers that one of the data `sources`, by uuid, knew as `external_id`."""
        digests = [digest for source in sources for digest in _digests(source, external_id)]
        return [row.customer for row in cls.objects.filter(digest__in=digests).select_related("customer")]


def _digests(source: str, external_id: str) -> tuple[str, ...]:
    return keyed_digests(ErasedRecord.SALT, f"{source} {external_id}")
