"""Short forms of first names: English by the package `nicknames`, more of it and other languages by short_names.txt."""

from functools import cache
from pathlib import Path

from nicknames import NickNamer

from customers.lib.names import name_words

# Of the package, and not of one person.
WRONG = {
    *(("aaron", "erin"), ("robert", "bill"), ("robert", "billy"), ("louis", "louise"), ("justin", "justina")),
    *(("edwina", "edwin"), ("ernestine", "ernest"), ("earnest", "ernestine"), ("clementine", "clement")),
}


@cache
def _lines_by_name() -> dict[str, frozenset[int]]:
    lines_of: dict[str, set[int]] = {}
    lists = Path(__file__).with_name("short_names.txt").read_text(encoding="utf-8")
    for number, line in enumerate(lists.splitlines()):
        for name in () if line.startswith("#") else name_words(line):
            lines_of.setdefault(name, set()).add(number)
    return {name: frozenset(lines) for name, lines in lines_of.items()}


@cache
def _english() -> dict[str, set[str]]:
    return NickNamer().nickname_lookup


def is_short_form(name: str, other: str) -> bool:
    """Whether one folded name is a short form of the other, or both are of a third."""
    lines = _lines_by_name()
    return not lines.get(name, frozenset()).isdisjoint(lines.get(other, ())) or _is_english(name, other)


def _is_english(name: str, other: str) -> bool:
    pairs = ((name, other), (other, name))
    return any(short in _english().get(full, ()) for full, short in pairs) and WRONG.isdisjoint(pairs)


@cache
def _short_names() -> dict[str, frozenset[str]]:
    """{short form: the full names}."""
    names: dict[str, set[str]] = {}
    for full, shorts in _english().items():
        for short in shorts:
            if WRONG.isdisjoint(((full, short), (short, full))):
                names.setdefault(short, set()).add(full)
    return {short: frozenset(full) for short, full in names.items()}


def full_forms(name: str) -> list[str]:
    """What two names of which `is_short_form` is true have in common: the names and lists of which it is a form."""
    lines = (f"line {number}" for number in _lines_by_name().get(name, ()))
    return sorted([*_short_names().get(name, ()), *lines])
