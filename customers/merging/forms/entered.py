"""What stands in the form of final values: picked, typed, or neither. The form and the grid both read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from customers.lib.money import format_for_input
from customers.merging.plan import MergePlan, Picked
from customers.profile.fields import BLANK, BY_KEY, FieldKind

EMPTY = "empty"
"""The pick that clears a value."""

PICK, VALUE = "pick-", "value-"
PASSWORD = BY_KEY["cart_password"].key


@dataclass(frozen=True)
class Entered:
    """`picks` are {field: customer or EMPTY}, `typed` is {name of an input without its prefix: text}.

    A password is never part of it; `new_password` is the hash of one that was set on this page before.
    """

    picks: Mapping[str, str]
    typed: Mapping[str, str] = field(default_factory=dict)
    new_password: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, Any], *, new_password: str = "") -> Entered:
        return cls(
            picks={key[len(PICK) :]: value for key, value in data.items() if key.startswith(PICK)},
            typed={k[len(VALUE) :]: v for k, v in data.items() if k.startswith(VALUE) and k != VALUE + PASSWORD},
            new_password=new_password,
        )

    @classmethod
    def from_plan(cls, plan: MergePlan) -> Entered:
        """How a form looks that says what `plan` does."""
        picks = {key: str(final.origin or plan.survivor_id) for key, final in plan.finals.items()}
        typed = {f"credit-{currency}": format_for_input(amount, currency) for currency, amount in plan.credit.items()}
        new_password = ""
        for key, choice in plan.choices.items():
            if isinstance(choice, Picked):
                picks[key] = str(choice.customer)
            elif choice.value == BLANK[key]:
                picks[key] = EMPTY
            elif BY_KEY[key].kind is FieldKind.PASSWORD:
                new_password = choice.value
            elif BY_KEY[key].kind is FieldKind.ADDRESS:
                typed |= {f"{key}-{part}": text for part, text in choice.value.items()}
            else:
                typed[key] = choice.value
        return cls(picks, typed, new_password)

    def with_picks(self, picks: Mapping[str, str]) -> Entered:
        return replace(self, picks={**self.picks, **picks})

    def text(self, name: str) -> str:
        return self.typed.get(name, "").strip()
