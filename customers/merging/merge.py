"""Merging duplicate customers into one.

A merge is planned, shown, and carried out; the plan that is shown is the plan that runs. It sets edges, keeps what
was decided, and refreshes the caches. Source records change owner and no other row does, so the cost does not
grow with the orders of a customer. An order received meanwhile does not change a plan; an edit does.

The statements: lock the customers, read their records; insert the merge; set the edges, move the records; write the
staff record with its keys, the profile change and the profile, each only if it changes; drop shared values; insert the
members, the history entry and the events. `docs/decisions/0027` has them in a table, `test_statements.py` counts.

What every merge does stands in `merge_customers`: a new refusal goes below the lock, before the merge is inserted; a
value of the merge into `Merge(…)`; a row about it into the last `insert`, with those of history, events and audit; what
is outside of the database to the end, after the commit, as `count_after_commit` does. What only a person, the API, a
batch or a rule does goes where it calls this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Case, F, Value, When

from customers.credit import credit
from customers.database.lost_connections import once_more_when_lost
from customers.lib.audit import AuditAction, audit_entry
from customers.lib.counting import Counted, count_after_commit
from customers.lib.phrases import Notice
from customers.locks import MOST_TRIES, lock
from customers.merging.allowed import refuse_entered, refuse_unmatched
from customers.merging.meanwhile import (
    AlreadyMergedError,
    StalePlanError,
    refuse_already_merged,
    refuse_lost_race,
    stale,
)
from customers.merging.plan import MergeError, MergePlan, plan_merge
from customers.merging.second_person.policy import refuse_alone
from customers.models import (
    Customer,
    HistoryKind,
    Merge,
    MergeBatch,
    MergeMember,
    MergeRule,
    ProfileChange,
    SourceRecord,
    Via,
)
from customers.models.functions import Now
from customers.profile.decisions import BlankFields, Decisions, Picked, Typed
from customers.profile.derive import profile_difference, profile_values, save_profile
from customers.profile.edit import edit_profile
from customers.profile.fields import BY_KEY, OF_CUSTOMER
from customers.profile.refusals import refusals_in
from customers.profile.shop_logins import LoginTakenError, settle_logins
from customers.records import events, history
from customers.records.owned_records import OwnedRecord, keys_of, owned_records
from customers.records.ownership import merged_into_any
from customers.records.shared_values import drop_unshared
from customers.records.staff_record import put_staff_record
from customers.statements.prepared import PreparedWrite, insert, updating
from customers.totals import billing_status

if TYPE_CHECKING:
    from crm.accounts.models import User

MERGED = "Merged {customers} into this customer."
CONFIRMED = "Merged {customers} into this customer, confirmed by {user}."
BY_RULE = "Merged {customers} into this customer by the rule “{rule}”."


@once_more_when_lost(recognises_itself=True)
@transaction.atomic
def merge_customers(
    agreed: MergePlan,
    *,
    by: User | None,
    via: Via,
    rule: MergeRule | None = None,
    reason: str = "",
    warnings: Collection[Notice] = (),
    batch: MergeBatch | None = None,
    confirmed_by: User | None = None,
) -> Merge:
    """Carry out `agreed`; StalePlanError if what was shown is no longer true, AlreadyMergedError if it has been.

    `rule` is the one that merges, without a user. SecondPersonError without another user in `confirmed_by` where the
    policy asks for one.
    """
    refuse_entered(agreed, by=by)
    refusals = _refusals_entered(agreed)
    locked = _lock(agreed, with_merged=bool(refusals))
    survivor, duplicates = locked[agreed.survivor_id], [locked[pk] for pk in agreed.duplicate_ids]
    if [locked[pk].version for pk in agreed.ids] != [*agreed.versions]:
        # A merge gives all its customers a new version, so only here can they be merged already.
        refuse_already_merged(agreed.fingerprint)
        refuse_lost_race([*locked.values()])
    plan = replan(agreed, survivor, duplicates)
    refuse_unmatched(plan.survivor_id, plan.duplicate_ids, by=by)
    records = owned_records(plan.ids)
    if confirmed_by in (None, by) and (not records or records[0].has_policy):
        refuse_alone([survivor, *duplicates])

    merge = Merge(
        survivor=survivor,
        survivor_name=survivor.name,
        by=by,
        via=via,
        batch=batch,
        rule=rule,
        reason=reason,
        warnings=[list(notice) for notice in warnings],
        fingerprint=plan.fingerprint,
        decisions=_decisions(plan, records).as_json(),
        version=survivor.version + 1,
        confirmed_by=confirmed_by,
    )
    insert(merge)
    _lead_to_survivor(survivor.pk, billing_status.combined_status(locked.values()), plan.ids)
    _move_records(survivor.pk, plan.duplicate_ids)
    staff_record = put_staff_record(survivor, plan.values, owner=survivor.pk, records=records)
    _write_profile(merge, survivor, plan)
    drop_unshared(keys_of(record for record in records if record.customer != survivor.pk))
    credit.set_credit(survivor, dict(plan.credit), by=by, merge=merge)
    sentence, named = _sentence(rule, confirmed_by)
    members = [*_members(merge, duplicates, records)]
    insert(
        *members,
        history.entry(staff_record, HistoryKind.MERGE, sentence, customers=duplicates, by=by, merge=merge, **named),
        *events.merged(merge, {member.duplicate_id: member.records for member in members}),
        audit_entry(AuditAction.MERGE, _in_numbers(merge, plan), by=by, customer=survivor.pk),
    )
    if refusals:
        # Said of all of them, so it is no value of this merge alone, which an undo would take along.
        edit_profile(survivor, refusals, version=survivor.version, by=by, via=via)
    count_after_commit(Counted.MERGE, via)
    return merge


def _sentence(rule: MergeRule | None, confirmed_by: User | None) -> tuple[str, dict[str, Any]]:
    if rule:
        return BY_RULE, {"rule": str(rule)}
    return (CONFIRMED, {"user": str(confirmed_by)}) if confirmed_by else (MERGED, {})


def _in_numbers(merge: Merge, plan: MergePlan) -> str:
    by_rule = f" By the rule “{merge.rule}”." if merge.rule else ""
    return f"Merge {merge.pk}: {', '.join(map(str, plan.duplicate_ids))} into {plan.survivor_id}.{by_rule}"


def _refusals_entered(plan: MergePlan) -> dict[str, bool]:
    """What a user entered as a refusal; one that comes from a customer, selected or not, is theirs."""
    return refusals_in({key: choice.value for key, choice in plan.choices.items() if isinstance(choice, Typed)})


def _lock(plan: MergePlan, *, with_merged: bool) -> dict[int, Customer]:
    """The customers of the plan; those merged into them are locked too where they will be changed."""
    # Always in primary key order, so two agents merging the same people cannot deadlock.
    locked = lock({*plan.ids, *(merged_into_any(plan.ids) if with_merged else ())})
    return {pk: locked[pk] for pk in plan.ids}


# All get a new version, which makes plans of the old version stale.
_lead_to_survivor = PreparedWrite(
    lambda survivor, status, customers: updating(
        Customer.objects.filter(pk__in=customers),
        version=F("version") + 1,
        updated=Now(),
        merged_into=Case(When(pk=survivor, then=None), default=survivor),
        billing_status=Case(When(pk=survivor, then=status), default=Value("")),
    )
)
_move_records = PreparedWrite(
    lambda survivor, duplicates: updating(
        SourceRecord.objects.filter(customer__in=duplicates), customer=survivor, moved_at=Now()
    )
)


def _members(merge: Merge, duplicates: Sequence[Customer], records: Sequence[OwnedRecord]) -> Iterator[MergeMember]:
    for duplicate in duplicates:
        moved = [record.pk for record in records if record.customer == duplicate.pk]
        yield MergeMember(
            merge=merge,
            duplicate=duplicate,
            duplicate_name=duplicate.name,
            records=moved,
            version=duplicate.version,
        )


def _decisions(plan: MergePlan, records: Sequence[OwnedRecord]) -> Decisions:
    bought = frozenset(record.origin for record in records if record.has_bought)
    # A typed login or password becomes the key of its row, which needs the merge.
    return Decisions(
        {key: c for key, c in plan.choices.items() if not _is_typed_reference(key, c)}, plan.blank_fields, bought
    )


def _is_typed_reference(key: str, choice: Picked | Typed) -> bool:
    return BY_KEY[key].kind in OF_CUSTOMER and isinstance(choice, Typed)


def _write_profile(merge: Merge, survivor: Customer, plan: MergePlan) -> None:
    before = profile_values(survivor)
    try:
        after = settle_logins(survivor, plan.values, among=plan.ids, merge=merge)
    except LoginTakenError as error:
        raise MergeError(str(error)) from None
    survivor.version += 1
    _write_typed_references(merge, {key: after[key] for key, c in plan.choices.items() if _is_typed_reference(key, c)})
    origins = {key: final.origin for key, final in plan.finals.items() if final.origin is not None}
    if difference := profile_difference(before, after, origins):
        act = {"by": merge.by, "via": merge.via, "merge": merge}
        insert(ProfileChange(customer=survivor, values=difference, version=survivor.version, **act))
    save_profile(survivor, after)


def _write_typed_references(merge: Merge, keys: Mapping[str, int | None]) -> None:
    if keys:
        merge.decisions["typed"].update(keys)
        merge.save(update_fields=["decisions"])


def replan(agreed: MergePlan, survivor: Customer, duplicates: Sequence[Customer]) -> MergePlan:
    current = plan_merge(survivor, duplicates, agreed.choices, agreed.credit, blank_fields=agreed.blank_fields)
    if current.fingerprint != agreed.fingerprint:
        raise stale(dict(zip(agreed.ids, agreed.versions, strict=True)))
    return current


def merge_keeping_survivor(duplicate: Customer, survivor: Customer, *, by: User | None) -> Merge | None:
    """Merge as an API client asks for it, who sees no plan: with the survivor's profile (`BlankFields.KEEP`).

    Retired customers stand for those they were merged into; None when both are the same customer already.
    """
    for _ in range(MOST_TRIES):
        old, kept = _root(duplicate), _root(survivor)
        if old == kept:
            return None
        try:
            return merge_customers(plan_merge(kept, [old], blank_fields=BlankFields.KEEP), by=by, via=Via.API)
        except AlreadyMergedError as error:
            return error.merge
        except StalePlanError:
            # The client was shown no plan, so it is made again from what was edited meanwhile.
            continue
        except MergeError:
            if (_root(duplicate), _root(survivor)) == (old, kept):
                raise
    raise MergeError("Nothing was merged: other users are changing these customers. Try again.")


def _root(customer: Customer) -> Customer:
    return Customer.objects.select_related("merged_into").get(pk=customer.pk).live_root()
