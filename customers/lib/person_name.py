"""The name of a person: split where it was sent as one text, and compared with that of another.

A particle belongs to the last name (van der Berg, de la Cruz, al Rashid), wherever the name was cut.
"""

from collections.abc import Sequence
from typing import Protocol

from customers.lib.names import has_visible_text, name_spellings, name_words, normal_name, unaccented
from customers.lib.placeholders import is_degree, real_name

PARTICLES = frozenset(
    " ".join(
        {
            "Dutch": "van vande vanden vander de den der het 't t 's s ten ter te op aan uit",
            "German": "von vom zu zum zur der dem den am im auf aus",
            "French": "de d' du des la le les l' saint sainte st ste",
            "Spanish": "de del la las los san santa",
            "Portuguese": "da das de do dos",
            "Italian": "di de da dal dalla dalle dei degli del dell' della delle dello d' la lo li",
            "Scandinavian": "af av von de la",
            "Irish and Scottish": "o' mc mac ni nic ui mhic fitz",
            "Welsh": "ap ab ferch",
            "Arabic": "al el ad ar as ash bin ibn ben bint abu abou ould",
            "Hebrew": "ben bat bar ha",
            "Malay": "bin binti",
        }.values()
    )
    .replace("'", "")
    .split()
)
# Particles only with their apostrophe, because “John O Brown” and “Ann D Hill” have a middle initial.
ELIDED = frozenset({"o", "d", "l", "t", "s", "dell"})
# In small letters: Ortega y Gasset, Costa e Silva, Puig i Cadafalch, von und zu Hohenfels.
CONNECTORS = frozenset({"y", "e", "i", "und"})
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "junior", "senior", "phd", "md", "esq"})


class Named(Protocol):
    @property
    def first_name(self) -> str: ...

    @property
    def last_name(self) -> str: ...


def split_name(name: str, *, longest: int) -> tuple[str, str]:
    """(first, last) of at most `longest` characters, parted at a blank that can be put back.

    The last name is the last word with the particles before it and what is behind it (Jr.). A name without a blank is
    all first name; so is one whose parts are set apart by more than a blank, or that is too long.
    """
    text = name.strip()
    if len(text) > 2 * longest + 1:  # each try copies the text
        return text, ""
    cuts = [at for at in range(len(text) - 2, 0, -1) if _is_cut(text, at, longest)]
    if not cuts:
        return text, ""
    cut = cuts[0]
    for earlier in cuts[1:]:
        if not _belongs_to_last_name(text[earlier + 1 : cut], text[cut + 1 :]):
            break
        cut = earlier
    return text[:cut], text[cut + 1 :]


def _is_cut(text: str, at: int, longest: int) -> bool:
    if text[at] != " " or at > longest or len(text) - at - 1 > longest:
        return False
    return _stands_alone(text[:at]) and _stands_alone(text[at + 1 :])


def _stands_alone(part: str) -> bool:
    # Nothing of it may be lost when it is stored by itself.
    return part == part.strip() and has_visible_text(part)


def _belongs_to_last_name(word: str, following: str) -> bool:
    """Whether `word` is the beginning of a last name that goes on with `following`."""
    if word in CONNECTORS or following.split()[0] in CONNECTORS or _is_particle(word):
        return True
    return all(set(name_words(part)) <= SUFFIXES or is_degree(part) for part in following.split())


def _is_particle(word: str) -> bool:
    plain = unaccented(word).strip(".-‐‑")
    return plain in PARTICLES and (plain not in ELIDED or not word.isalnum())


def full_name(first_name: str, last_name: str) -> str:
    return f"{first_name} {last_name}".strip()


def names_in_common(one: Named, other: Named) -> frozenset[str]:
    """Which of `first_name` and `last_name` two people have in common: both if the whole name, cut anywhere.

    First names are compared with first names. Placeholders and blanks are common to nobody.
    """
    (first, last, whole), (their_first, their_last, their_whole) = _spellings(one), _spellings(other)
    if whole & their_whole:
        return frozenset({"first_name", "last_name"})
    common = {"first_name": first & their_first, "last_name": last & their_last}
    return frozenset(part for part, spellings in common.items() if spellings)


def normal_names(named: Named) -> tuple[str, str]:
    """The first and the last name as they are compared; "" for a blank and a placeholder."""
    given, particles = _without_particles(real_name(named.first_name).split())
    last = real_name(named.last_name)
    first = given if last else [*given, *particles]
    return normal_name(" ".join(first)), normal_name(" ".join([*particles, last]) if last else "")


def _spellings(named: Named) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Of the first, the last and the whole name."""
    first, last = real_name(named.first_name), real_name(named.last_name)
    given, particles = _without_particles(first.split())
    of_first = name_spellings(first) | name_spellings(" ".join(given))
    of_last = name_spellings(last) | name_spellings(" ".join([*particles, last]) if last else "")
    whole = full_name(first, last)
    return of_first, of_last, name_spellings(whole) if len(whole.split()) > 1 else frozenset()


def _without_particles(first: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The words of a first name, and the particles at its end that belong to the last name."""
    end = len(first)
    while end > 1 and _is_particle(first[end - 1]):
        end -= 1
    return first[:end], first[end:]
