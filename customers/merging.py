"""Merging duplicate customers into one.

A merge is planned, shown, and carried out; the plan that is shown is the plan that runs. It sets edges, writes one
profile change, and refreshes the caches. Source records change owner and nothing else moves, so the cost does not
grow with what a customer has bought. An order that comes meanwhile changes no plan; an edit does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from customers import billing, cart, credit, history, owners, profile
from customers.fields import BLANK, BY_KEY, FIELDS, Kind, ProfileField
from customers.homes import home_of
from customers.locking import lock
from customers.models import Customer, HistoryKind, Merge, MergeMember, ProfileChange, SourceRecord, Via
from customers.notices import Notice
from customers.values import clean

if TYPE_CHECKING:
    from crm.accounts.models import User


class MergeError(Exception):
    """Nothing was merged; the message says why and what to do."""


class StalePlanError(MergeError):
    """The customers are no longer as they were shown; `changes` are the edits since."""

    def __init__(self, message: str, changes: Sequence[ProfileChange] = ()) -> None:
        super().__init__(message)
        self.changes = changes


class AlreadyMergedError(MergeError):
    """This very plan was carried out before, as `merge`: a double click, or a page sent again."""

    def __init__(self, merge: Merge) -> None:
        super().__init__("These customers are merged already. This is the result.")
        self.merge = merge


@dataclass(frozen=True)
class Picked:
    """The value that one of the customers has."""

    customer: int


@dataclass(frozen=True)
class Typed:
    """A value of nobody's. A password is given as its hash, a login as it is written."""

    value: Any


Choices = Mapping[str, Picked | Typed]


@dataclass(frozen=True)
class Final:
    """What a field becomes, and the duplicate it is from; None when it is the survivor's or typed."""

    value: Any
    origin: int | None = None


@dataclass(frozen=True)
class MergePlan:
    """The decision: who becomes whom, and the final values. What was shown must still be true when it is run."""

    survivor_id: int
    duplicate_ids: tuple[int, ...]
    versions: tuple[int, ...]
    finals: Mapping[str, Final]
    credit: Mapping[str, Decimal]
    credit_before: Mapping[str, Decimal]
    choices: Choices = field(compare=False)

    @property
    def ids(self) -> tuple[int, ...]:
        return (self.survivor_id, *self.duplicate_ids)

    @cached_property
    def fingerprint(self) -> str:
        decided = asdict(self)
        del decided["choices"]
        return hashlib.sha256(json.dumps(decided, sort_keys=True, default=str).encode()).hexdigest()


def plan(
    survivor: Customer,
    duplicates: Sequence[Customer],
    choices: Choices | None = None,
    credit_finals: Mapping[str, Decimal] | None = None,
) -> MergePlan:
    """What merging `duplicates` into `survivor` decides; MergeError when it cannot be.

    A field without a choice keeps the survivor's value; where that is blank, it takes the first duplicate's that is
    not. Consent takes the strictest answer, and nobody becomes tax exempt unasked.
    """
    choices, credit_finals = choices or {}, credit_finals or {}
    refuse_impossible(survivor, duplicates)
    customers = [survivor, *sorted(duplicates, key=lambda c: c.pk)]
    finals: dict[str, Final] = {}
    for each in FIELDS:
        finals[each.key] = _final(each, customers, choices.get(each.key), finals)
    _refuse_taken_login(finals["cart_login"], customers)
    return MergePlan(
        survivor_id=survivor.pk,
        duplicate_ids=tuple(c.pk for c in customers[1:]),
        versions=tuple(c.version for c in customers),
        finals=finals,
        credit=dict(credit_finals),
        credit_before=credit_together(customers) if credit_finals else {},
        choices=choices,
    )


def refuse_impossible(survivor: Customer, duplicates: Sequence[Customer]) -> None:
    if not duplicates:
        raise MergeError("Choose at least one customer.")
    pks = [customer.pk for customer in duplicates]
    if survivor.pk in pks:
        raise MergeError("A customer cannot be merged with itself.")
    if len(set(pks)) < len(pks):
        raise MergeError("A customer is chosen twice. Choose each once.")
    for customer in (survivor, *duplicates):
        if customer.erased_at:
            raise MergeError(f"Customer {customer.pk} was erased. There is nothing left to merge.")
        if customer.merged_into is not None:
            root = customer.live_root()
            raise MergeError(
                f"{customer.numbered} is already part of {root.name} ({root.pk}). Merge with that customer instead."
            )


def credit_together(customers: Sequence[Customer]) -> dict[str, Decimal]:
    """{currency: what the customers hold together}."""
    together: dict[str, Decimal] = {}
    for amounts in credit.balances([c.pk for c in customers]).values():
        for currency, amount in amounts.items():
            together[currency] = together.get(currency, Decimal()) + amount
    return together


def _final(
    each: ProfileField, customers: Sequence[Customer], choice: Picked | Typed | None, earlier: Mapping[str, Final]
) -> Final:
    match choice:
        case Typed(value):
            try:
                return Final(clean(each, value))
            except ValidationError as error:
                raise MergeError(f"{each.label}: {error.message}") from None
        case Picked(pk):
            chosen = next((c for c in customers if c.pk == pk), None)
            if chosen is None:
                raise MergeError(f"{each.label}: customer {pk} is not one of those to be merged.")
        case None:
            chosen = _default(each, customers, earlier)
    return Final(getattr(chosen, each.column), chosen.pk if chosen is not customers[0] else None)


