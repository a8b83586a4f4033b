"""What the customers of a merge have in a field: each value once, with whose it is, and when it was last set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.timezone import localdate

from customers.lib.phrases import ActMessage
from customers.merging.forms.entered import VALUE
from customers.merging.forms.rows import ValueChoice, is_blank, value_lines
from customers.merging.forms.texts import texts_of
from customers.models import Customer, LeadStatus, ProfileChange
from customers.profile.decisions import STATUS
from customers.profile.fields import ProfileField
from customers.profile.last_set import LastSet

CHANGED = ActMessage("changed by {user}", "changed by an API client")


@dataclass(frozen=True)
class CustomerValues:
    """`picks` are {field: whose value is picked}, `changes` those since the form was first shown.

    `last` is when each value was last set, `excluded` what is excluded from matching, both by customer and field.
    """

    customers: Sequence[Customer]
    picks: Mapping[str, str]
    last: Mapping[int, Mapping[str, LastSet]]
    excluded: Mapping[int, Collection[str]]
    changes: Sequence[ProfileChange]

    def choices(self, field: ProfileField) -> list[ValueChoice]:
        equal: dict[object, list[Customer]] = {}
        for customer in self.customers:
            texts = tuple(texts_of(field, customer).values())
            equal.setdefault(texts or getattr(customer, field.column), []).append(customer)
        return [self._choice(field, holders) for holders in equal.values()]

    def _choice(self, field: ProfileField, holders: Sequence[Customer]) -> ValueChoice:
        first, numbers = holders[0], [customer.pk for customer in holders]
        known = [when for pk in numbers if (when := self.last.get(pk, {}).get(field.key))]
        latest = max(known, key=lambda when: when.at, default=None)
        return ValueChoice(
            str(first.pk),
            numbers,
            value_lines(field, first),
            is_blank(field, first),
            at=latest.at if latest else None,
            by=latest.by if latest else "",
            is_picked=self.picks[field.key] in {str(pk) for pk in numbers},
            is_on_purpose=field.key == STATUS and first.lead_status == LeadStatus.LOST,
            remarks=[*dict.fromkeys(remark for customer in holders for remark in self._remarks(field, customer))],
            fills={f"{VALUE}{name}": text for name, text in texts_of(field, first).items()},
        )

    def _remarks(self, field: ProfileField, customer: Customer) -> Iterable[str]:
        if field.key in self.excluded.get(customer.pk, ()):
            survivor = customer is self.customers[0]
            yield "excluded from matching" if survivor else "excluded from matching, used if selected"
        users = [c.by for c in self.changes if c.customer_id == customer.pk and field.key in c.values]
        if users:
            yield CHANGED.text(users[-1])


def with_newest(choices: Sequence[ValueChoice]) -> list[ValueChoice]:
    """Marks the value that was set on a later day than all others."""
    days = [localdate(choice.at) for choice in choices if choice.at and not choice.is_blank]
    newest = max(days, default=None)
    is_later = newest is not None and days.count(newest) == 1 < len(days)
    return [
        replace(c, is_newest=is_later and c.at is not None and not c.is_blank and localdate(c.at) == newest)
        for c in choices
    ]
