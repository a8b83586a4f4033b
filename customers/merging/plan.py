"""The decisions of a merge: survivor, duplicates, and the final value of every field with its origin.

The plan is made from the present customers, fingerprinted, shown, and made again under the lock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from customers.credit import credit
from customers.lib.errors import ActionError
from customers.models import Customer, LeadStatus
from customers.profile.clean import clean
from customers.profile.fields import BLANK, BY_KEY, FIELDS, NAME_FIELDS, FieldKind, ProfileField
from customers.profile.lead_status import have_bought
from customers.profile.shop_logins import LoginTakenError, refuse_taken_login

STATUS = BY_KEY["lead_status"].key


class MergeError(ActionError):
    pass


@dataclass(frozen=True)
class Picked:
    """The value of one of the customers."""

    customer: int


@dataclass(frozen=True)
class Typed:
    """A value entered by the user. A password is given as its hash, a login as it is written."""

    value: Any


Choices = Mapping[str, Picked | Typed]


@dataclass(frozen=True)
class FinalValue:
    """`origin` is the duplicate that has the value; None when it is the survivor's, or typed."""

    value: Any
    origin: int | None = None


@dataclass(frozen=True)
class MergePlan:
    """The plan that was shown must still be the same when the merge is carried out."""

    survivor_id: int
    duplicate_ids: tuple[int, ...]
    versions: tuple[int, ...]
    finals: Mapping[str, FinalValue]
    credit: Mapping[str, Decimal]
    credit_before: Mapping[str, Decimal]
    choices: Choices = field(compare=False)

    @property
    def ids(self) -> tuple[int, ...]:
        return (self.survivor_id, *self.duplicate_ids)

    @cached_property
    def values(self) -> dict[str, Any]:
        return {key: final.value for key, final in self.finals.items()}

    @cached_property
    def fingerprint(self) -> str:
        decided = [self.ids, self.versions, self.credit, self.credit_before]
        finals = {key: (final.value, final.origin) for key, final in self.finals.items()}
        return hashlib.sha256(json.dumps([*decided, finals], sort_keys=True, default=str).encode()).hexdigest()


def plan_merge(
    survivor: Customer,
    duplicates: Sequence[Customer],
    choices: Choices | None = None,
    credit_finals: Mapping[str, Decimal] | None = None,
) -> MergePlan:
    """MergeError when these customers cannot be merged.

    A field without a choice keeps the survivor's value; where that is blank, it takes the first duplicate's value that
    is not. Consent takes the most restrictive answer, and a survivor becomes tax exempt only by choice.
    """
    choices, credit_finals = choices or {}, credit_finals or {}
    refuse_impossible_merge(survivor, duplicates)
    customers = [survivor, *sorted(duplicates, key=lambda c: c.pk)]
    finals: dict[str, FinalValue] = {}
    for profile_field in FIELDS:
        finals[profile_field.key] = _final(profile_field, customers, choices.get(profile_field.key), finals)
    if STATUS not in choices and finals[STATUS].value == LeadStatus.LOST and have_bought(customers):
        finals[STATUS] = _not_lost(finals[STATUS], customers)
    _refuse_taken_login(finals["cart_login"], customers)
    _refuse_nameless(finals, customers)
    return MergePlan(
        survivor_id=survivor.pk,
        duplicate_ids=tuple(c.pk for c in customers[1:]),
        versions=tuple(c.version for c in customers),
        finals=finals,
        credit=dict(credit_finals),
        credit_before=combined_credit(customers) if credit_finals else {},
        choices=choices,
    )


def refuse_impossible_merge(survivor: Customer, duplicates: Sequence[Customer]) -> None:
    if not duplicates:
        raise MergeError("Select at least one duplicate.")
    pks = [customer.pk for customer in duplicates]
    if survivor.pk in pks:
        raise MergeError("A customer cannot be merged with itself.")
    if len(set(pks)) < len(pks):
        raise MergeError("A customer is selected twice. Select each customer once.")
    for customer in (survivor, *duplicates):
        if customer.erased_at:
            raise MergeError(f"Customer {customer.pk} was erased and cannot be merged.")
        if customer.merged_into is not None:
            root = customer.live_root()
            merged = f"{customer.name_with_number} is already merged into {root.name_with_number}."
            raise MergeError(merged if root == survivor else f"{merged} Merge with that customer instead.")


