"""What a merge decides about each field of a profile: the one definition, for the plan and for the derivation.

A field becomes what was picked or typed. A field that nobody chose follows `BlankFields`, when the merge is planned and
again whenever the profile is derived, of the customers who are part of the merge then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from customers.models import LeadStatus
from customers.profile.fields import BLANK, BY_KEY, FIELDS, NAME_FIELDS, FieldKind, ProfileField

STATUS = BY_KEY["lead_status"].key
LOGIN = BY_KEY["cart_login"].key

HaveBought = Callable[[Collection[int]], bool]


@dataclass(frozen=True)
class Picked:
    """The value of one of the customers."""

    customer: int


@dataclass(frozen=True)
class Typed:
    """A value entered by the user. A password is given as its hash, a login as it is written."""

    value: Any


Choices = Mapping[str, Picked | Typed]


class BlankFields(StrEnum):
    """What fields without a choice become. In both, consent takes the most restrictive answer."""

    FILL = "fill"
    """The survivor's value; where it is blank, the first one of a duplicate. Tax exempt only by choice."""
    KEEP = "keep"
    """The survivor's value, also where it is blank. Only a survivor without a name is named after a duplicate."""


@dataclass(frozen=True)
class Decisions:
    """What was decided in a merge, as it is stored. `bought` are the origins of the records with purchases then."""

    choices: Choices = field(default_factory=dict)
    blank_fields: BlankFields = BlankFields.FILL
    bought: frozenset[int] = frozenset()

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.blank_fields.value,  # as it is called in the rows of older merges
            "picked": {key: choice.customer for key, choice in self.choices.items() if isinstance(choice, Picked)},
            "typed": {key: choice.value for key, choice in self.choices.items() if isinstance(choice, Typed)},
            "bought": sorted(self.bought),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Decisions:
        picked = {key: Picked(customer) for key, customer in stored.get("picked", {}).items()}
        typed = {key: Typed(value) for key, value in stored.get("typed", {}).items()}
        return cls(
            {**picked, **typed}, BlankFields(stored.get("rule", BlankFields.FILL)), frozenset(stored.get("bought", ()))
        )


@dataclass(frozen=True)
class Party:
    """A customer who is part of a merge, with the profile of that moment."""

    customer: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class FinalValue:
    """`origin` is the duplicate that has the value; None when it is the survivor's, or typed."""

    value: Any
    origin: int | None = None


def decide(
    parties: Sequence[Party], choices: Choices, blank_fields: BlankFields, *, have_bought: HaveBought
) -> dict[str, FinalValue]:
    """The final value of each field. `parties` are the survivor, then the duplicates by primary key.

    A pick of a customer who is no longer part of the merge is no choice.
    """
    present = {party.customer for party in parties}
    standing = {key: c for key, c in choices.items() if isinstance(c, Typed) or c.customer in present}
    finals: dict[str, FinalValue] = {}
    for profile_field in FIELDS:
        finals[profile_field.key] = _final(
            profile_field, parties, standing.get(profile_field.key), blank_fields, finals
        )
    if STATUS not in standing and finals[STATUS].value == LeadStatus.LOST and have_bought(present):
        finals[STATUS] = _not_lost(finals[STATUS], parties, have_bought)
    return finals


def _final(
    profile_field: ProfileField,
    parties: Sequence[Party],
    choice: Picked | Typed | None,
    blank_fields: BlankFields,
    earlier: Mapping[str, FinalValue],
) -> FinalValue:
    match choice:
        case Typed(value):
            return FinalValue(value)
        case Picked(customer):
            chosen = next(party for party in parties if party.customer == customer)
        case None:
            chosen = _default(profile_field, parties, blank_fields, earlier)
    value = chosen.values[profile_field.key]
    if chosen is parties[0] or _is_strict_answer_of_several(profile_field, value, parties[1:]):
        return FinalValue(value)
    return FinalValue(value, chosen.customer)


def _is_strict_answer_of_several(profile_field: ProfileField, value: Any, duplicates: Sequence[Party]) -> bool:
    # Then no single duplicate is the origin.
    if profile_field.kind is not FieldKind.CONSENT or value is not profile_field.strictest:
        return False
    return sum(duplicate.values[profile_field.key] is value for duplicate in duplicates) > 1


def _default(
    profile_field: ProfileField, parties: Sequence[Party], blank_fields: BlankFields, earlier: Mapping[str, FinalValue]
) -> Party:
    survivor, key = parties[0], profile_field.key
    if profile_field.kind is FieldKind.CONSENT and (
        strict := next((party for party in parties if party.values[key] is profile_field.strictest), None)
    ):
        return strict
    if blank_fields is BlankFields.KEEP and not (key in NAME_FIELDS and _is_nameless(survivor)):
        return survivor
    if profile_field.kind is FieldKind.PASSWORD and survivor.values[LOGIN] is None:
        # A password goes with its login. Only by choice does it open another account.
        return next((party for party in parties if party.customer == earlier[LOGIN].origin), survivor)
    if profile_field.kind in (FieldKind.FLAG, FieldKind.PASSWORD):
        return survivor
    return next((party for party in parties if party.values[key] != BLANK[key]), survivor)


def _is_nameless(party: Party) -> bool:
    return not any(party.values[key] for key in NAME_FIELDS)


def _not_lost(final: FinalValue, parties: Sequence[Party], have_bought: HaveBought) -> FinalValue:
    """The lead status without a choice, when one of the customers has bought; see docs/decisions/0009."""
    survivor = parties[0]
    others = [party for party in parties if party.values[STATUS] != LeadStatus.LOST]
    # A survivor that has bought was set to Lost afterwards, by a user, and stays Lost.
    if not others or (survivor not in others and have_bought([survivor.customer])):
        return final
    chosen = next((party for party in others if party.values[STATUS]), others[0])
    return FinalValue(chosen.values[STATUS], None if chosen is survivor else chosen.customer)
