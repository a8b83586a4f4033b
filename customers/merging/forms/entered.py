"""What stands in the form of final values: picked, typed, or neither. The form and the grid both read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from customers.lib.text import can_be_stored
from customers.merging.plan import MergePlan
from customers.models import Customer, MergeDraft
from customers.profile.fields import BY_KEY

EMPTY = "empty"
"""The pick that clears a value."""

PICK, VALUE = "pick-", "value-"
PASSWORD = BY_KEY["cart_password"].key
CREDIT = "credit-"
LONGEST = 1000
"""More than any field takes."""


@dataclass(frozen=True)
class Entered:
    """`picks` are {field: customer or EMPTY}, `typed` is {name of an input without its prefix: text}.

    A password is never part of it; `new_password` is the hash of one that was set on this page.
    """

    picks: Mapping[str, str]
    typed: Mapping[str, str] = field(default_factory=dict)
    new_password: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Entered:
        return cls(
            picks={key[len(PICK) :]: value for key, value in data.items() if key.startswith(PICK)},
            typed={k[len(VALUE) :]: v for k, v in data.items() if k.startswith(VALUE) and k != VALUE + PASSWORD},
        )

    @classmethod
    def suggested(cls, plan: MergePlan, customers: Sequence[Customer]) -> Entered:
        """How a form looks that says what `plan` does, to which nobody has said anything."""
        survivor, picks = customers[0], {}
        for key, final in plan.finals.items():
            # A strict answer that several gave is from none of them; the first who has it stands for all.
            holders = (customer for customer in customers if getattr(customer, BY_KEY[key].column) == final.value)
            picks[key] = str(final.origin or next(holders, survivor).pk)
        return cls(picks)

    def differing(self, suggested: Entered, names: Collection[str]) -> dict[str, dict[str, str]]:
        """What a draft keeps, of the inputs with these `names`: whatever is not as suggested, right or wrong."""
        picks = {key: pick for key, pick in self.picks.items() if key in BY_KEY and pick != suggested.picks[key]}
        typed = {name: text for name, text in self.typed.items() if name in names and text.strip()}
        return {"picks": _storable(picks), "typed": _storable(typed)}

    def with_draft(self, draft: MergeDraft, customers: Sequence[Customer]) -> Entered:
        """What a draft keeps, over what is suggested; without what it says of other customers than these."""
        numbers = {customer.pk for customer in customers}
        known = {EMPTY, *map(str, numbers)}
        picks = {key: pick for key, pick in draft.entered.get("picks", {}).items() if pick in known}
        typed = draft.entered.get("typed", {})
        if numbers != draft.versions.keys():
            # A final amount was meant for the sum of the others.
            typed = {name: text for name, text in typed.items() if not name.startswith(CREDIT)}
        return Entered({**self.picks, **picks}, typed, draft.new_password)

    def with_picks(self, picks: Mapping[str, str]) -> Entered:
        return replace(self, picks={**self.picks, **picks})

    def text(self, name: str) -> str:
        return self.typed.get(name, "").strip()


def _storable(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if len(text) <= LONGEST and can_be_stored(text)}
