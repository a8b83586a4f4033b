"""The meaning of each column, guessed: by the preset of the export, by its header, or by what its cells look like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from customers.lib.addresses.countries import country_code
from customers.lib.emails import normal_email
from customers.lib.money import CURRENCIES
from customers.lib.names import label_key
from customers.lib.phones.normal_form import first_whole_number
from customers.lib.phrases import isolated, join_first
from customers.profile.fields import BY_KEY as PROFILE
from customers.profile.fields import FieldKind
from orders.imports.cells.amounts import decimal_mark
from orders.imports.cells.cell import bare
from orders.imports.cells.times import date_order
from orders.imports.columns.fields import BY_KEY, MANY, CellKind
from orders.imports.columns.headers import header_key, meanings
from orders.imports.columns.mapping import ColumnMapping, MappedColumn, Reason
from orders.imports.columns.presets import BY_NAME, recognise
from orders.imports.columns.rows_guess import settled
from orders.imports.columns.vendors.preset import Preset
from orders.imports.files.table import Table

SAMPLE_ROWS = 2_000
LOOKED_AT = 50
SHOWN = 3
LONGEST_SAMPLE = 120
MOST = 0.8
MOST_UNKNOWN = 8
SALES_LISTS = "Settings, Sales lists"


@dataclass(frozen=True)
class Likeness:
    target: str
    words: str
    fits: Callable[[str], bool]


def _is_phone(text: str) -> bool:
    return not text.isdigit() and bool(first_whole_number(text))


LIKENESSES = (
    Likeness("email", "emails", lambda text: "@" in text and bool(normal_email(text))),
    Likeness("phone", "phones", _is_phone),
    Likeness("currency", "currencies", lambda text: text in CURRENCIES),
    Likeness("billing_address.country", "countries", lambda text: bool(country_code(text))),
)


def guess(table: Table, *, preset: str | None = None) -> ColumnMapping:
    """`preset` is one that somebody chose, or "" for none."""
    cells = _cells(table)
    chosen = recognise(table.headers) if preset is None else BY_NAME.get(preset)
    columns = [_column(*named, chosen) for named in zip(table.headers, cells, strict=True)]
    if not chosen:
        columns = _by_content(_each_once(settled(columns)), cells)
    columns = _with_lists(columns, cells)
    return _with_formats(ColumnMapping(tuple(columns), preset=chosen.name if chosen else ""), cells)


def with_formats(table: Table, mapping: ColumnMapping) -> ColumnMapping:
    """`mapping` with the order of dates and the decimal mark that the cells show, where nobody has said them."""
    return _with_formats(mapping, _cells(table))


def _with_formats(mapping: ColumnMapping, cells: Sequence[Sequence[str]]) -> ColumnMapping:
    return replace(
        mapping,
        date_order=mapping.date_order or date_order(_cells_of(mapping, cells, CellKind.DATE)),
        decimal_mark=mapping.decimal_mark or decimal_mark(_cells_of(mapping, cells, CellKind.MONEY)),
    )


def _with_lists(columns: Sequence[MappedColumn], cells: Sequence[Sequence[str]]) -> list[MappedColumn]:
    """A column of a list without entries is left out; entries that a list does not have are named."""
    return [_with_list(*named) for named in zip(columns, cells, strict=True)]


def _with_list(column: MappedColumn, cells: Sequence[str]) -> MappedColumn:
    field = PROFILE.get(column.target)
    if field is None or field.kind is not FieldKind.LISTED:
        return column
    words = {entry.word for entry in field.entries}
    if not words:
        why = f"There is no {field.label.lower()} yet. Add some in {SALES_LISTS}"
        return MappedColumn(column.header, why=why, samples=column.samples)
    unknown = [cell[:LONGEST_SAMPLE] for cell in dict.fromkeys(cells) if label_key(cell) not in words]
    if not unknown:
        return column
    named = join_first([isolated(cell) for cell in unknown], MOST_UNKNOWN)
    return replace(column, why=f"{column.why}. Not in {SALES_LISTS}: {named}. Rows with these are refused")


def _cells(table: Table) -> list[list[str]]:
    """Those of each column in the first rows that are not blank."""
    sample = [[bare(cell) for cell in row.cells] for row in islice(table.rows(), SAMPLE_ROWS)]
    return [[row[n] for row in sample if row[n]] for n in range(table.width)]


def _cells_of(mapping: ColumnMapping, cells: Sequence[Sequence[str]], kind: CellKind) -> list[str]:
    of_kind = [n for n, column in enumerate(mapping.columns) if column.target and BY_KEY[column.target].kind is kind]
    return [cell for n in of_kind for cell in cells[n]]


def _column(header: str, cells: Sequence[str], preset: Preset | None) -> MappedColumn:
    samples = tuple(cell[:LONGEST_SAMPLE] for cell in list(dict.fromkeys(cells))[:SHOWN])
    column = MappedColumn(header, samples=samples)
    if preset and (target := preset.target(header)):
        return replace(column, target=target, reason=Reason.PRESET, why="Recognised")
    if preset and (why := preset.left_out(header)):
        return replace(column, why=why)
    if not preset and (target := meanings().get(header_key(header), "")):
        return replace(column, target=target, reason=Reason.HEADER, why="By its name")
    return column if cells else replace(column, why="Empty in the first rows")


def _each_once(columns: Sequence[MappedColumn]) -> list[MappedColumn]:
    """A second column of the same name may be anything; emails and phones are often several."""
    seen: set[str] = set()
    kept = []
    for column in columns:
        is_again = column.target in seen - {*MANY, "", "email", "phone"}
        kept.append(
            MappedColumn(column.header, why="Another column means this", samples=column.samples) if is_again else column
        )
        seen.add(column.target)
    return kept


def _by_content(columns: Sequence[MappedColumn], cells: Sequence[Sequence[str]]) -> list[MappedColumn]:
    known = {column.target for column in columns}
    guessed = []
    for column, of_column in zip(columns, cells, strict=True):
        like = None if column.target or column.why else _likeness(of_column)
        if like and like[0].target not in known:
            known.add(like[0].target)
            guessed.append(replace(column, target=like[0].target, reason=Reason.CONTENT, why=like[1]))
        else:
            guessed.append(column)
    return guessed


def _likeness(cells: Sequence[str]) -> tuple[Likeness, str] | None:
    looked_at = cells[:LOOKED_AT]
    for likeness in LIKENESSES:
        number = sum(map(likeness.fits, looked_at))
        if looked_at and number >= MOST * len(looked_at):
            return likeness, f"By content: {number} of {len(looked_at)} are {likeness.words}"
    return None
