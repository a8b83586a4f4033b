"""The path of a page, as `reverse` answers it, without its search: a page has up to a hundred links.

Of a page with numbers or names in its path the pattern is looked up once, and filled in afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

NUMBERS, NAMES = (918273645001, 918273645002), ("Q7SAMPLE1", "Q7SAMPLE2")
"""Stand where those of a page will be; no path has them by itself."""


def path_of(page: str, *args: int | str) -> str:
    """NoReverseMatch if there is no such page."""
    kinds = tuple(map(type, args))
    if all(map(_is_plain, args)):
        pattern = _pattern(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), page, kinds)
        if pattern:
            return pattern % args
    return reverse(page, args=args)


def _is_plain(arg: object) -> bool:
    """Whether it stands in a path as it is, whatever converter the path has."""
    if type(arg) is int:
        return arg >= 0
    return type(arg) is str and arg.isascii() and arg.isalnum()


@cache
def _pattern(urlconf: str, prefix: str, page: str, kinds: Sequence[type]) -> str:
    """With %s for each argument; "" where that cannot be told."""
    numbers, names = iter(NUMBERS), iter(NAMES)
    try:
        samples = [next(numbers if kind is int else names) for kind in kinds]
        path = reverse(page, args=samples)
    except (NoReverseMatch, StopIteration):
        return ""
    places = [path.find(str(sample)) for sample in samples]
    if "%" in path or -1 in places or places != sorted(places):
        return ""
    for sample in samples:
        path = path.replace(str(sample), "%s")
    return path
