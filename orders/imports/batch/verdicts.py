"""What a row of a file comes to: the record that it belongs to, and what is to be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from customers.matching.known_people import KnownRecord
from orders.imports.batch.choose_record import ChosenRecord
from orders.imports.batch.new_labels import Label
from orders.imports.batch.new_order import NewOrder
from orders.imports.rows.imported_row import ImportedRow
from orders.models import MatchedBy, Purchase, RowOutcome

DUPLICATES = "duplicates"
"""Beside the outcomes: customers who are created, and have the email or phone of another one."""
NOT_APPLIED = "not applied"
"""Beside the outcomes: rows with other values than the profile of a customer who is here, which stays."""
DIFFERENT = "different"
"""Beside the outcomes: rows of an order or subscription that is here and differs, which stays."""
REFUSALS = "refusals"
"""Beside the outcomes: rows by which a customer who is here refuses email, SMS or the sale of data."""
EVIDENCE = frozenset(MatchedBy.values)
"""Django makes the values of choices anew each time."""


class Verdict(NamedTuple):
    """`order` and `purchase` are new, and not saved yet. `reason` is a sentence fit to show: why a row is refused, or
    what it says otherwise than the order or subscription that is here, which stays.

    `refusals` are of a customer who is here; with `is_different`, the row has values that its profile does not take.
    `record_pk` is the record of the row, also where it was found without a choice: by its order, or by the same row. It
    is `known` then, unless it was erased.
    """

    row: ImportedRow
    outcome: RowOutcome
    evidence: str = ""
    reason: str = ""
    digest: str = ""
    record_pk: int | None = None
    customer_pk: int | None = None
    choice: ChosenRecord | None = None
    known: KnownRecord | None = None
    order: NewOrder | None = None
    purchase: Purchase | None = None
    labels: Sequence[Label] = ()
    refusals: Mapping[str, bool] = {}
    is_different: bool = False

    @property
    def number(self) -> int:
        return self.row.numbers[0]

    @property
    def record(self) -> KnownRecord | None:
        return self.choice.record if self.choice else self.known

    @property
    def differs_from_known(self) -> bool:
        """Whether it is here, and says something else than the order or subscription that it names."""
        return bool(self.reason) and self.outcome != RowOutcome.REFUSED

    @property
    def changes_customer(self) -> bool:
        """Whether its customer gets more than orders, so that the customer is locked and shown as updated."""
        choice, order = self.choice, self.row.order
        if choice is None:
            return bool(self.refusals)
        if choice.added or choice.completed or self.labels or self.refusals or self.purchase:
            return True
        return order is not None and order.begins_purchases

    @property
    def may_be_duplicate(self) -> bool:
        return self.choice is not None and self.choice.may_be_duplicate


def refused(row: ImportedRow, reason: str) -> Verdict:
    return Verdict(row, RowOutcome.REFUSED, reason=reason)


def counts_of(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """{outcome: rows}, and of those that joined a customer {“joined email”: rows} for each evidence."""
    counts: Counter[str] = Counter()
    for verdict in verdicts:
        counts[verdict.outcome] += 1
        if verdict.outcome == RowOutcome.JOINED and verdict.evidence in EVIDENCE:
            counts[f"{verdict.outcome} {verdict.evidence}"] += 1
        counts[DUPLICATES] += verdict.may_be_duplicate
        counts[NOT_APPLIED] += verdict.is_different
        counts[DIFFERENT] += verdict.differs_from_known
        counts[REFUSALS] += bool(verdict.refusals)
    return {name: number for name, number in counts.items() if number}
