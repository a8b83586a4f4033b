"""The first customers whom a text finds, for pages that offer some to choose from."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from customers.lib.numbers import parse_number
from customers.models import Customer
from customers.search.query import clean_query
from customers.search.scan import MOST_STRETCHES, scan
from customers.search.search_text import SearchText
from customers.search.sorting import OLDEST_FIRST

MOST_FOUND = 25
"""The number of customers that a page offers to choose from."""


def first_found(text: str, *, most: int = MOST_FOUND, without: Collection[int] = ()) -> list[Customer]:
    """Live customers, oldest first; where many match a text that few have in common, maybe not all of them."""
    stretches = islice(scan([SearchText(clean_query(text))], OLDEST_FIRST), MOST_STRETCHES)
    matches = (pk for stretch in stretches for *_, pk in stretch.passing if pk not in without)
    pks = list(islice(matches, most))
    customers = Customer.objects.in_bulk(pks)
    return [customers[pk] for pk in pks if pk in customers]


def find_by_number_or_text(text: str, *, most: int) -> list[Customer]:
    """The customer with the number `text`, live or not; otherwise up to `most` live customers."""
    pk = parse_number(text)
    if pk is not None and (customer := Customer.objects.select_related("merged_into").filter(pk=pk).first()):
        return [customer]
    return first_found(text, most=most) if text else []
