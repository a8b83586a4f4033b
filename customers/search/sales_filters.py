"""The filters of the customer list by the lists that admins edit: account type, lead phase and closing reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from customers.lib.numbers import parse_numbers
from customers.models import (
    OPEN_FORECASTS,
    AccountType,
    ClosingReason,
    Customer,
    LeadPhase,
    ListEntry,
    Opportunity,
    SourceRecord,
)
from customers.search.conditions import asked_of_each, is_one_of, unindexed
from customers.search.filters import Criterion
from customers.search.find import at_most
from customers.totals.status import PURCHASES


@dataclass(frozen=True)
class HasAccountType(Criterion):
    account_type: int

    @property
    def condition(self) -> Q:
        return is_one_of(unindexed("account_type"), [self.account_type])

    @property
    def combinations(self) -> Q:
        return Q(account_type=self.account_type)

    def ids_if_few(self, most: int) -> set[int] | None:
        return at_most(most, Customer.objects.filter(account_type=self.account_type).values("pk"))


@dataclass(frozen=True)
class LeadInPhase(Criterion):
    """A lead in the phase. Who has bought is no lead, and keeps the phase in the profile."""

    phase: int

    @property
    def ids_are_exact(self) -> bool:
        return False

    @property
    def condition(self) -> Q:
        is_lead = is_one_of(unindexed("billing_status"), [""]) & ~is_one_of(unindexed("lead_status"), [""])
        return is_one_of(unindexed("lead_phase"), [self.phase]) & is_lead & self.besides

    @property
    def besides(self) -> Q:
        return ~asked_of_each(PURCHASES)

    @property
    def combinations(self) -> Q:
        return Q(lead_phase=self.phase, billing_status="", lead_status__gt="")

    @property
    def is_of_leads(self) -> bool:
        return True

    def ids_if_few(self, most: int) -> set[int] | None:
        in_phase = Customer.objects.filter(lead_phase=self.phase, billing_status="", lead_status__gt="")
        return at_most(most, in_phase.values("pk"))


@dataclass(frozen=True)
class HasOpportunity(Criterion):
    """An open one in a phase, or one that was closed for a reason: `column` says which, `entry` names it."""

    column: str
    entry: int

    @property
    def condition(self) -> Q:
        rows = self._forecast(Opportunity.objects.alias(entry=unindexed(self.column)).filter(entry=self.entry))
        return Q(Exists(rows.filter(source_record__customer=OuterRef("pk"))))

    @property
    def combinations(self) -> Q:
        return Q(**{"opportunity_phase" if self.column == "phase" else self.column: self.entry})

    def ids_if_few(self, most: int) -> set[int] | None:
        rows = self._forecast(Opportunity.objects.filter(**{self.column: self.entry}))
        # The records first, from the index alone: a join would be of all that are in the phase.
        if (records := at_most(most, rows.values("source_record"))) is None:
            return None
        return set(SourceRecord.objects.filter(pk__among=records).values_list("customer", flat=True))

    def _forecast(self, rows: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
        return rows.filter(forecast_category__in=OPEN_FORECASTS) if self.column == "phase" else rows


@dataclass(frozen=True)
class EntryChoice:
    pk: int
    label: str


@dataclass(frozen=True)
class SalesSelect:
    """`name` is that in the URL."""

    name: str
    label: str
    any: str
    choices: Sequence[EntryChoice]
    chosen: EntryChoice | None


@dataclass(frozen=True)
class SalesFilter:
    """What is chosen by the name in the URL, and `offered` as {table: its entries}."""

    chosen: Mapping[str, EntryChoice] = field(default_factory=dict)
    offered: Mapping[type[ListEntry], Sequence[EntryChoice]] = field(default_factory=dict)

    @property
    def criteria(self) -> Iterator[Criterion]:
        for name, choice in self.chosen.items():
            match name:
                case "account_type":
                    yield HasAccountType(choice.pk)
                case "phase":
                    yield LeadInPhase(choice.pk)
                case "opportunity":
                    yield HasOpportunity("phase", choice.pk)
                case "closing_reason":
                    yield HasOpportunity("closing_reason", choice.pk)

    @property
    def labels(self) -> dict[str, str]:
        return {name: f"{LABELS[name][0]}: {choice.label}" for name, choice in self.chosen.items()}

    @property
    def values(self) -> dict[str, str]:
        return {name: str(self.chosen[name].pk) if name in self.chosen else "" for name in LABELS}

    @cached_property
    def selects(self) -> list[SalesSelect]:
        """Those of lists that have an entry."""
        return [
            SalesSelect(name, label, none, self.offered[table], self.chosen.get(name))
            for name, (label, none, table) in LABELS.items()
            if self.offered.get(table)
        ]


LABELS: Mapping[str, tuple[str, str, type[ListEntry]]] = {
    "account_type": ("Account type", "Any account type", AccountType),
    "phase": ("Lead phase", "Any lead phase", LeadPhase),
    "opportunity": ("Opportunity in", "With or without", LeadPhase),
    "closing_reason": ("Closing reason", "Any closing reason", ClosingReason),
}
"""{name in the URL: label, what is selected for no filter, table}"""


def read_sales_filter(query: Mapping[str, str]) -> SalesFilter:
    offered = _offered()
    chosen = {}
    for name, (_, _, table) in LABELS.items():
        numbers = parse_numbers([query.get(name, "")])
        if choice := next((choice for choice in offered[table] if choice.pk in numbers), None):
            chosen[name] = choice
    return SalesFilter(chosen, offered)


def _offered() -> dict[type[ListEntry], list[EntryChoice]]:
    """Retired ones last: customers still have them. One statement reads all lists."""
    tables = (AccountType, LeadPhase, ClosingReason)
    first, *others = (_rows(table) for table in tables)
    offered: dict[type[ListEntry], list[EntryChoice]] = {table: [] for table in tables}
    by_name = {table.__name__: table for table in tables}
    for table, is_retired, _, pk, name, outcome in sorted(first.union(*others, all=True)):
        label = f"{ClosingReason.Outcome(outcome).label}: {name}" if outcome else name
        offered[by_name[table]].append(EntryChoice(pk, f"{label} (retired)" if is_retired else label))
    return offered


def _rows(table: type[ListEntry]) -> QuerySet[Any, Any]:
    closes = F("outcome") if table is ClosingReason else Value("")
    return (
        table._default_manager.order_by()
        .annotate(of=Value(table.__name__), closes=closes)
        .values_list("of", "is_retired", "position", "pk", "name", "closes")
    )
