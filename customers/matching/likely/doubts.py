"""What keeps a pair from being sure, however much agrees.

Fields of one household or office agree together: last name, address and landline of a family, company, domain and
switchboard of an office. Splink counts each by itself, so a father and his son of one name would be sure. So a pair is
sure only if something that belongs to one person agrees, and never against what tells two people apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from customers.matching.likely.comparisons import DIFFERS, SAME, SHORT, SLIP, SWAPPED

SURE = 0.99
"""The threshold for rules that merge by themselves."""
SHOWN = 0.5
"""Less likely pairs are not kept."""

STRANGERS = 0.0001
"""Below it, two of whom something tells them apart are not one, whatever else agrees."""

Levels = Mapping[str, str]
"""{field: how its values agree}, without fields that one of the two lacks."""

FIRST_NAME_AGREES = (SAME, SHORT, SWAPPED)
UNLIKELY, PERHAPS_TWO, NOT_PERSONAL = 0.4, 0.6, 0.97
"""The highest probability of two who are told apart, of two who may be, and of two with nothing personal in common."""


def highest_probability(levels: Levels, *, suffixes_differ: bool = False) -> float:
    names_differ = [levels.get(field) == DIFFERS for field in ("first", "last")]
    same_email = levels.get("email") in (SAME, SLIP)
    if _are_two_companies(levels) or (all(names_differ) and not same_email):
        return UNLIKELY
    if names_differ[0] and levels.get("email") == DIFFERS:
        return UNLIKELY
    if suffixes_differ or names_differ[0] or levels.get("born") == DIFFERS:
        return PERHAPS_TWO
    return 1.0 if _is_own_email(levels) or _is_same_birth(levels) else NOT_PERSONAL


def are_told_apart(levels: Levels, probability: float, *, suffixes_differ: bool = False) -> bool:
    """Whether two are rather not one, so that a third who is like both makes no group of the three.

    Less than this is as often a slip: in public records, one person’s names and dates of birth differ, too.
    """
    if suffixes_differ or _are_two_companies(levels):
        return True
    first, email = levels.get("first"), levels.get("email")
    if first == levels.get("last") == SAME and levels.get("born") == DIFFERS and email != SAME:
        return True
    if first == DIFFERS and (email == DIFFERS or (levels.get("phone") == DIFFERS and email not in (SAME, SLIP))):
        return True
    return probability < STRANGERS and highest_probability(levels) <= PERHAPS_TWO


def _is_own_email(levels: Levels) -> bool:
    """Two offices have the same mailbox, such as info@, at domains that look alike."""
    email = levels.get("email")
    return email == SAME or (email == SLIP and levels.get("first") in FIRST_NAME_AGREES)


def _is_same_birth(levels: Levels) -> bool:
    """Twins have one date of birth, and names that may look alike. Namesakes may have dates that look alike."""
    if levels.get("first") not in FIRST_NAME_AGREES:
        return False
    born = levels.get("born")
    return born == SAME or (born == SLIP and DIFFERS not in (levels.get("last"), levels.get("email")))


def _are_two_companies(levels: Levels) -> bool:
    """Whether the company alone says who they are, and differs."""
    return levels.get("company") == DIFFERS and not levels.keys() & {"first", "last"}
