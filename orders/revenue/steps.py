"""The stored steps of purchases, from which movements are read (`orders.models.MrrStep`).

They follow from the lines, price and cancellations of the purchase, and belong to its source record: a merge and an
undo write none. Whoever writes or deletes a purchase or what bills it adds what that changes to the totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from customers.statements.prepared import insert
from orders.models import MrrStep, Purchase
from orders.models.subscription import NOT_COUNTED
from orders.revenue.ledger import changes_without_lines
from orders.revenue.movements import derive_steps
from orders.revenue.types import Change, Origin, OriginKind, RevenueStep, place_of
from orders.totals.deltas import Delta, deltas_of_steps


def new_steps(purchases: Iterable[Purchase]) -> list[MrrStep]:
    """Those of purchases that `count_new` has counted, not saved yet; the purchases have their primary keys."""
    return [row for purchase in purchases for row in _rows(purchase, changes_without_lines(purchase))]


def add_new_steps(purchases: Iterable[Purchase]) -> Iterator[Delta]:
    steps = new_steps(purchases)
    insert(*steps)
    return deltas_of_steps(steps)


def replace_steps(changes_of: Mapping[Purchase, Collection[Change]]) -> Iterator[Delta]:
    """Store what follows from the changes of each purchase, which has just been counted."""
    stored: defaultdict[int, dict[RevenueStep, MrrStep]] = defaultdict(dict)
    for row in MrrStep.objects.filter(purchase__in=changes_of):
        stored[row.purchase_id][step_of(row)] = row
    missing: list[MrrStep] = []
    extra: list[MrrStep] = []
    for purchase, changes in changes_of.items():
        derived, known = {step_of(row): row for row in _rows(purchase, changes)}, stored[purchase.pk]
        missing += [row for step, row in derived.items() if step not in known]
        extra += [row for step, row in known.items() if step not in derived]
    insert(*missing)
    _delete(extra)
    yield from deltas_of_steps(missing)
    yield from deltas_of_steps(extra, sign=-1)


def drop_steps(purchases: Collection[Purchase]) -> Iterator[Delta]:
    """Delete the steps of purchases that are about to be deleted."""
    steps = list(MrrStep.objects.filter(purchase__in=purchases))
    _delete(steps)
    return deltas_of_steps(steps, sign=-1)


def step_of(row: MrrStep) -> RevenueStep:
    origin = Origin(OriginKind(row.origin_kind), row.origin_pk)
    return RevenueStep(row.at, row.place, origin, row.number, row.purchase_id, row.currency, row.amount)


def _rows(purchase: Purchase, changes: Iterable[Change]) -> Iterator[MrrStep]:
    changes = list(changes)
    for step in _marks(purchase, changes) if purchase.mrr_until == NOT_COUNTED else derive_steps(changes):
        yield MrrStep(
            source_record_id=purchase.source_record_id,
            purchase=purchase,
            at=step.at,
            place=step.place,
            origin_kind=step.origin.kind,
            origin_pk=step.origin.pk,
            number=step.number,
            currency=step.currency,
            amount=step.amount,
        )


def _marks(purchase: Purchase, changes: Iterable[Change]) -> Iterator[RevenueStep]:
    """A step of zero wherever the purchase may change what the customer is worth."""
    for change in changes:
        yield RevenueStep(change.at, place_of(change), change.origin, 0, purchase.pk, purchase.currency, 0)


def _delete(steps: Sequence[MrrStep]) -> None:
    if steps:
        MrrStep.objects.filter(pk__in=[step.pk for step in steps]).delete()
