"""Search words by their beginning, so that either database reads them from the index."""

from __future__ import annotations

from django.db import connections
from django.db.models import Q
from django.db.models.lookups import StartsWith

from customers.lib.names import LONGEST_WORD
from customers.models import SearchWord
from customers.search.conditions import unindexed

LAST = "\U0010ffff"


def begins(text: str) -> Q:
    # PostgreSQL reads LIKE from the index; SQLite cannot where LIKE has an ESCAPE, as Django's has.
    beginning = text[:LONGEST_WORD]
    if connections[SearchWord.objects.db].vendor == "postgresql":
        return Q(word__startswith=beginning)
    return Q(word__gte=beginning, word__lt=beginning + LAST)


def begins_asked(text: str) -> Q:
    """The same of the few words of one customer, to which an index of the customer leads.

    By the index of words PostgreSQL reads every word that begins so, for each customer who has none.
    """
    return Q(StartsWith(unindexed("word"), text[:LONGEST_WORD]))
