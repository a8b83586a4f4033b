"""Splitting off a source record that was matched with the wrong customer: the record gets a new customer.

All linked rows of the record move with it. The old profile keeps its values, and merges stay active. A split that
would differ from the preview is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.lib.addresses.address import address
from customers.lib.audit import AuditAction, audit_entry
from customers.lib.errors import ActionError
from customers.lib.sentences import Value
from customers.locks import RetiredMeanwhileError, chain_of, lock_chain
from customers.matching.not_duplicates import write_not_duplicates
from customers.models import Customer, DataSource, HistoryKind, SourceRecord
from customers.models.functions import Now
from customers.profile.clean import clean
from customers.profile.derive import bump_versions, refresh_profiles, write_profile_change
from customers.profile.edit import create_customer
from customers.profile.fields import BY_KEY
from customers.profile.refusals import as_words, overruled, refusals_of
from customers.records import events, history
from customers.records.owned_records import keys_of, owned_records
from customers.records.shared_values import COUNTED_ONCE_MORE, shared_between
from customers.statements.prepared import insert
from customers.totals import billing_status

if TYPE_CHECKING:
    from crm.accounts.models import User


class SplitError(ActionError):
    """Nothing was split; the message says why and what to do."""


class StaleSplitError(SplitError):
    """The record or its customer has changed since the preview was shown."""


@dataclass(frozen=True)
class SplitPlan:
    """`values` are the profile of the new customer, as received, and `refusals` what it refuses besides.

    `regained` are refusals of the record's origin, which `customer` shows again.
    """

    record: SourceRecord
    customer: Customer
    values: dict[str, Any]
    refusals: Mapping[str, bool]
    regained: Mapping[str, bool]

    @property
    def fingerprint(self) -> str:
        # Records received meanwhile do not change it: they move with their source record anyway.
        return f"{self.record.pk}-{self.record.origin_id}-{self.customer.pk}-{self.customer.version}"


def plan_split(record: SourceRecord) -> SplitPlan:
    if record.is_staff_record:
        raise SplitError("This record holds staff entries and cannot be split off. Undo the merge instead.")
    if not has_several_records(record.customer):
        raise SplitError(f"This is the only record of {record.customer.name_with_number}, so it cannot be split off.")
    chain = record.origin.chain()
    return SplitPlan(
        record,
        record.customer,
        _profile_of(record),
        refusals={key: value for customer in chain for key, value in refusals_of(customer).items()},
        regained=overruled(record.customer, chain[:-1]),
    )


def _profile_of(record: SourceRecord) -> dict[str, Any]:
    """The identity as received, without values that a profile cannot hold, such as an invalid email."""
    values: dict[str, Any] = asdict(record.identity)
    values["billing_address"] = address({"country": values.pop("country")})
    return {key: value for key, value in values.items() if _may_hold(key, value)}


def _may_hold(key: str, value: Any) -> bool:
    try:
        clean(BY_KEY[key], value)
    except ValidationError:
        return False
    return True


def has_several_records(customer: Customer) -> bool:
    others = customer.records.exclude(data_source__name=DataSource.STAFF, external_id=customer.uuid)
    return len(others.values_list("pk")[:2]) > 1


@transaction.atomic
def split_record(
    record: SourceRecord, *, by: User | None, via: str = "page", reason: str = "", seen: str = ""
) -> Customer:
    """The new customer. `seen` is the fingerprint of the plan that was shown."""
    plan = _replan(record, seen)
    old, record = plan.customer, plan.record
    new = create_customer({**plan.values, **plan.refusals}, by=by, via=via)
    chain = [customer.pk for customer in record.origin.chain()]
    SourceRecord.objects.filter(pk=record.pk).update(origin=new, customer=new, moved_at=Now())
    bump_versions([old])
    write_profile_change(old, plan.regained, by=by, via=via)
    # Every customer of the chain may show a card or login of the record.
    refresh_profiles(chain)
    records = owned_records([old.pk, new.pk])
    shared = shared_between(keys_of(r for r in records if r.customer == pk) for pk in (old.pk, new.pk))
    insert(*shared, on_conflict=COUNTED_ONCE_MORE)
    billing_status.refresh([old.pk, new.pk])
    _write_history(plan, new, reason=reason, by=by)
    write_not_duplicates(old, new, by=by, reason=reason or "Split manually")
    return new


def _write_history(plan: SplitPlan, new: Customer, *, reason: str, by: User | None) -> None:
    act: dict[str, Any] = {"reason": reason, "by": by}
    sentence, refused = _with_refusals("Split {record} off as {customer}.", plan.regained)
    history.write(plan.customer, HistoryKind.SPLIT, sentence, record=str(plan.record), customer=new, **refused, **act)
    sentence, refused = _with_refusals(history.SPLIT_OFF, plan.refusals)
    history.write(new, HistoryKind.SPLIT, sentence, customer=plan.customer, **refused, **act)
    moved = f"Record {plan.record.pk} of {plan.customer.pk} to {new.pk}."
    insert(
        *events.split(plan.record, new=new.pk, left=plan.customer.pk),
        audit_entry(AuditAction.SPLIT, moved, by=by, customer=plan.customer.pk),
    )


def _with_refusals(sentence: str, refusals: Mapping[str, bool]) -> tuple[str, dict[str, Value]]:
    return (f"{sentence}\nRefuses {{refused}}.", {"refused": as_words(refusals)}) if refusals else (sentence, {})


def _replan(record: SourceRecord, seen: str) -> SplitPlan:
    moved = StaleSplitError("This record was moved a moment ago. Check its current customer.")
    try:
        chain = chain_of(record.origin_id)
        locked = lock_chain(chain)
    except RetiredMeanwhileError:
        raise moved from None
    now = SourceRecord.objects.select_related("origin", "data_source").filter(pk=record.pk).first()
    if not now or {now.customer_id, record.customer_id} != {chain[-1]} or now.origin_id != record.origin_id:
        raise moved
    now.customer, now.origin = locked[chain[-1]], locked[chain[0]]
    plan = plan_split(now)
    if seen and seen != plan.fingerprint:
        raise StaleSplitError("Something changed since you opened the page. This is the updated preview.")
    return plan
