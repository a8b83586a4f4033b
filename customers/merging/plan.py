"""The decisions of a merge: survivor, duplicates, and the final value of every field with its origin.

The plan is made from the present customers, fingerprinted, shown, and made again under the lock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from django.core.exceptions import ValidationError

from customers.credit import credit
from customers.lib.errors import ActionError
from customers.models import Customer, PaySource
from customers.profile.clean import clean
from customers.profile.decisions import BlankFields, Choices, FinalValue, Party, Picked, Typed, decide
from customers.profile.derive import profile_values
from customers.profile.fields import BY_KEY, NAME_FIELDS, ProfileField
from customers.profile.lead_status import have_bought
from customers.profile.shop_logins import LoginTakenError, refuse_taken_login


class MergeError(ActionError):
    pass


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
    blank_fields: BlankFields = field(default=BlankFields.FILL, compare=False)

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
    *,
    blank_fields: BlankFields = BlankFields.FILL,
) -> MergePlan:
    """MergeError when these customers cannot be merged. `blank_fields` decides the fields without a choice."""
    choices, credit_finals = choices or {}, credit_finals or {}
    refuse_impossible_merge(survivor, duplicates)
    customers = [survivor, *sorted(duplicates, key=lambda c: c.pk)]
    choices = {key: _checked(BY_KEY[key], choice, customers) for key, choice in choices.items()}
    parties = [Party(customer.pk, profile_values(customer)) for customer in customers]
    finals = decide(parties, choices, blank_fields, have_bought=partial(_have_bought, customers))
    _refuse_taken_login(finals["cart_login"], customers)
    _refuse_pay_source_of_others(choices.get("pay_source"), customers)
    _refuse_nameless(finals, customers)
    return MergePlan(
        survivor_id=survivor.pk,
        duplicate_ids=tuple(c.pk for c in customers[1:]),
        versions=tuple(c.version for c in customers),
        finals=finals,
        credit=dict(credit_finals),
        credit_before=combined_credit(customers) if credit_finals else {},
        choices=choices,
        blank_fields=blank_fields,
    )


def _checked(profile_field: ProfileField, choice: Picked | Typed, customers: Sequence[Customer]) -> Picked | Typed:
    match choice:
        case Typed(value):
            try:
                return Typed(clean(profile_field, value))
            except ValidationError as error:
                raise MergeError(f"{profile_field.label}: {error.message}") from None
        case Picked(pk) if pk not in {customer.pk for customer in customers}:
            raise MergeError(f"{profile_field.label}: customer {pk} is not part of this merge.")
    return choice


def _have_bought(customers: Sequence[Customer], pks: Collection[int]) -> bool:
    return have_bought([customer for customer in customers if customer.pk in pks])


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


def _refuse_nameless(finals: Mapping[str, FinalValue], customers: Sequence[Customer]) -> None:
    if not any(finals[key].value for key in NAME_FIELDS) and any(
        getattr(c, key) for c in customers for key in NAME_FIELDS
    ):
        raise MergeError("Keep a name, company, email or phone.")


def _refuse_pay_source_of_others(choice: Picked | Typed | None, customers: Sequence[Customer]) -> None:
    if isinstance(choice, Typed) and choice.value is not None:
        theirs = PaySource.objects.filter(source_record__customer__in=customers)
        if not theirs.filter(pk=choice.value).exists():
            raise MergeError(f"{BY_KEY['pay_source'].label}: select one of these customers.")


def _refuse_taken_login(final: FinalValue, customers: Sequence[Customer]) -> None:
    if isinstance(final.value, str):
        try:
            refuse_taken_login(final.value, [c.pk for c in customers])
        except LoginTakenError as error:
            raise MergeError(f"{BY_KEY['cart_login'].label}: {error}") from None
