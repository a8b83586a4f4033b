"""What becomes of a group under a rule: who is kept, with which values, or why it is left for review."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.labels.effective import effective_of
from customers.lib.names import label_key
from customers.lib.phrases import join_first
from customers.merging.automatic import fuller_names, kept_first, newest_values, values_changed
from customers.merging.conflicts import conflicts
from customers.merging.second_person.policy import why_second_person
from customers.models import Customer, MergeRule, RecordTotals, SourceRecord, Tag
from customers.models.merge import Kept, OnConflict
from customers.models.rule import FindingOutcome
from customers.profile.decisions import Choices
from customers.profile.derive import profile_values
from customers.profile.fields import ProfileField
from customers.rules.groups import RuleGroup
from customers.totals.sums import OrderTotals, order_totals

BY_CUSTOMER = "source_record__customer"
MOST_NAMED = 3


@dataclass(frozen=True)
class GroupOutcome:
    """`survivor` and `choices` are those of the merge; `reason` says why it is left."""

    customers: tuple[int, ...]
    outcome: FindingOutcome
    reason: str = ""
    survivor: int = 0
    choices: Choices | None = None


def outcome_of(rule: MergeRule, group: RuleGroup) -> GroupOutcome | None:
    """None where staff have decided that two of them are apart."""
    if group.is_apart:
        return None
    pks = tuple(sorted(group.customers))
    if len(pks) > rule.largest_group:
        return GroupOutcome(
            pks, FindingOutcome.TOO_LARGE, f"{len(pks)} customers, at most {rule.largest_group} are merged."
        )
    if not group.is_whole:
        return GroupOutcome(pks, FindingOutcome.NOT_ALL, "They match as a chain, not every two of them.")
    customers = list(Customer.objects.live().filter(pk__in=pks).order_by("pk"))
    if len(customers) < len(pks):
        return None
    totals = order_totals(pks, by=BY_CUSTOMER)
    if reason := _why_exempt(rule, customers, totals):
        return GroupOutcome(pks, FindingOutcome.EXEMPT, reason)
    survivor = _survivor(rule, customers, totals)
    kept_on_top = sorted(customers, key=lambda customer: customer.pk != survivor)
    if needed := why_second_person(kept_on_top):
        return GroupOutcome(pks, FindingOutcome.EXEMPT, f"Needs a second person: {', '.join(needed)}."[:200])
    differing = conflicts([profile_values(customer) for customer in customers])
    if differing and rule.on_conflict == OnConflict.REVIEW:
        return GroupOutcome(pks, FindingOutcome.CONFLICT, f"Different {_labels(differing)}.")
    kept_before = sorted(customers, key=lambda customer: customer.pk != survivor)
    choices: Choices = fuller_names(kept_before)
    if differing and rule.on_conflict == OnConflict.NEWEST:
        newest, undated = newest_values(customers, differing, values_changed(pks))
        choices = {**choices, **newest}
        if undated:
            reason = f"Nobody knows which {_labels(undated)} is the newest."
            return GroupOutcome(pks, FindingOutcome.CONFLICT, reason)
    return GroupOutcome(pks, FindingOutcome.MERGE, "", survivor, choices)


def _labels(fields: Collection[ProfileField]) -> str:
    return join_first([field.label.lower() for field in fields], MOST_NAMED)


def _why_exempt(rule: MergeRule, customers: Sequence[Customer], totals: Mapping[int, OrderTotals]) -> str:
    pks = [customer.pk for customer in customers]
    statuses = {status for c in customers for status in (c.billing_status, c.lead_status) if status}
    if statuses & {*rule.exempt_statuses}:
        return "The status of a customer is exempt."
    if rule.exempt_tags and _tags(customers) & {label_key(tag) for tag in rule.exempt_tags}:
        return "A tag of a customer is exempt."
    if rule.exempt_above is not None and _largest_spend(pks, totals) > rule.exempt_above:
        return "The orders of a customer are above the limit."
    if rule.exempt_active:
        active = RecordTotals.objects.filter(**{f"{BY_CUSTOMER}__in": pks}, purchases_active__gt=0)
        if active.values(BY_CUSTOMER).distinct().count() > 1:
            return "Two customers have active purchases."
    return ""


def _tags(customers: Collection[Customer]) -> set[str]:
    return {tag.word for tags in effective_of(Tag, customers).values() for tag in tags}


def _largest_spend(pks: Iterable[int], totals: Mapping[int, OrderTotals]) -> Decimal:
    """In whatever currency: the limit is a number."""
    return max((amount.amount for pk in pks for amount in totals[pk].spent_amounts), default=Decimal())


def _survivor(rule: MergeRule, customers: Sequence[Customer], totals: Mapping[int, OrderTotals]) -> int:
    """Of those from the preferred data source, or of all if none is, the oldest."""
    candidates = customers
    if rule.kept == Kept.SOURCE:
        records = SourceRecord.objects.filter(customer__in=customers, data_source=rule.kept_source_id)
        preferred = set(records.values_list("customer", flat=True))
        candidates = [customer for customer in customers if customer.pk in preferred] or customers
    return kept_first(candidates, totals, rule.kept)[0].pk
