"""Samples of merges, drawn by chance and kept, and what reviewers answer about each merge.

Another reviewer, or another tab, sees the sample as it was drawn, and answers it further.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from customers.lib.errors import ActionError
from customers.models import Merge, MergeSample, SampledMerge

if TYPE_CHECKING:
    from crm.accounts.models import User

SIZE = 20
WEEK = timedelta(days=7)
MOST_READ = 1_000
TRIES, AT_ONCE = 10, 100


class SampleError(ActionError):
    pass


@dataclass(frozen=True)
class SampleAnswer:
    """`seen` is the verdict that the form showed: one that a colleague gave since is not overwritten."""

    verdict: str
    note: str
    seen: str


def draw_sample(*, by: User, span: timedelta = WEEK) -> MergeSample:
    """Twenty merges of the last seven days, or of `span`; SampleError when there were none."""
    until = timezone.now()
    merges = _random_merges(until - span, until)
    if not merges:
        raise SampleError(f"There were no merges in the last {span.days} days.")
    with transaction.atomic():
        sample = MergeSample.objects.create(by=by, since=until - span, until=until)
        SampledMerge.objects.bulk_create(SampledMerge(sample=sample, merge_id=pk) for pk in merges)
    return sample


def _random_merges(since: datetime, until: datetime) -> list[int]:
    """Each as likely as any other, for any number of merges: of many, numbers are drawn until enough exist."""
    made = Merge.objects.filter(created__gte=since, created__lte=until)
    numbers = made.order_by("created", "pk").values_list("pk", flat=True)
    few = list(numbers[: MOST_READ + 1])
    if len(few) <= MOST_READ:
        return random.sample(few, min(SIZE, len(few)))
    lowest, highest = min(few), max(*few, *numbers.reverse()[:MOST_READ])
    drawn: list[int] = []
    for _ in range(TRIES):
        chosen = random.sample(range(lowest, highest + 1), min(AT_ONCE, highest + 1 - lowest))
        existing = {*made.filter(pk__in=chosen).order_by().values_list("pk", flat=True)}
        drawn += [pk for pk in chosen if pk in existing and pk not in drawn]
        if len(drawn) >= SIZE:
            return drawn[:SIZE]
    # The numbers lie far apart. What is left is drawn from the first and the last of the time.
    return [*drawn, *random.sample([pk for pk in few if pk not in drawn], SIZE - len(drawn))]


@transaction.atomic
def answer_sample(sample: MergeSample, answers: Mapping[int, SampleAnswer], *, by: User) -> list[SampledMerge]:
    """Keep the answers that are new or changed, and answer those; `answers` are {row: answer}."""
    changed = []
    for row in sample.rows.select_for_update().filter(pk__in=answers).order_by("pk"):
        answer = answers[row.pk]
        is_new = (answer.verdict, answer.note) != (row.verdict, row.note)
        if is_new and answer.seen == row.verdict and answer.verdict:
            row.verdict, row.note, row.by, row.at = answer.verdict, answer.note, by, timezone.now()
            changed.append(row)
    SampledMerge.objects.bulk_update(changed, ["verdict", "note", "by", "at"])
    return changed


@dataclass(frozen=True)
class SampleProgress:
    sample: MergeSample
    size: int
    answered: int


def latest_samples(*, most: int) -> Sequence[SampleProgress]:
    samples = list(MergeSample.objects.select_related("by").order_by("-pk")[:most])
    rows = SampledMerge.objects.filter(sample__in=samples).order_by().values_list("sample")
    counts = {
        pk: numbers for pk, *numbers in rows.annotate(size=Count("pk"), answered=Count("pk", filter=~Q(verdict="")))
    }
    return [SampleProgress(sample, *counts[sample.pk]) for sample in samples]
