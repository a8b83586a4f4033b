"""Which two customers wait in the worklist because of evidence other than an email or phone, and how sure that is.

The clock writes them after the evidence keys of who changed, and again for whom staff gave an answer about. A value
that more than MOST_SHARING customers have makes none. Neither do colleagues: a company or a web domain counts only
where the names agree, be it of a person or, where neither has one, of the company.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import combinations

from django.db import transaction
from django.db.models import Q

from customers.lib.batches import batches
from customers.matching.duplicates import pairs_sharing_values
from customers.matching.evidence.sharers import connects, count_holders, holders_of, recognising_keys, sureness
from customers.matching.judgement import OF_A_PERSON, NamesAgree, compare_names
from customers.matching.keys import MOST_SHARING
from customers.matching.not_duplicates import not_duplicates_among
from customers.matching.worklist.cohesion import Pair
from customers.models import Customer, EvidenceKind, EvidencePair
from customers.models.matching import Key
from customers.records.history_readers import ABOUT_DUPLICATES, changes_for, keep_place

AT_ONCE = 200
MOST_KEYS, MOST_HOLDERS = 2_000, 20_000
READER = "evidence pairs"


def pair_answered() -> str:
    """Write the pairs of customers who were answered about since the last call; what it did, in words."""
    changes = changes_for(READER, ABOUT_DUPLICATES)
    merged = Customer.objects.filter(merged_into__in=changes.customers).values_list("pk", flat=True)
    written = 0
    for some in batches(sorted({*changes.customers, *merged}), AT_ONCE):
        written += write_pairs(some)
    keep_place(READER, changes)
    return f"{written} pairs by evidence written." if written else ""


@transaction.atomic
def write_pairs(customers: Collection[int]) -> int:
    """Write the pairs anew of which one is of `customers`; how many differed."""
    customers = {*customers, *_holders_of_new_crowds(customers)}
    waiting = _waiting_pairs(customers)
    before = EvidencePair.objects.filter(Q(first__in=customers) | Q(second__in=customers))
    known = {pair.ends: (pair.pk, pair.kinds, pair.rank) for pair in before}
    gone = [pk for ends, (pk, *_) in known.items() if ends not in waiting]
    EvidencePair.objects.filter(pk__in=gone).delete()
    changed = [
        EvidencePair(first_id=first, second_id=second, kinds=kinds, rank=rank)
        for (first, second), (kinds, rank) in waiting.items()
        if known.get((first, second), ())[1:] != (kinds, rank)
    ]
    EvidencePair.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["first", "second"], update_fields=["kinds", "rank"]
    )
    return len(gone) + len(changed)


def _holders_of_new_crowds(customers: Collection[int]) -> set[int]:
    """Of values that very many have since: they may have become so many by these customers."""
    most = MOST_SHARING + len(customers)
    crowds = {key for key, n in count_holders(customers, most=MOST_KEYS).items() if MOST_SHARING < n <= most}
    return {customer for holders in holders_of(crowds, most=MOST_HOLDERS).values() for customer in holders}


def _waiting_pairs(customers: Collection[int]) -> Mapping[Pair, tuple[int, int]]:
    """{pair: (kinds, rank)}"""
    in_common = _in_common({*customers})
    of_pairs = {customer for pair in in_common for customer in pair}
    people = Customer.objects.live().only("first_name", "last_name", "company").in_bulk(of_pairs)
    answered = not_duplicates_among(people).keys() | pairs_sharing_values(people)
    waiting = {}
    for pair, keys in in_common.items():
        if pair not in answered and people.keys() >= {*pair}:
            names, against = compare_names(*(people[pk] for pk in pair))
            if _may_be_one({kind for kind, _ in keys}, names, against):
                waiting[pair] = sureness(keys), rank_of_evidence(sureness(keys), names)
    return waiting


def rank_of_evidence(kinds: int, names: NamesAgree) -> int:
    """The surest evidence comes first, then whose names agree."""
    return kinds * len(NamesAgree) + names


def _in_common(customers: Collection[int]) -> Mapping[Pair, set[Key]]:
    """{pair of live customers, of which one is of `customers`: the keys that both have}"""
    keys_of: defaultdict[Pair, set[Key]] = defaultdict(set)
    for key, sources in holders_of(recognising_keys(customers, most=MOST_KEYS), most=MOST_HOLDERS).items():
        for one, other in combinations(sorted(sources), 2):
            if (one in customers or other in customers) and connects(key, sources[one], sources[other]):
                keys_of[one, other].add(key)
    return keys_of


def _may_be_one(kinds: Collection[str], names: NamesAgree, against: Collection[str]) -> bool:
    if EvidenceKind.IDENTIFIER in kinds:
        return True
    if EvidenceKind.EXTERNAL_ID in kinds:
        # Data sources may number different customers alike.
        return not against
    return names > NamesAgree.NONE and not {*OF_A_PERSON} & {*against}
