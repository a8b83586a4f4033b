"""In how many ways two values of a field may agree, as conditions in SQL that DuckDB and Spark both understand.

A slip is one letter more, less or other, or the same letters in another order; `_sorted` columns have the letters in
order, so that no function is needed that Spark lacks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

SAME, SWAPPED, SHORT, SLIP, MIXED, MONTH, YEAR, DOMAIN, DIFFERS = (
    *("same", "swapped", "short", "slip", "mixed"),
    *("month", "year", "domain", "differs"),
)


@dataclass(frozen=True)
class Level:
    """One way to agree. `by_rarity` names the column whose rarity counts: a rare name says more than a frequent one."""

    name: str
    condition: str
    by_rarity: str = ""


@dataclass(frozen=True)
class FieldComparison:
    """The levels of one field, of which the first that is true counts; none where `missing` is."""

    field: str
    missing: str
    levels: tuple[Level, ...]
    columns: tuple[str, ...]


def _is_missing(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def _is_slip(one: str, other: str) -> str:
    letters = f"levenshtein({one}_sorted_l, {other}_sorted_r) <= 1"
    return f"levenshtein({one}_l, {other}_r) <= 1 or {letters}"


def _same_letters(column: str, *, most: int, longer_than: int) -> str:
    return f"levenshtein({column}_sorted_l, {column}_sorted_r) <= {most} and length({column}_l) > {longer_than}"


def _begins(column: str) -> str:
    starts = "substr({a}, 1, length({b})) = {b}"
    one, other = f"{column}_l", f"{column}_r"
    return f"{starts.format(a=one, b=other)} or {starts.format(a=other, b=one)}"


def _overlap(column: str, overlap: str) -> str:
    return f"coalesce({overlap}({column}_l, {column}_r), false)"


def _name(column: str, other: str, *short: Level) -> FieldComparison:
    swapped = f"{column}_l = {other}_r or {other}_l = {column}_r"
    levels = (
        Level(SAME, f"{column}_l = {column}_r", by_rarity=column),
        Level(SWAPPED, swapped),
        Level(SLIP, f"({_is_slip(column, column)}) and length({column}_l) > 3"),
        *short,
        Level(MIXED, _same_letters(column, most=2, longer_than=4)),
        Level(DIFFERS, "ELSE"),
    )
    return FieldComparison(column, _is_missing(column), levels, (column, other, f"{column}_sorted"))


def _text(column: str, *, by_rarity: bool = True, slips: bool = True, mixed: bool = True) -> FieldComparison:
    levels = [Level(SAME, f"{column}_l = {column}_r", by_rarity=column if by_rarity else "")]
    if slips:
        levels.append(Level(SLIP, _is_slip(column, column)))
    if mixed:
        levels.append(Level(MIXED, _same_letters(column, most=3, longer_than=6)))
    columns = (column, f"{column}_sorted") if slips or mixed else (column,)
    return FieldComparison(column, _is_missing(column), (*levels, Level(DIFFERS, "ELSE")), columns)


def _email(overlap: str) -> FieldComparison:
    same = Level(SAME, f"email_l = email_r or {_overlap('emails', overlap)}", by_rarity="email")
    plain = _text("email")
    digits = "email_digits_l is not distinct from email_digits_r"
    slips = (replace(level, condition=f"({level.condition}) and {digits}") for level in plain.levels[1:-1])
    columns = (*plain.columns, "emails", "email_digits")
    return FieldComparison("email", plain.missing, (same, *slips, plain.levels[-1]), columns)


def _phone(overlap: str) -> FieldComparison:
    levels = (Level(SAME, _overlap("phones", overlap)), Level(DIFFERS, "ELSE"))
    return FieldComparison("phone", _is_missing("phones"), levels, ("phones",))


def _of_address(field: FieldComparison, overlap: str) -> FieldComparison:
    """Same also if both have lived at one address, wherever they live now."""
    same, *others = field.levels
    moved = replace(same, condition=f"{same.condition} or {_overlap('addresses', overlap)}")
    return replace(field, levels=(moved, *others), columns=(*field.columns, "addresses"))


def _company() -> FieldComparison:
    plain = _text("company")
    domain = Level(DOMAIN, "domain_l = domain_r", by_rarity="domain")
    missing = f"({plain.missing}) and ({_is_missing('domain')})"
    levels = (*plain.levels[:-1], domain, Level(DIFFERS, "ELSE"))
    return FieldComparison("company", missing, levels, (*plain.columns, "domain"))


def _born(overlap: str) -> FieldComparison:
    levels = (
        Level(SAME, f"born_l = born_r or {_overlap('births', overlap)}"),
        Level(SLIP, "levenshtein(born_l, born_r) <= 1 or born_sorted_l = born_sorted_r"),
        Level(MONTH, "substr(born_l, 1, 7) = substr(born_r, 1, 7)"),
        Level(YEAR, "substr(born_l, 1, 4) = substr(born_r, 1, 4)"),
        Level(DIFFERS, "ELSE"),
    )
    return FieldComparison("born", _is_missing("born"), levels, ("born", "born_sorted", "births"))


def comparisons(present: Collection[str], *, overlap: str = "list_has_any") -> list[FieldComparison]:
    """Of the columns that are `present`. `overlap` is the database's name for “two lists have a value in common”."""
    short = Level(SHORT, f"{_begins('first')} or {_overlap('short_of', overlap)}")
    every = (
        _name("first", "last", short),
        _name("last", "first"),
        _company(),
        _email(overlap),
        _phone(overlap),
        _of_address(_text("street"), overlap),
        _of_address(_text("number", by_rarity=False, mixed=False), overlap),
        _text("place"),
        _of_address(_text("city"), overlap),
        _of_address(_text("postcode"), overlap),
        _text("state", by_rarity=False, slips=False, mixed=False),
        _born(overlap),
    )
    return [comparison for comparison in every if comparison.columns[0] in present]
