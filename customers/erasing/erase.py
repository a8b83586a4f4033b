"""Deleting a customer for good, with all linked records and the customers merged into it.

The customers stay as empty tombstones, so that every old number and uuid answers that it was erased. Their traces in
the history, changes and merges of other customers are blanked. The deletion log keeps no personal data. A deletion
cannot be undone, and neither can a merge in which an erased customer took part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from customers.erasing.delete_rows import Model, delete_rows
from customers.erasing.redact import redact
from customers.lib.audit import AuditAction, audit_entry
from customers.lib.errors import ActionError
from customers.lib.names import unaccented
from customers.lib.phrases import Notice
from customers.locks import RetiredMeanwhileError, lock, retry_when_moved
from customers.matching.ignored_values import forget_ignored
from customers.merging import drafts
from customers.models import (
    Customer,
    DataSource,
    ErasedRecord,
    Erasure,
    MatchKey,
    MonthTotals,
    Opportunity,
    RecordTotals,
    SourceRecord,
    UnmatchedValue,
)
from customers.models.functions import Now
from customers.models.matching import Key
from customers.profile.fields import FIELDS
from customers.records import events, ownership, shared_values
from customers.records.counts import RowCount, add_counts, count_rows
from customers.records.registry import all_linked_models, linked_models
from customers.statements.prepared import insert
from customers.totals.phase_sums import note_deleted
from customers.totals.sums import OrderTotals, order_totals

if TYPE_CHECKING:
    from crm.accounts.models import User


class EraseError(ActionError):
    pass


class StaleEraseError(EraseError):
    def __init__(self) -> None:
        super().__init__("This customer was changed or merged since you opened the page. Check it again, then delete.")


@dataclass(frozen=True)
class ErasePlan:
    """The rows that will be deleted. `refusals` say why they cannot be deleted yet."""

    customer: Customer
    merged: Sequence[Customer]
    counts: Sequence[RowCount]
    totals: OrderTotals
    warnings: Sequence[Notice]
    refusals: Sequence[str]


def plan_erasure(customer: Customer) -> ErasePlan:
    customers = Customer.objects.filter(pk=customer.pk)
    merged = ownership.merged_into_any([customer.pk]).keys() - {customer.pk}
    return ErasePlan(
        customer=customer,
        merged=list(Customer.objects.filter(pk__in=merged).order_by("pk")),
        counts=add_counts(count_rows(all_linked_models(), customers, by="source_record__customer").values()),
        totals=order_totals([customer.pk], by="source_record__customer")[customer.pk],
        warnings=warnings(customer.records.all()),
        refusals=refusals(customer.records.all()),
    )


def warnings(records: QuerySet[SourceRecord]) -> list[Notice]:
    return [notice for model in linked_models() for notice in model.erase_warnings(records)]


def refusals(records: QuerySet[SourceRecord]) -> list[str]:
    return [why for model in linked_models() for why in model.erase_refusals(records)]


def is_name_of(customer: Customer, typed: str) -> bool:
    return bool(typed.strip()) and _comparable(typed) == _comparable(customer.name)


def _comparable(text: str) -> str:
    return " ".join(unaccented(text).split())


def erase_customer(customer: Customer, *, version: int | None, by: User | None) -> Erasure:
    """Delete the live `customer`; StaleEraseError when it changed, or was merged or undone, since `version`."""
    try:
        return _erase(customer.pk, version=version, by=by)
    except RetiredMeanwhileError:
        raise StaleEraseError from None


@retry_when_moved
def _erase(pk: int, *, version: int | None, by: User | None) -> Erasure:
    try:
        return _erase_locked(pk, version=version, by=by)
    except IntegrityError:
        # A row was added to a record that was not locked.
        raise RetiredMeanwhileError from None


@transaction.atomic
def _erase_locked(pk: int, *, version: int | None, by: User | None) -> Erasure:
    family = ownership.merged_into_any([pk]).keys()
    locked = lock(family)
    if ownership.merged_into_any([pk]).keys() != family:
        raise RetiredMeanwhileError
    customer = locked[pk]
    _refuse(customer, version)
    records = lock_records(customer.records.all())
    keys = _keys_of(records)
    for model in linked_models():
        model.keep_of_erased(records)
    note_deleted(Opportunity.objects.filter(source_record__in=records))
    ErasedRecord.keep(customer.records.exclude(data_source__name=DataSource.STAFF).select_related("data_source"))
    redact(locked)
    empty(family)
    counts = _named(delete_rows(records))
    shared_values.drop_unshared(keys)
    forget_ignored(keys)
    drafts.forget(family)
    merged = ", ".join(str(number) for number in sorted(family) if number != pk)
    text = f"With {merged}, merged into it." if merged else ""
    insert(*events.erased(family), audit_entry(AuditAction.ERASURE, text, by=by, customer=pk))
    return Erasure.objects.create(uuid=customer.uuid, by=by, counts={"customers": len(family), **counts})


def _refuse(customer: Customer, version: int | None) -> None:
    if customer.erased_at:
        raise EraseError(f"Customer {customer.pk} was erased a moment ago.")
    if customer.merged_into is not None:
        root = customer.live_root()
        raise EraseError(f"{customer.name_with_number} was merged into {root.name_with_number} meanwhile.")
    if version not in (None, customer.version):
        raise StaleEraseError
    if why := refusals(customer.records.all()):
        raise EraseError(" ".join(why))


def lock_records(records: QuerySet[SourceRecord]) -> list[int]:
    """Lock the records, so that no order can be added to one; their primary keys."""
    # Totals first: an intake that holds them needs the records to exist until it commits.
    for model in (RecordTotals, MonthTotals):
        of_record = model._default_manager.filter(source_record__in=records)
        list(of_record.select_for_update(of=("self",)).order_by("source_record", "pk").values_list("pk"))
    return list(records.select_for_update().order_by("pk").values_list("pk", flat=True))


def empty(family: Collection[int]) -> None:
    """Make the locked customers tombstones."""
    blank = {field.column: field.blank for field in FIELDS}
    Customer.objects.filter(pk__in=family).update(
        **blank,
        sort_name=b"",
        billing_status="",
        owner=None,
        lead_created_at=None,
        trial_started_at=None,
        version=F("version") + 1,
        updated=Now(),
        erased_at=Now(),
    )


def _keys_of(records: Collection[int]) -> set[Key]:
    """Also those that staff excluded from matching."""
    keys, excluded = (
        model._default_manager.filter(source_record__in=records).values_list("kind", "value")
        for model in (MatchKey, UnmatchedValue)
    )
    return set(keys.union(excluded))


def _named(counts: Mapping[Model, int]) -> dict[str, int]:
    deleted = {model: n for model, n in counts.items() if n and not getattr(model, "derived", False)}
    return {str(model._meta.verbose_name_plural): n for model, n in deleted.items()}
