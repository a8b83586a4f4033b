"""The preview of merging many groups: what becomes of each, and the sums of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from customers.batches.merge import fingerprint
from customers.batches.proposals import Proposal
from customers.models.merge import OnConflict
from customers.totals.sums import OrderTotals

MOST_SHOWN = 100


@dataclass(frozen=True)
class BatchMergePreview:
    """`has_more` when further groups pass the filter, which are not among them."""

    proposals: Sequence[Proposal]
    on_conflict: OnConflict
    has_more: bool = False

    @cached_property
    def merged(self) -> list[Proposal]:
        return [proposal for proposal in self.proposals if not proposal.left]

    @cached_property
    def left(self) -> list[Proposal]:
        return [proposal for proposal in self.proposals if proposal.left]

    @property
    def first_merged(self) -> list[Proposal]:
        return self.merged[:MOST_SHOWN]

    @property
    def first_left(self) -> list[Proposal]:
        return self.left[:MOST_SHOWN]

    @property
    def more_merged(self) -> int:
        return max(len(self.merged) - MOST_SHOWN, 0)

    @property
    def more_left(self) -> int:
        return max(len(self.left) - MOST_SHOWN, 0)

    @property
    def customers_before(self) -> int:
        return sum(len(proposal.customers) for proposal in self.merged)

    @property
    def with_conflicts(self) -> int:
        return sum(bool(proposal.conflicts) for proposal in self.proposals)

    @property
    def settled(self) -> int:
        """The values that customers have otherwise, of which one is kept without asking."""
        return sum(len(proposal.conflicts) for proposal in self.merged)

    @property
    def added(self) -> int:
        return sum(proposal.added for proposal in self.merged)

    @property
    def narrowed(self) -> int:
        return sum(proposal.narrows_consent for proposal in self.merged)

    @cached_property
    def totals(self) -> OrderTotals:
        return sum((proposal.totals for proposal in self.merged), OrderTotals())

    @property
    def active_purchases(self) -> int:
        return sum(proposal.active_purchases for proposal in self.merged)

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self.proposals, self.on_conflict)
