"""The lists that admins edit: what each is for, where its entries are used, and what it usually begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.models import AccountType, ClosingReason, Customer, LeadPhase, ListEntry, Opportunity


@dataclass(frozen=True)
class EditedList:
    """`entry` is what one is called in a sentence, `columns` are those that an entry has beside its name.

    `filters` are those of the list of customers that show where an entry is used, each with what is found.
    """

    slug: str
    label: str
    entry: str
    about: str
    model: type[ListEntry]
    filters: Sequence[tuple[str, str]]
    usual: Sequence[Mapping[str, Any]]
    columns: Sequence[str] = ()

    def entries(self) -> QuerySet[ListEntry]:
        return self.model._default_manager.all()

    def with_use(self) -> QuerySet[ListEntry]:
        """Those that are offered first; each says as `is_used` whether a customer or an opportunity has it."""
        uses = (Exists(rows.filter(**{column: OuterRef("pk")})) for rows, column in USED_BY[self.model])
        condition = Q()
        for use in uses:
            condition |= Q(use)
        return self.entries().annotate(is_used=condition).order_by("is_retired", "position", "pk")


USED_BY: Mapping[type[ListEntry], Sequence[tuple[QuerySet[Any], str]]] = {
    AccountType: [(Customer._default_manager.all(), "account_type")],
    LeadPhase: [
        (Customer._default_manager.all(), "lead_phase"),
        (Opportunity._default_manager.all(), "phase"),
    ],
    ClosingReason: [(Opportunity._default_manager.all(), "closing_reason")],
}
PROFILE_KEYS: Mapping[type[ListEntry], str] = {AccountType: "account_type", LeadPhase: "lead_phase"}

LISTS = (
    EditedList(
        "account-types",
        "Account types",
        "account type",
        "What kind of customer it is. Each customer has one at most.",
        AccountType,
        [("account_type", "Customers")],
        [{"name": "Consumer"}, {"name": "Company"}, {"name": "Reseller"}, {"name": "Partner"}],
    ),
    EditedList(
        "lead-phases",
        "Lead phases",
        "lead phase",
        "How far leads and opportunities have come, in the order of the funnel on Home.",
        LeadPhase,
        [("phase", "Leads"), ("opportunity", "Open opportunities")],
        [
            {"name": "New", "score": 10},
            {"name": "Contacted", "score": 20},
            {"name": "Needs known", "score": 40},
            {"name": "Offer", "score": 60},
            {"name": "Negotiation", "score": 80},
        ],
        columns=("score", "value", "currency"),
    ),
    EditedList(
        "closing-reasons",
        "Closing reasons",
        "closing reason",
        "Why an opportunity was won or lost.",
        ClosingReason,
        [("closing_reason", "Customers")],
        [
            {"name": "Best fit", "outcome": "won"},
            {"name": "Price", "outcome": "won"},
            {"name": "Price", "outcome": "lost"},
            {"name": "Another supplier", "outcome": "lost"},
            {"name": "No budget", "outcome": "lost"},
            {"name": "No answer", "outcome": "lost"},
        ],
        columns=("outcome",),
    ),
)
BY_SLUG: Mapping[str, EditedList] = {edited.slug: edited for edited in LISTS}
