"""The groups that a rule would merge in a dry run, or leaves for review, as they were found."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from customers.lib.batches import batches
from customers.lib.pages import Page, newest_page
from customers.models import Customer, MergeRule
from customers.models.rule import FindingOutcome, RuleFinding
from customers.records.history_readers import ABOUT_DUPLICATES, changes_for, keep_place
from customers.rules.groups import apart_among
from customers.rules.outcomes import GroupOutcome

SAMPLE = 20
READER = "rule findings"
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True)
class FindingRow:
    finding: RuleFinding
    customers: Sequence[Customer]

    @property
    def names(self) -> str:
        return ", ".join(customer.name_with_number for customer in self.customers)


def keep_finding(rule: MergeRule, outcome: GroupOutcome) -> None:
    values = {"customers": [*outcome.customers], "outcome": outcome.outcome, "reason": outcome.reason}
    RuleFinding.objects.update_or_create(
        rule=rule, digest=digest_of(outcome.customers), defaults={**values, "at": timezone.now()}
    )


def drop_findings(rule: MergeRule, customers: Collection[int]) -> None:
    RuleFinding.objects.filter(rule=rule, digest=digest_of(customers)).delete()


def digest_of(customers: Collection[int]) -> str:
    return hashlib.sha256(" ".join(map(str, sorted(customers))).encode()).hexdigest()


def counts_of(*rules: MergeRule) -> dict[int, dict[str, int]]:
    """{rule: {outcome: groups}}."""
    counts = {rule.pk: dict.fromkeys(FindingOutcome.values, 0) for rule in rules}
    rows = RuleFinding.objects.filter(rule__in=rules).values_list("rule", "outcome").annotate(Count("pk")).order_by()
    for rule, outcome, number in rows:
        counts[rule][outcome] = number
    return counts


def drop_answered_findings() -> None:
    """Of customers of whom somebody was merged, erased or kept apart since: counts are of what is still to decide."""
    changes = changes_for(READER, ABOUT_DUPLICATES)
    merged = Customer.objects.filter(merged_into__in=changes.customers).values_list("pk", flat=True)
    changed = {*changes.customers, *merged}
    if changed:
        newest = RuleFinding.objects.order_by("-pk").values_list("pk", "customers")[:MOST_LOOKED_AT]
        touched = [pk for pk, customers in newest.iterator() if not changed.isdisjoint(customers)]
        for some in batches(touched):
            findings = list(RuleFinding.objects.filter(pk__in=some))
            standing = {row.finding.pk for row in with_customers(findings)}
            RuleFinding.objects.filter(pk__in={*some} - standing).delete()
    keep_place(READER, changes)


def finding_page(rule: MergeRule, outcome: str, *, before: int | None = None) -> Page[FindingRow, int]:
    """Newest first. Groups of which somebody was merged, erased or kept apart since are left out."""
    page = newest_page(RuleFinding.objects.filter(rule=rule, outcome=outcome), before)
    return page.showing(with_customers(page.rows))


def with_customers(findings: Sequence[RuleFinding]) -> list[FindingRow]:
    customers = live_customers([finding.customers for finding in findings])
    apart = apart_among(customers.keys())
    return [
        FindingRow(finding, [customers[pk] for pk in finding.customers])
        for finding in findings
        if customers.keys() >= {*finding.customers} and not any({*pair} <= {*finding.customers} for pair in apart)
    ]


def live_customers(groups: Collection[Collection[int]]) -> dict[int, Customer]:
    return Customer.objects.live().in_bulk({pk for group in groups for pk in group})


def draw_sample(rule: MergeRule) -> list[list[int]]:
    """Some of the groups that would be merged, at random."""
    pks = list(RuleFinding.objects.filter(rule=rule, outcome=FindingOutcome.MERGE).values_list("pk", flat=True))
    drawn = random.sample(pks, min(SAMPLE, len(pks)))
    return [finding.customers for finding in RuleFinding.objects.filter(pk__in=drawn).order_by("pk")]
