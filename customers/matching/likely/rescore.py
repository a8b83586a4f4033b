"""Scores customers who changed since the last scan, so that a new one is in the worklist within a minute.

They are compared with those who share an email, a phone or both names, or were likely before; addresses wait for the
next scan. How rare their values are is not known from so few, so none counts more than usual (`rarity.py`). So a pair
whose fields agree as they did keeps its probability. Another one gets a new one, and no longer waits if that is not
likely.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from customers.lib.names import name_words
from customers.matching.duplicates import shared_keys_of
from customers.matching.likely.agreement import scored_again
from customers.matching.likely.doubts import SHOWN
from customers.matching.likely.model_in_use import model_in_use
from customers.matching.likely.records import compared_customers
from customers.matching.likely.scan import keep
from customers.matching.likely.scoring import open_table, score
from customers.matching.likely.waiting import rank_pairs
from customers.models import Customer, LikelyPair, LikelyScan, SearchWord
from customers.records.changed_customers import changed_customers

MOST_CHANGED = 200
MOST_NAMESAKES = 50


def score_changed_customers() -> str:
    """Those who changed since; about MOST_CHANGED of them, and the next ones later. What it did, in words."""
    last_scan = LikelyScan.objects.order_by("-pk").first()
    if not last_scan:
        return ""
    changed = changed_customers(last_scan.scored_to, most=MOST_CHANGED)
    live = set(Customer.objects.live().filter(pk__in=changed.pks).values_list("pk", flat=True)) if changed.pks else ()
    likely = _score(live) if live else 0
    LikelyScan.objects.filter(pk=last_scan.pk).update(scored_to=changed.up_to)
    return f"{len(live)} customers scored, {likely} likely pairs." if live else ""


def scored_to() -> datetime | None:
    """Customers who changed up to then are scored; None before the first scan."""
    return LikelyScan.objects.order_by("-pk").values_list("scored_to", flat=True).first()


def _score(changed: Collection[int]) -> int:
    candidates = {other for shared in shared_keys_of(changed).values() for other in shared}
    before = {pair.ends: pair for pair in LikelyPair.objects.filter(Q(first__in=changed) | Q(second__in=changed))}
    candidates |= _namesakes(changed) | {customer for ends in before for customer in ends}
    model, site = model_in_use(), Customer.objects.live().count()
    compared = {one.id: one for one in compared_customers({*changed, *candidates})}
    with open_table(compared.values()) as table:
        scores = score(table, model, only=sorted(changed), site=site)
        found = {(pair.first, pair.second): pair for pair in scores.pairs}
    unchanged = []
    for ends, pair in before.items():
        if compared.keys() >= {*ends}:
            if again := scored_again(pair, compared, model, customers=site):
                found.setdefault(ends, again)
            else:
                unchanged.append(pair)
                found.pop(ends, None)
    rank_pairs(unchanged)
    return keep(found.values(), model) + sum(pair.probability >= SHOWN for pair in unchanged)


def _namesakes(changed: Collection[int]) -> set[int]:
    """Some who have all the words of the name, too."""
    namesakes: set[int] = set()
    for customer in Customer.objects.filter(pk__in=changed).only("first_name", "last_name", "company"):
        words = name_words(f"{customer.first_name} {customer.last_name}") or name_words(customer.company)
        having = Customer.objects.live()
        for word in words:
            having = having.filter(pk__in=SearchWord.objects.filter(word=word).values("customer"))
        if len(words) > 1:
            namesakes.update(having.order_by("-pk").values_list("pk", flat=True)[:MOST_NAMESAKES])
    return namesakes
