"""Scores customers who changed since the last scan, so that a new one is in the worklist within a minute.

They are compared with those who share an email, a phone or both names, or were likely before; addresses wait for the
next scan. How rare their values are is not known from so few, so none counts more than usual. What is less likely than
before stays until the next scan.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from customers.lib.names import name_words
from customers.matching.duplicates import shared_keys_of
from customers.matching.likely.model_in_use import model_in_use
from customers.matching.likely.records import compared_customers
from customers.matching.likely.scan import keep
from customers.matching.likely.scoring import open_table, score
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


def _score(changed: Collection[int]) -> int:
    candidates = {other for shared in shared_keys_of(changed).values() for other in shared}
    candidates |= _namesakes(changed) | _likely_before(changed)
    model, site = model_in_use(), Customer.objects.live().count()
    with open_table(compared_customers({*changed, *candidates})) as table:
        return keep(score(table, model, only=sorted(changed), site=site).pairs, model)


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


def _likely_before(changed: Collection[int]) -> set[int]:
    pairs = LikelyPair.objects.filter(Q(first__in=changed) | Q(second__in=changed)).values_list("first", "second")
    return {customer for pair in pairs for customer in pair}
