"""Whether a restored database is the one of a moment: python -m deploy.drill.judge EARLIEST LATEST ACKNOWLEDGED…

The moment is between the two times. Every act that was acknowledged before must be there, none that began after; and
what holds after every act must hold: whose each record is, the sum of all orders, and that `rebuild` finds nothing.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import django

django.setup()

from django.db.models import Sum

from customers.models import Merge
from orders.models import Order
from tests.customers.invariants import check_owners_and_caches


@dataclass(frozen=True)
class Act:
    kind: str
    pk: int
    began: float
    acknowledged: float


def main() -> None:
    earliest, latest = float(sys.argv[1]), float(sys.argv[2])
    acts = [act for path in sys.argv[3:] for act in acts_of(Path(path))]
    before = {(act.kind, act.pk) for act in acts if act.acknowledged < earliest}
    after = {(act.kind, act.pk) for act in acts if act.began > latest}
    there = stored(before)
    if missing := before - there:
        raise SystemExit(f"{len(missing)} acts are lost, such as {min(missing)}.")
    if too_many := after & there:
        raise SystemExit(f"{len(too_many)} acts are from later, such as {min(too_many)}.")
    orders = Order.objects.aggregate(sum=Sum("total"))["sum"] or Decimal(0)
    if orders != 7 * Order.objects.count():
        raise SystemExit(f"All orders are {orders} together.")
    check_owners_and_caches()
    print(f"{len(before)} acts from before are there, {len(after)} from after are not. Nothing differed.")


def stored(before: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """What the database has of acts. A merge that was undone is there, an undo only while the merge is not redone."""
    merges = Merge.objects.values_list("pk", "undone_at")
    acts = {("merge_two", pk) for pk, _ in merges} | {("undo_one", pk) for pk, undone in merges if undone}
    return acts | {("take_order", pk) for pk in Order.objects.values_list("pk", flat=True)}


def acts_of(path: Path) -> Iterator[Act]:
    for line in path.read_text().splitlines():
        kind, pk, began, acknowledged = line.split()
        yield Act(kind, int(pk), float(began), float(acknowledged))


if __name__ == "__main__":
    main()
