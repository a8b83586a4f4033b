"""A rule in words, and the labels of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from customers.lib.phrases import isolated, join_words
from customers.models import BillingStatus, LeadStatus, MergeRule
from customers.models.merge import Kept, OnConflict
from customers.models.rule import Agreement, NamesNeeded

LABELS = {
    "name": "Name",
    "evidence": "Evidence",
    "least_probability": "Probability",
    "names": "Names",
    "match_case": "Match case",
    "kept": "Kept",
    "kept_source": "Data source of the kept",
    "on_conflict": "Conflicts",
    "exempt_active": "Exempt: active purchases",
    "exempt_statuses": "Exempt statuses",
    "exempt_tags": "Exempt tags",
    "exempt_above": "Exempt: orders above",
    "largest_group": "Largest group",
    "stop_above": "Stops above",
    "owner": "Notify",
}
AGREEMENTS = {
    Agreement.EMAIL: "email",
    Agreement.PHONE: "phone",
    Agreement.EXTERNAL_ID: "external ID",
    Agreement.COMPANY: "company name",
    Agreement.DOMAIN: "web domain",
    Agreement.IDENTIFIER: "identifier",
}
NAMES = {
    NamesNeeded.FULL: "the same first and last name",
    NamesNeeded.COMPATIBLE: "the same or a compatible name",
    NamesNeeded.FIRST: "the same first name",
    NamesNeeded.LAST: "the same last name",
    NamesNeeded.ANY: "names not compared",
}
KEPT = {
    Kept.OLDEST: "Keeps the oldest customer",
    Kept.MOST_ORDERS: "Keeps the customer with the most orders",
    Kept.LAST_ORDER: "Keeps the customer with the latest order",
}
CONFLICTS = {
    OnConflict.REVIEW: "leaves conflicts for review",
    OnConflict.KEPT: "in a conflict the value of the kept customer wins",
    OnConflict.NEWEST: "in a conflict the newest value wins",
}
STATUSES = dict([*BillingStatus.choices, *LeadStatus.choices])


def evidence_in_words(rule: MergeRule) -> str:
    """Such as “Same email and phone, the same first and last name”."""
    agreements = [AGREEMENTS[Agreement(value)] for value in Agreement.values if value in rule.evidence]
    parts = [f"Same {join_words(agreements)}"] if agreements else []
    if rule.least_probability is not None:
        parts.append(f"{'at' if parts else 'At'} least {percent(rule.least_probability)} likely")
    parts.append(NAMES[NamesNeeded(rule.names)])
    return ", ".join(parts) + (", capitals too" if rule.match_case else "")


def rule_in_words(rule: MergeRule) -> Sequence[str]:
    """Sentences: whom it merges, who is kept, and who is never merged."""
    kept = KEPT.get(Kept(rule.kept)) or f"Keeps the customer from {isolated(rule.kept_source or 'a deleted source')}"
    exempt = list(_exempt(rule))
    return [
        f"{evidence_in_words(rule)}.",
        f"{kept}; {CONFLICTS[OnConflict(rule.on_conflict)]}.",
        f"Never merged: {', '.join([*exempt, f'groups of more than {rule.largest_group}'])}.",
    ]


def _exempt(rule: MergeRule) -> Iterator[str]:
    if rule.exempt_active:
        yield "active purchases on two sides"
    yield from (STATUSES.get(status, status) for status in rule.exempt_statuses)
    if rule.exempt_above is not None:
        yield f"orders above {rule.exempt_above:,}"
    yield from (f"tag {isolated(tag)}" for tag in rule.exempt_tags)


def percent(probability: float) -> str:
    return f"{100 * probability:.6g}%"


def shown_value(rule: MergeRule, name: str) -> str:
    """The value of a field, as the history of a rule shows it."""
    value: Any = getattr(rule, name)
    match name:
        case "evidence":
            return join_words([AGREEMENTS[Agreement(agreement)] for agreement in value]) if value else "none"
        case "least_probability":
            return "any" if value is None else percent(value)
        case "names" | "kept" | "on_conflict":
            return str(getattr(rule, f"get_{name}_display")())
        case "exempt_statuses":
            return join_words([STATUSES.get(status, status) for status in value]) if value else "none"
        case "exempt_tags":
            return ", ".join(value) if value else "none"
        case "stop_above":
            return f"{value}%"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
