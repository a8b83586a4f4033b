"""Drafts of merges: the selection and input of a user, kept from page to page.

A draft keeps the input and no plan. Every step makes the plan again from the input, and a merge needs the fingerprint
that was reviewed. So no form can alter a plan, and no value of a customer is kept twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from customers.lib.numbers import parse_numbers
from customers.locks import lock
from customers.merging.plan import MergeError, MergePlan
from customers.models import Customer, MergeDraft
from customers.snapshot import after_reading

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_DRAFTS = 50
"""Of one user."""
MOST_PURGED = 100
"""The most expired drafts that are deleted with the making of a new one."""
BATCH = 1000


def find(survivor: int, *, by: User) -> MergeDraft | None:
    """The user's draft of a merge into `survivor`. Using it prolongs its life."""
    now = timezone.now()
    draft = MergeDraft.objects.filter(user=by, survivor=survivor, expires__gt=now).first()
    if draft and draft.expires < now + _life() / 2:
        after_reading(MergeDraft.objects.filter(pk=draft.pk).update, expires=now + _life())
    return draft


def is_of_another(pk: str, survivor: Customer, *, by: User) -> bool:
    drafts = MergeDraft.objects.filter(pk__in=parse_numbers([pk]), survivor=survivor, expires__gt=timezone.now())
    return drafts.exclude(user=by).exists()


@transaction.atomic
def keep(
    customers: Sequence[Customer],
    entered: Mapping[str, Any],
    *,
    by: User,
    seen: Mapping[int, int],
    new_password: str | None = None,
    reviewed: tuple[MergePlan, Collection[int]] | None = None,
) -> MergeDraft:
    """Keep what was `entered` for a merge of `customers`, the survivor first; MergeError when one was erased.

    `new_password` is a hash, None leaves it as it is. `reviewed` is the plan, with the duplicates' source records.
    """
    # The lock is against an erasure, which deletes the drafts that it finds: either it is over, or it finds this one.
    if any(customer.erased_at for customer in lock([customer.pk for customer in customers]).values()):
        raise MergeError("One of these customers was erased. Select again.")
    survivor = customers[0]
    now = timezone.now()
    draft = MergeDraft.objects.filter(user=by, survivor=survivor).first()
    if draft and draft.expires <= now:
        discard(draft)
        draft = None
    if draft is None:
        _make_room(by)
        draft = MergeDraft(user=by, survivor=survivor)
    draft.entered, draft.seen = dict(entered), {str(pk): version for pk, version in seen.items()}
    if new_password is not None:
        draft.new_password = new_password
    if reviewed:
        plan, records = reviewed
        draft.fingerprint, draft.records = plan.fingerprint, sorted(records)
    draft.expires = now + _life()
    draft.save()
    draft.customers.set(customers)
    return draft


def keep_selection(customers: Sequence[Customer], *, by: User) -> MergeDraft:
    """Keep who was selected to be merged, with what was entered for this survivor before."""
    versions = {customer.pk: customer.version for customer in customers}
    draft = find(customers[0].pk, by=by)
    if draft is None:
        return keep(customers, {}, by=by, seen=versions)
    return keep(customers, draft.entered, by=by, seen={**versions, **_of(draft.versions, versions)})


@transaction.atomic
def hand_over(draft: MergeDraft, customers: Sequence[Customer], *, by: User) -> MergeDraft:
    """The draft as one of a merge into another of its customers, who is the first of `customers` now.

    What was suggested follows who is kept; what the user chose or entered stays.
    """
    versions = {customer.pk: customer.version for customer in customers}
    seen = {**versions, **_of(draft.versions, versions)}
    handed_over = keep(customers, draft.entered, by=by, seen=seen, new_password=draft.new_password)
    discard(draft)
    return handed_over


def _of(seen: Mapping[int, int], customers: Collection[int]) -> dict[int, int]:
    return {pk: version for pk, version in seen.items() if pk in customers}


def finish(draft: MergeDraft) -> None:
    # After the merge, a page that is sent twice only needs the fingerprint.
    MergeDraft.objects.filter(pk=draft.pk).update(entered={}, new_password="", seen={}, records=[])


@transaction.atomic
def discard(draft: MergeDraft) -> None:
    _delete(MergeDraft.objects.filter(pk=draft.pk).select_for_update())


def forget(customers: Collection[int]) -> None:
    # The caller has locked the customers.
    about = MergeDraft.customers.through._default_manager.filter(customer__in=customers)
    _delete(MergeDraft.objects.filter(pk__in=about.values("mergedraft")).select_for_update())


def due() -> QuerySet[MergeDraft]:
    return MergeDraft.objects.filter(expires__lte=timezone.now())


def purge() -> int:
    total = 0
    while True:
        with transaction.atomic():
            deleted = _delete(_expired()[:BATCH])
        total += deleted
        if deleted < BATCH:
            return total


def _life() -> timedelta:
    return timedelta(hours=settings.MERGE_DRAFT_HOURS)


def _make_room(user: User) -> None:
    _delete(_expired()[:MOST_PURGED])
    newest_first = MergeDraft.objects.filter(user=user).order_by("-expires", "-pk")
    _delete(newest_first.select_for_update(skip_locked=True)[MOST_DRAFTS - 1 :])


def _expired() -> QuerySet[MergeDraft]:
    return due().order_by("expires", "pk").select_for_update(skip_locked=True)


def _delete(drafts: QuerySet[MergeDraft]) -> int:
    # As many statements for one draft as for many.
    pks = list(drafts.values_list("pk", flat=True))
    if pks:
        about = MergeDraft.customers.through._default_manager.filter(mergedraft__in=pks)
        about._raw_delete(about.db)
        doomed = MergeDraft.objects.filter(pk__in=pks)
        doomed._raw_delete(doomed.db)
    return len(pks)
