"""Which likely pairs wait for an answer: those of two live customers who are not marked as not duplicates.

Pairs that share an email or phone wait in another tab. The worklist reads only those that wait, by their rank. No act
writes here: the clock looks at customers whose history has grown.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from customers.lib.batches import batches
from customers.matching.duplicates import pairs_sharing_values
from customers.matching.likely.answers import note_answers
from customers.matching.likely.doubts import SHOWN
from customers.matching.not_duplicates import not_duplicates_among
from customers.models import Customer, LikelyPair
from customers.models.matching import NO_RANK, rank_of_probability
from customers.records.history_readers import ABOUT_DUPLICATES, changes_for, keep_place
from customers.records.ownership import merge_chains

READER = "likely pairs"


def rank_answered_pairs() -> str:
    """Answered since, or waiting again. What it did, in words."""
    changes = changes_for(READER, ABOUT_DUPLICATES)
    merged = Customer.objects.filter(merged_into__in=changes.customers).values_list("pk", flat=True)
    changed = 0
    for some in batches(sorted({*changes.customers, *merged})):
        changed += rank_pairs(LikelyPair.objects.filter(Q(first__in=some) | Q(second__in=some)))
    keep_place(READER, changes)
    return f"{changed} likely pairs ranked." if changed else ""


def rank_pairs(pairs: Collection[LikelyPair]) -> int:
    """How many have another rank now. What was decided about them is noted (`answers.py`)."""
    pairs = list(pairs)
    roots = {pk: chain[-1] for pk, chain in merge_chains({pk for pair in pairs for pk in pair.ends}).items()}
    live = set(Customer.objects.live().filter(pk__in=roots).values_list("pk", flat=True))
    marked = not_duplicates_among(live)
    elsewhere = pairs_sharing_values(live)
    changed = []
    for pair in pairs:
        is_answered = not live >= {*pair.ends} or pair.ends in marked or pair.ends in elsewhere
        waits = pair.probability >= SHOWN and not is_answered
        rank = rank_of_probability(pair.probability) if waits else NO_RANK
        if rank != pair.rank:
            pair.rank = rank
            changed.append(pair)
    note_answers(pairs, roots, marked)
    LikelyPair.objects.bulk_update(changed, ["rank"])
    return len(changed)