def combined_credit(customers: Sequence[Customer]) -> dict[str, Decimal]:
    together: dict[str, Decimal] = {}
    for amounts in credit.balances([c.pk for c in customers]).values():
        for currency, amount in amounts.items():
            together[currency] = together.get(currency, Decimal()) + amount
    return together


def _final(
    profile_field: ProfileField,
    customers: Sequence[Customer],
    choice: Picked | Typed | None,
    earlier: Mapping[str, FinalValue],
) -> FinalValue:
    match choice:
        case Typed(value):
            try:
                return FinalValue(clean(profile_field, value))
            except ValidationError as error:
                raise MergeError(f"{profile_field.label}: {error.message}") from None
        case Picked(pk):
            chosen = next((c for c in customers if c.pk == pk), None)
            if chosen is None:
                raise MergeError(f"{profile_field.label}: customer {pk} is not part of this merge.")
        case None:
            chosen = _default(profile_field, customers, earlier)
    value = getattr(chosen, profile_field.column)
    if chosen is customers[0] or _is_strict_answer_of_several(profile_field, value, customers[1:]):
        return FinalValue(value)
    return FinalValue(value, chosen.pk)


def _not_lost(final: FinalValue, customers: Sequence[Customer]) -> FinalValue:
    """The lead status without a choice, when one of the customers has bought; see docs/decisions/0009."""
    survivor = customers[0]
    others = [customer for customer in customers if customer.lead_status != LeadStatus.LOST]
    # A survivor that has bought was set to Lost afterwards, by a user, and stays Lost.
    if not others or (survivor not in others and have_bought([survivor])):
        return final
    chosen = next((customer for customer in others if customer.lead_status), others[0])
    return FinalValue(chosen.lead_status, None if chosen is survivor else chosen.pk)


def _is_strict_answer_of_several(profile_field: ProfileField, value: Any, duplicates: Sequence[Customer]) -> bool:
    # Then no single duplicate is the origin: when one is restored, another has still given this answer.
    if profile_field.kind is not FieldKind.CONSENT or value is not profile_field.strictest:
        return False
    return sum(getattr(duplicate, profile_field.column) is value for duplicate in duplicates) > 1


def _default(profile_field: ProfileField, customers: Sequence[Customer], earlier: Mapping[str, FinalValue]) -> Customer:
    survivor = customers[0]
    if profile_field.kind is FieldKind.PASSWORD and survivor.cart_login_id is None:
        # A password goes with its login. Only by choice does it open another account.
        return next((c for c in customers if c.pk == earlier["cart_login"].origin), survivor)
    if profile_field.kind in (FieldKind.FLAG, FieldKind.PASSWORD):
        return survivor
    values = [(c, getattr(c, profile_field.column)) for c in customers]
    if profile_field.kind is FieldKind.CONSENT and (
        strict := next((c for c, v in values if v is profile_field.strictest), None)
    ):
        return strict
    return next((c for c, value in values if value != BLANK[profile_field.key]), survivor)


def _refuse_nameless(finals: Mapping[str, FinalValue], customers: Sequence[Customer]) -> None:
    if not any(finals[key].value for key in NAME_FIELDS) and any(
        getattr(c, key) for c in customers for key in NAME_FIELDS
    ):
        raise MergeError("Keep a name, company, email or phone.")


def _refuse_taken_login(final: FinalValue, customers: Sequence[Customer]) -> None:
    if isinstance(final.value, str):
        try:
            refuse_taken_login(final.value, [c.pk for c in customers])
        except LoginTakenError as error:
            raise MergeError(f"{BY_KEY['cart_login'].label}: {error}") from None
