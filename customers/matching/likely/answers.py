"""What staff decided about likely pairs, and how well the probabilities of a model agree with that.

An answer is noted with the probability that the pair had, which a later scan would change (`waiting.py`). What a rule
merged is no answer of anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import sqrt

from django.db.models import Count, Q
from django.utils import timezone

from customers.matching.likely.doubts import SHOWN, SURE
from customers.matching.likely.words import LIKELY, VERY_LIKELY
from customers.matching.worklist.cohesion import Pair
from customers.models import LikelyAnswer, LikelyPair, MergeMember, NotDuplicate

Answer = LikelyAnswer.Answer
BY_RULE = "rule"
MOST_COUNTED = 10_000
BANDS = ((SURE, 1.01), (VERY_LIKELY, SURE), (LIKELY, VERY_LIKELY), (SHOWN, LIKELY))


@dataclass(frozen=True)
class Band:
    """Of `decided` pairs with a probability from `least` to below `end`, staff merged so many and undid none."""

    least: float
    end: float
    decided: int
    merged: int

    @property
    def label(self) -> str:
        return f"{self.least:.0%} or more" if self.end > 1 else f"{self.least:.0%} to {self.end:.0%}"

    @property
    def share(self) -> str:
        return f"{self.merged / self.decided:.0%}" if self.decided else ""

    @property
    def bounds(self) -> tuple[str, str]:
        """Between which the share of all such pairs is, in 95 of 100 cases, by Wilson’s score interval."""
        low, high = wilson(self.merged, self.decided)
        return f"{low:.0%}", f"{high:.0%}"


def wilson(right: int, number: int, z: float = 1.96) -> tuple[float, float]:
    if not number:
        return 0.0, 1.0
    share, square = right / number, z * z / number
    middle = (share + square / 2) / (1 + square)
    half = z * sqrt(share * (1 - share) / number + square / (4 * number)) / (1 + square)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def precision_by_band(model: str = "") -> list[Band]:
    """Of the last answers, those to pairs that the model of this version scored, or any; the likeliest band first."""
    of_model = LikelyAnswer.objects.filter(model=model) if model else LikelyAnswer.objects.all()
    last = of_model.order_by("-pk")[:MOST_COUNTED]
    counts: dict[str, Count] = {}
    for number, (least, end) in enumerate(BANDS):
        within = Q(probability__gte=least, probability__lt=end)
        counts[f"decided_{number}"] = Count("pk", filter=within)
        counts[f"merged_{number}"] = Count("pk", filter=within & Q(answer=Answer.MERGED))
    row = last.aggregate(**counts)
    return [Band(*of, row[f"decided_{n}"], row[f"merged_{n}"]) for n, of in enumerate(BANDS)]


def band_of(probability: float) -> Band | None:
    """None below all bands: nobody was asked about such pairs."""
    return next((band for band in precision_by_band() if probability >= band.least), None)


def note_answers(pairs: Collection[LikelyPair], roots: Mapping[int, int], marks: Mapping[Pair, NotDuplicate]) -> None:
    """`roots` are the live customers whom the ends of pairs are part of, `marks` those between live ends."""
    known = {(row.first_id, row.second_id): row for row in _among(pairs)}
    merged_by_rule = _merged_by_rule({pk for pair in pairs for pk in pair.ends if roots.get(pk, pk) != pk})
    answers, unanswered = [], []
    for pair in pairs:
        before = known.get(pair.ends)
        answer = _answer(pair, roots, marks.get(pair.ends), before, merged_by_rule)
        if answer and (not before or before.answer != answer):
            old = before or pair
            answers.append(
                LikelyAnswer(
                    first_id=pair.first_id,
                    second_id=pair.second_id,
                    answer=answer,
                    probability=old.probability,
                    weights=old.weights,
                    model=old.model,
                    at=timezone.now(),
                )
            )
        elif before and not answer:
            unanswered.append(before.pk)
    LikelyAnswer.objects.bulk_create(
        answers, update_conflicts=True, unique_fields=["first", "second"], update_fields=["answer", "at"]
    )
    LikelyAnswer.objects.filter(pk__in=unanswered).delete()


def _among(pairs: Collection[LikelyPair]) -> Collection[LikelyAnswer]:
    return LikelyAnswer.objects.filter(
        first__in={pair.first_id for pair in pairs}, second__in={pair.second_id for pair in pairs}
    )


def _merged_by_rule(duplicates: Collection[int]) -> set[int]:
    members = MergeMember.objects.filter(duplicate__in=duplicates, undone_at=None, merge__undone_at=None)
    return set(members.filter(merge__via=BY_RULE).values_list("duplicate", flat=True))


def _answer(
    pair: LikelyPair,
    roots: Mapping[int, int],
    mark: NotDuplicate | None,
    before: LikelyAnswer | None,
    merged_by_rule: set[int],
) -> str:
    one, other = (roots.get(pk, pk) for pk in pair.ends)
    if one == other:
        return "" if merged_by_rule & {*pair.ends} else Answer.MERGED
    if not mark or (one, other) != pair.ends:
        # One of the two became part of another customer, about whom nothing was asked.
        return before.answer if before and (one, other) != pair.ends else ""
    if before and before.answer in (Answer.MERGED, Answer.UNDONE):
        return Answer.UNDONE
    return Answer.RELATED if mark.relation else Answer.NOT_DUPLICATES
