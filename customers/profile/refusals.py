"""Refusals: a consent answered as strictly as it can be, such as “no email”.

A refusal said while customers are merged is said by everybody who is part of the customer. So it is written to the
profile of each, and an undo gives it back with them. A Yes is written where it was said. A record that is split off
takes the refusals along, and the customer it leaves keeps them: nobody knows for which of the two they were said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from customers.lib import sentences
from customers.lib.sentences import Value
from customers.locks import RetiredMeanwhileError, lock, lock_live, retry_when_moved
from customers.models import Customer, MergeMember, ProfileChange
from customers.models.functions import Now
from customers.profile.fields import FIELDS, FieldKind
from customers.records.ownership import merged_into_any

if TYPE_CHECKING:
    from crm.accounts.models import User

CONSENTS = {field.key: field for field in FIELDS if field.kind is FieldKind.CONSENT}


@dataclass(frozen=True)
class ConsentRefusal:
    """What was refused, and when the customer said so."""

    key: str
    at: datetime

    @property
    def subject(self) -> str:
        return CONSENTS[self.key].refused


def refusals_in(values: Mapping[str, Any]) -> dict[str, bool]:
    """Those of `values` that refuse something."""
    return {key: values[key] for key, field in CONSENTS.items() if key in values and values[key] is field.strictest}


def refusals_of(customer: Customer) -> dict[str, bool]:
    return refusals_in(vars(customer))


def subjects_of(refusals: Iterable[str]) -> list[str]:
    """What is refused, in the order of the profile: “sale of data”, “SMS”, “email”."""
    keys = set(refusals)
    return [field.refused for key, field in CONSENTS.items() if key in keys]


def as_words(refusals: Iterable[str]) -> list[Value]:
    """What is refused, as history keeps it."""
    return [sentences.word(subject) for subject in subjects_of(refusals)]


def lock_merged(pk: int) -> list[Customer]:
    """Lock the customer and all merged into it, in one order; those merged into it.

    Nobody is missing if the customer, locked next, still has its version: every merge and undo raises that.
    """
    merged = merged_into_any([pk]).keys() - {pk}
    return [customer for customer in lock({pk, *merged}).values() if customer.pk != pk] if merged else []


@retry_when_moved
@transaction.atomic
def lock_live_and_merged(pk: int) -> Customer:
    """As `lock_live`; those merged into the customer are locked too, so that it can be edited to refuse."""
    root = Customer.objects.select_related("merged_into").get(pk=pk).live_root()
    lock_merged(root.pk)
    locked = lock_live(pk)
    if (locked.pk, locked.version) != (root.pk, root.version):
        raise RetiredMeanwhileError
    return locked


def refuse_as_merged(
    merged: Collection[Customer], refusals: Mapping[str, bool], *, said_on: Customer, by: User | None, via: str
) -> list[ProfileChange]:
    """Make all of the locked `merged` refuse too; the changes, which the caller inserts."""
    # A refusal that only a merge brought would leave with it, though it was said by all of them now.
    standing = MergeMember.objects.filter(merge__survivor__in=merged, undone_at=None)
    survivors = set(standing.values_list("merge__survivor", flat=True)) if refusals and merged else set()
    refused = {c: dict(refusals) if c.pk in survivors else not_refused_by(c, refusals) for c in merged}
    changes = [
        ProfileChange(
            customer=customer,
            values={
                key: {"before": getattr(customer, key), "after": value, "from": said_on.pk}
                for key, value in values.items()
            },
            version=customer.version + 1,
            by=by,
            via=via,
        )
        for customer, values in refused.items()
        if values
    ]
    if changes:
        refusing = Customer.objects.filter(pk__in=[change.customer_id for change in changes])
        refusing.update(**refusals, version=F("version") + 1, updated=Now())
    return changes


def not_refused_by(customer: Customer, refusals: Mapping[str, bool]) -> dict[str, bool]:
    return {key: value for key, value in refusals.items() if getattr(customer, key) is not value}


def said_while_merged(changes: Iterable[ProfileChange], *, since: datetime) -> list[ConsentRefusal]:
    """The refusals that a customer took over from the one it was merged into; `changes` are its, by version."""
    refused: dict[str, datetime] = {}
    for change in changes:
        for key, value in change.values.items():
            if key in CONSENTS and change.merge_id is None:
                refused.pop(key, None)
                if value["from"] and change.at >= since and value["after"] is CONSENTS[key].strictest:
                    refused[key] = change.at
    return [ConsentRefusal(key, refused[key]) for key in CONSENTS if key in refused]


def passed_to(customers: Sequence[Customer], *, since: datetime) -> dict[int, list[ConsentRefusal]]:
    """{customer: the refusals said since then by the one it is merged into}."""
    changes = ProfileChange.objects.filter(customer__in=customers, merge=None, at__gte=since).order_by("version")
    changes_of: dict[int, list[ProfileChange]] = {customer.pk: [] for customer in customers}
    for change in changes:
        changes_of[change.customer_id].append(change)
    return {pk: said_while_merged(of_customer, since=since) for pk, of_customer in changes_of.items()}


def last_refused_by(customers: Collection[Customer], *, since: datetime) -> set[str]:
    """What the `customers`, who were live one after the other, refused since then and did not take back."""
    changes = ProfileChange.objects.filter(customer__in=customers, merge=None, at__gte=since).order_by("at", "pk")
    answers = {key: value["after"] for change in changes for key, value in change.values.items()}
    return set(refusals_in(answers))


def overruled(customer: Customer, merged: Sequence[Customer]) -> dict[str, bool]:
    """The refusals of `merged`, who are part of `customer`, that it does not show and has not answered since."""
    lost = {key: value for one in merged for key, value in not_refused_by(customer, refusals_of(one)).items()}
    if not lost:
        return {}
    last_said_by: dict[str, int] = {}
    for change in ProfileChange.objects.filter(customer__in=[customer, *merged], merge=None).order_by("at", "pk"):
        last_said_by |= dict.fromkeys(lost.keys() & change.values.keys(), change.customer_id)
    return {key: value for key, value in lost.items() if last_said_by.get(key) != customer.pk}


def refused_at(customers: Collection[int]) -> dict[int, dict[str, datetime]]:
    """{live customer: {consent: when it, or a customer merged into it, last refused}}."""
    live_of = merged_into_any(customers)
    changes = ProfileChange.objects.filter(customer__in=live_of, merge=None).order_by("at", "pk")
    times: dict[int, dict[str, datetime]] = {pk: {} for pk in customers}
    for customer, values, at in changes.values_list("customer", "values", "at"):
        refused = refusals_in({key: value["after"] for key, value in values.items()})
        times[live_of[customer]] |= dict.fromkeys(refused, at)
    return times