def _default(each: ProfileField, customers: Sequence[Customer], earlier: Mapping[str, Final]) -> Customer:
    """Whose value a field takes when nobody chose."""
    survivor = customers[0]
    if each.kind is Kind.PASSWORD and survivor.cart_login_id is None:
        # A password goes with its login: it opens nobody else's account unless somebody says so.
        return next((c for c in customers if c.pk == earlier["cart_login"].origin), survivor)
    if each.kind in (Kind.FLAG, Kind.PASSWORD):
        return survivor
    values = [(c, getattr(c, each.column)) for c in customers]
    if each.kind is Kind.CONSENT and (strict := next((c for c, v in values if v is each.strictest), None)):
        return strict
    return next((c for c, value in values if value != BLANK[each.key]), survivor)


def _refuse_taken_login(final: Final, customers: Sequence[Customer]) -> None:
    if isinstance(final.value, str):
        try:
            cart.refuse_taken(final.value, [c.pk for c in customers])
        except cart.LoginTakenError as error:
            raise MergeError(f"{BY_KEY['cart_login'].label}: {error}") from None


@transaction.atomic
def merge(
    agreed: MergePlan, *, by: User | None, via: Via, reason: str = "", warnings: Collection[Notice] = ()
) -> Merge:
    """Carry out `agreed`; StalePlanError if what was shown is no longer true, AlreadyMergedError if it has been."""
    # Always in primary key order, so two agents merging the same people cannot deadlock.
    locked = lock(agreed.ids)
    refuse_repeated(agreed)
    _refuse_lost_race(locked.values())
    survivor, duplicates = locked[agreed.survivor_id], [locked[pk] for pk in agreed.duplicate_ids]
    current = made_again(agreed, survivor, duplicates)
    made = Merge.objects.create(
        survivor=survivor,
        by=by,
        via=via,
        reason=reason,
        warnings=[list(notice) for notice in warnings],
        fingerprint=agreed.fingerprint,
    )
    home_of(survivor)
    _write_members(made, duplicates)
    owners.refresh(agreed.duplicate_ids)
    _write_profile(made, survivor, current)
    profile.bump(duplicates)
    credit.correct(survivor, dict(current.credit), by=by, merge=made)
    billing.refresh(agreed.ids)
    history.write(survivor, HistoryKind.MERGE, merged_sentence(duplicates), by=by, merge=made)
    return made


def refuse_repeated(agreed: MergePlan) -> None:
    before = Merge.objects.filter(fingerprint=agreed.fingerprint, undone_at=None).select_related("survivor").first()
    if before:
        raise AlreadyMergedError(before)


def _refuse_lost_race(customers: Collection[Customer]) -> None:
    retired = [customer.pk for customer in customers if customer.merged_into_id]
    lost = MergeMember.objects.filter(duplicate__in=retired, undone_at=None).select_related(
        "merge__by", "merge__survivor", "duplicate"
    )
    if member := lost.first():
        raise MergeError(
            f"{member.merge.by or 'A rule'} merged {member.duplicate.numbered} into"
            f" {member.merge.survivor.name} a moment ago."
        )


def made_again(agreed: MergePlan, survivor: Customer, duplicates: Sequence[Customer]) -> MergePlan:
    """The plan as it is now; StalePlanError when that is not what was agreed."""
    current = plan(survivor, duplicates, agreed.choices, agreed.credit)
    if current.fingerprint != agreed.fingerprint:
        changes = changes_since(dict(zip(agreed.ids, agreed.versions, strict=True)))
        raise StalePlanError(f"{told(changes)} Look at the values again, then confirm.", changes)
    return current


def changes_since(versions: Mapping[int, int]) -> list[ProfileChange]:
    """What was changed of the profiles of the customers since they had these `versions`."""
    newer = Q(*(Q(customer=pk, version__gt=version) for pk, version in versions.items()), _connector=Q.OR)
    found = ProfileChange.objects.filter(newer).select_related("by", "customer")
    return list(found.order_by("customer", "version"))


def told(changes: Sequence[ProfileChange]) -> str:
    """Who changed what, as a sentence."""
    said = [
        f"{change.by or 'A program'} changed the"
        f" {listed([BY_KEY[key].label.lower() for key in change.values])} of {change.customer.numbered}"
        for change in changes
    ]
    return f"{'; '.join(said) or 'Something about these customers changed'} while you were deciding."


def _write_members(made: Merge, duplicates: Sequence[Customer]) -> None:
    records: dict[int, list[int]] = {customer.pk: [] for customer in duplicates}
    for pk, customer in SourceRecord.objects.filter(customer__in=records).order_by("pk").values_list("pk", "customer"):
        records[customer].append(pk)
    MergeMember.objects.bulk_create(
        MergeMember(merge=made, duplicate_id=pk, records=moved) for pk, moved in records.items()
    )


def _write_profile(made: Merge, survivor: Customer, current: MergePlan) -> None:
    # What stands with the duplicates there: a card or login that an earlier edit named may be the survivor's again.
    before = profile.values_of(survivor) | profile.History([survivor.pk]).profile(survivor.pk)
    after = cart.settle(
        survivor, {key: final.value for key, final in current.finals.items()}, among=current.ids, merge=made
    )
    origins = {key: final.origin for key, final in current.finals.items() if final.origin is not None}
    if not profile.write_change(survivor, after, before=before, origins=origins, by=made.by, via=made.via, merge=made):
        profile.bump([survivor])
    profile.refresh([survivor.pk])


def merged_sentence(duplicates: Sequence[Customer]) -> str:
    return f"Merged {listed([c.numbered for c in duplicates])} into this customer."


def listed(words: Sequence[str]) -> str:
    """“A”, “A and B”, “A, B and C”."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
