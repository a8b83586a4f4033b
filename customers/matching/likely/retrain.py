"""Trains a model on this site’s own customers, without labels, and on what staff decided once that is enough.

It is used if it makes sense and orders the pairs that staff decided at least as well as the model in use, and unless
a user went back to another model; then it is kept, and a user may choose it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import log2
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from customers.lib.errors import ActionError
from customers.matching.likely.answers import Answer
from customers.matching.likely.comparisons import DIFFERS, SAME
from customers.matching.likely.model import Model, shipped_model
from customers.matching.likely.model_in_use import model_in_use
from customers.matching.likely.records import compared_customers
from customers.matching.likely.scan import is_installed
from customers.matching.likely.scoring import open_table
from customers.matching.likely.train import train, with_few
from customers.models import Customer, LikelyAnswer, TrainedModel

if TYPE_CHECKING:
    from crm.accounts.models import User

FEWEST_CUSTOMERS, MOST_CUSTOMERS = 1_000, 200_000
FEWEST_ANSWERS = 50
"""Merges that it learns from, and answers of either side that it is judged by."""
MOST_ANSWERS = 10_000
WORSE = 0.01
"""So much less may the order of the answers be right, which is chance."""
NO_SENSE = "Some of its fields speak for what differs. More customers may help."
ORDERS_WORSE = "It agrees less with what staff decided than the model in use."
CHOSEN = "A user had chosen another model."

Levels = Mapping[str, str]


class TrainError(ActionError):
    """No model can be trained."""


def retrain(*, by: User | None = None) -> TrainedModel:
    """The new model, unsaved: it takes minutes, and no transaction should be open."""
    if not is_installed():
        raise TrainError("Not trained: Splink is missing. Install Reunite with the extra “matching” for the worker.")
    live = Customer.objects.live()
    if live.count() < FEWEST_CUSTOMERS:
        raise TrainError(f"Not trained: a model needs at least {FEWEST_CUSTOMERS:,} customers to learn from.")
    newest = list(live.order_by("-pk").values_list("pk", flat=True)[MOST_CUSTOMERS - 1 : MOST_CUSTOMERS])
    version = f"{timezone.now():%Y-%m-%d %H:%M:%S}"
    with open_table(compared_customers(first=newest[0] if newest else 0)) as table:
        model = train(table, shipped_model(), version=version)
        customers = table.customers
    answers = list(LikelyAnswer.objects.order_by("-pk")[:MOST_ANSWERS])
    merged = [_levels(row) for row in answers if row.answer == Answer.MERGED]
    if len(merged) >= FEWEST_ANSWERS:
        model = learn(model, merged)
    return TrainedModel(
        version=version,
        customers=customers,
        merged=len(merged) if len(merged) >= FEWEST_ANSWERS else 0,
        values=model.as_json(),
        note=_why_not(model, answers),
        by=by,
    )


@transaction.atomic
def keep_trained(trained: TrainedModel) -> TrainedModel:
    """Save it, and put it to use unless something is against that."""
    last_usable = TrainedModel.objects.select_for_update().filter(note__in=("", CHOSEN)).first()
    if last_usable and not last_usable.in_use:
        trained.note = trained.note or CHOSEN
    if not trained.note:
        TrainedModel.objects.filter(in_use=True).update(in_use=False)
        trained.in_use = True
    trained.save()
    return trained


def learn(model: Model, merged: Collection[Levels]) -> Model:
    """How one person’s fields agree, from pairs that staff merged."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for levels in merged:
        for field, level in levels.items():
            counts[field][level] += 1
    learned = {}
    for field, of in model.levels.items():
        of_one = with_few(counts[field], of)
        learned[field] = {level: (of_one[level], two) for level, (_, two) in of.items()}
    return replace(model, levels=learned)


def _levels(answer: LikelyAnswer) -> Levels:
    return {field: str(level) for field, (level, _) in answer.weights.items()}


def _why_not(model: Model, answers: Sequence[LikelyAnswer]) -> str:
    if not makes_sense(model):
        return NO_SENSE
    before = model_in_use()
    sides = Counter(answer.answer == Answer.MERGED for answer in answers)
    if min(sides[True], sides[False]) < FEWEST_ANSWERS:
        return ""
    right = [
        rightly_ordered([(_bits(row, before, one), row.answer == Answer.MERGED) for row in answers])
        for one in (before, model)
    ]
    return ORDERS_WORSE if right[1] < right[0] - WORSE else ""


def makes_sense(model: Model) -> bool:
    """Whether what is the same speaks for one person, and what differs against, in every field."""
    return all(
        of[SAME][0] > of[SAME][1] and of[DIFFERS][0] < of[DIFFERS][1] for of in model.levels.values() if DIFFERS in of
    )


def _bits(answer: LikelyAnswer, before: Model, model: Model) -> float:
    """The weight of the evidence as `model` sees it; rarity counts as it did."""
    total = 0.0
    for field, (level, bits) in answer.weights.items():
        total += bits
        if field in model.levels and level in model.levels[field]:
            total += _weight(model.levels[field][level]) - _weight(before.levels[field][level])
    return total


def _weight(shares: tuple[float, float]) -> float:
    of_one, of_two = shares
    return log2(of_one / of_two)


def rightly_ordered(scored: Sequence[tuple[float, bool]]) -> float:
    """Of all pairs of a merge and another answer, the share in which the merge has the higher score; ties are half."""
    by_score: defaultdict[float, list[int]] = defaultdict(lambda: [0, 0])
    for score, is_merge in scored:
        by_score[score][is_merge] += 1
    below = right = 0.0
    for score in sorted(by_score):
        others, merges = by_score[score]
        right += merges * (below + others / 2)
        below += others
    merges = sum(is_merge for _, is_merge in scored)
    return right / (merges * below) if merges and below else 1.0
