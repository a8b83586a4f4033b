"""When the digits of two phones count: where one of the two is no whole number.

Digits are the fallback for what cannot be read as a number. Two whole numbers that differ are two numbers, also if they
are written with the same digits: 06-12345678 is one number in the Netherlands and another one in France. What makes
two writings one number is in `customers/lib/phones/normal_form.py`.
"""

from collections.abc import Collection, Mapping

from customers.models import MatchKey, MatchKind
from customers.models.matching import Key, KeyQuerySet

OWNER = "source_record__customer"
Pair = tuple[int, int]


def recognised_by(keys: Collection[Key], *, own: Collection[Key]) -> KeyQuerySet[MatchKey]:
    """The stored keys that equal one of `keys`, which are among all the keys of an identity: `own`."""
    same = MatchKey.objects.among(keys)
    return same.without_whole_numbers() if has_whole_number(own) else same


def has_whole_number(keys: Collection[Key]) -> bool:
    return any(kind == MatchKind.PHONE for kind, _ in keys)


def without_digits_of_two_numbers(shared: Mapping[Pair, set[Key]]) -> dict[Pair, set[Key]]:
    """`shared`, {two customers: the keys they share}, without the digits that both have of a whole number."""
    in_doubt = {
        (customer, key)
        for pair, keys in shared.items()
        if not has_whole_number(keys)
        for key in keys
        if key[0] == MatchKind.DIGITS
        for customer in pair
    }
    whole = in_doubt - _of_no_whole_number(in_doubt)
    counting = {
        pair: {key for key in keys if not all((customer, key) in whole for customer in pair)}
        for pair, keys in shared.items()
    }
    return {pair: keys for pair, keys in counting.items() if keys}


def _of_no_whole_number(digits: Collection[tuple[int, Key]]) -> set[tuple[int, Key]]:
    """Those (customer, key) of which the customer has a record without a whole number."""
    if not digits:
        return set()
    rows = MatchKey.objects.among({key for _, key in digits}).without_whole_numbers()
    of_customers = rows.filter(**{f"{OWNER}__in": {customer for customer, _ in digits}})
    return {(customer, (kind, value)) for customer, kind, value in of_customers.values_list(OWNER, "kind", "value")}
