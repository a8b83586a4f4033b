"""One person: a live customer, all who are merged into it, and their source records."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet

from customers.lib.errors import ActionError
from customers.models import Customer, MergeMember, ProfileChange, SourceRecord
from customers.profile.fields import BLANK, BY_KEY, FieldKind
from customers.records.ownership import merged_into_any

ANSWERS = (FieldKind.CONSENT, FieldKind.FLAG, FieldKind.CHOICE)
"""Kinds of fields whose few values say nothing of who somebody is."""


class PersonalDataError(ActionError):
    """The export cannot go on, because the customer is no longer the person that it began with."""


@dataclass(frozen=True)
class DataSubject:
    """`last_record` is the newest source record when the export began: what comes later is not in the file."""

    root: Customer
    customers: tuple[int, ...]
    last_record: int

    @property
    def records(self) -> QuerySet[SourceRecord]:
        return SourceRecord.objects.filter(customer=self.root, pk__lte=self.last_record)

    @property
    def fingerprint(self) -> str:
        """Another one after a merge, an undo or a split, however often it was made and undone."""
        records = self.records.order_by("pk").values_list("pk", flat=True)
        return sha256(repr((self.customers, list(records))).encode()).hexdigest()

    def is_another(self, customer: int) -> bool:
        return customer not in self.customers

    @cached_property
    def merges_with_others(self) -> Collection[int]:
        """Merges into this person of customers who are others now."""
        members = MergeMember.objects.filter(merge__survivor__in=self.customers)
        return set(members.exclude(duplicate__in=self.customers).values_list("merge", flat=True))

    @cached_property
    def values_of_others(self) -> dict[str, list[Any]]:
        """{field: values} that the profile had from others, in merges that were undone since."""
        own: dict[str, list[Any]] = {}
        taken: dict[str, list[Any]] = {}
        for values in ProfileChange.objects.filter(customer__in=self.customers).values_list("values", flat=True):
            for key, change in values.items():
                giver = change.get("from")
                side = taken if giver is not None and self.is_another(giver) else own
                side.setdefault(key, []).append(change["after"])
        return {key: others for key in taken if (others := self._of_others(key, taken[key], own.get(key, [])))}

    def _of_others(self, key: str, taken: list[Any], own: list[Any]) -> list[Any]:
        field = BY_KEY[key]
        if field.kind in ANSWERS:
            return []
        known = [*own, BLANK[key], getattr(self.root, field.column)]
        return [value for value in taken if value not in known]


def subject_of(customer: int, *, last_record: int | None = None) -> DataSubject:
    """PersonalDataError if the customer is not live."""
    root = Customer.objects.get(pk=customer)
    if not root.is_live:
        raise PersonalDataError(f"Customer {customer} was merged or erased, so there is no file of it.")
    family = tuple(sorted(merged_into_any([customer])))
    if last_record is None:
        newest = root.records.order_by("-pk").values_list("pk", flat=True).first()
        last_record = newest or 0
    return DataSubject(root, family, last_record)
