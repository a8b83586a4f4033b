"""What a user says of the sample of a back-test.

“Keep apart” marks the customers as not duplicates, so that neither this rule nor another one merges them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.phrases import isolated
from customers.matching.not_duplicates import mark_all_not_duplicates
from customers.models import MergeRule
from customers.models.rule import BackTest
from customers.permissions import MERGE
from customers.rules.findings import drop_findings

if TYPE_CHECKING:
    from crm.accounts.models import User

MERGE_THEM, APART, UNSURE = "merge", "apart", "unsure"
ANSWERS = {MERGE_THEM: "Merge", APART: "Keep apart", UNSURE: "Not sure"}


@transaction.atomic
def answer_sample(test: BackTest, answers: Mapping[int, str], *, by: User) -> int:
    """How many groups were marked. Marking needs the permission that it needs elsewhere; the answer is kept anyway."""
    locked = BackTest.objects.select_for_update().get(pk=test.pk)
    rule = MergeRule.objects.get(pk=locked.rule_id)
    marked = 0
    for number, answer in answers.items():
        is_new = answer in ANSWERS and locked.answers.get(str(number)) != answer
        if is_new and number < len(locked.sample):
            locked.answers[str(number)] = answer
            if answer == APART and by.has_perm(MERGE):
                customers = locked.sample[number]
                reason = f"Back-test of the rule {isolated(rule)}"
                marked += bool(mark_all_not_duplicates(customers, by=by, reason=reason[:200]))
                drop_findings(rule, customers)
    locked.save(update_fields=["answers"])
    return marked
