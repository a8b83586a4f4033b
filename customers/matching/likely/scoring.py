"""Scores the pairs of a table of customers by Splink, on DuckDB."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from customers.lib.batches import batches
from customers.matching.likely.blocking import LeftOut, block
from customers.matching.likely.columns import ComparedCustomer, arrow_table
from customers.matching.likely.comparisons import FieldComparison, comparisons
from customers.matching.likely.doubts import SHOWN, highest_probability
from customers.matching.likely.model import Model
from customers.matching.likely.rarity import frequency_table

if TYPE_CHECKING:
    import duckdb
    from splink import Linker

MEMORY, MEMORY_A_MILLION = 1_000, 500
"""Megabytes that DuckDB takes before it writes to disk, and those more for each million customers after the first."""
ROWS_AT_ONCE = 50_000


@dataclass(frozen=True)
class ScoredPair:
    """Two customers, the lower number first. `weights` are {field: [how it agrees, its weight in bits]}."""

    first: int
    second: int
    probability: float
    weights: Mapping[str, tuple[str, float]]


@dataclass
class Scores:
    """The likely pairs, the likeliest first, and what was not compared."""

    customers: int
    compared_pairs: int
    left_out: Sequence[LeftOut]
    pairs: Iterator[ScoredPair]


@contextmanager
def open_table(customers: Iterable[ComparedCustomer]) -> Iterator[ComparedTable]:
    """DuckDB for the time of a scan, with `customers` in the table `compared`."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(f"set temp_directory='{folder}'; set preserve_insertion_order=false")
        table = ComparedTable(connection)
        table.limit_memory()
        for rows in batches(customers, ROWS_AT_ONCE):
            table.add(rows)
        table.limit_memory()
        yield table


class ComparedTable:
    """The customers to compare, in DuckDB. `spark_table.py` has them in Spark."""

    explode, overlap, dialect = "unnest", "list_has_any", "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.customers = 0
        self.site: int | None = None
        self._create(arrow_table([]))

    def _create(self, empty: Any) -> None:
        self.connection.register("rows", empty)
        self.run("create table compared as select * from rows")

    def add(self, rows: Sequence[ComparedCustomer]) -> None:
        self.connection.register("rows", arrow_table(rows))
        self.run("insert into compared select * from rows")
        self.connection.unregister("rows")
        self.customers += len(rows)

    def limit_memory(self) -> None:
        """By the number of customers: of ten million, the pairs to compare do not fit into what a million take."""
        megabytes = MEMORY + MEMORY_A_MILLION * max(0, self.customers - 1_000_000) // 1_000_000
        self.run(f"set memory_limit='{megabytes}MB'")

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement).fetchall()

    def keep(self, name: str, select: str) -> None:
        self.run(f"create or replace table {name} as {select}")

    def drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.run(f"drop table {name}")

    def rows(self, select: str) -> Iterator[tuple[Any, ...]]:
        """One by one: there may be millions."""
        rows = self.connection.execute(select)
        while batch := rows.fetchmany(ROWS_AT_ONCE):
            yield from batch

    def interface(self) -> Any:
        from splink import DuckDBAPI

        return DuckDBAPI(connection=self.connection)

    def present(self) -> list[str]:
        """The columns in which any customer has a value."""
        names = [name for name, *_ in self.run("describe compared")]
        (counts,) = self.run(f"select {', '.join(f'count({name})' for name in names)} from compared")  # noqa: S608 - of ours
        return [name for name, number in zip(names, counts, strict=True) if number]

    def block(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Let these be the pairs to compare."""
        import pyarrow

        first, second = zip(*((min(pair), max(pair)) for pair in pairs), strict=True)
        numbers = {"join_key_l": pyarrow.array(first), "join_key_r": pyarrow.array(second)}
        self.connection.register("rows", pyarrow.table(numbers))
        self.run("create or replace table blocked as select '0' as match_key, * from rows")

    def linker(self, model: Model, compared: Sequence[FieldComparison], *, anchor: str = "") -> Linker:
        from splink import Linker

        interface = self.interface()
        customers = self.site or self.customers
        settings = model.settings(compared, customers=customers, dialect=self.dialect, anchor=anchor)
        linker = Linker(interface.register("compared"), settings, log_level=logging.ERROR)
        for level in {level.by_rarity: level for c in compared for level in c.levels if level.by_rarity}.values():
            column = level.by_rarity
            frequencies = frequency_table(level, model, customers=self.customers, site=self.site)
            self.keep(f"tf_{column}", frequencies)
            linker.table_management.register_term_frequency_lookup(interface.register(f"tf_{column}"), column)
        return linker


def score(table: ComparedTable, model: Model, *, only: Sequence[int] | None = None, site: int | None = None) -> Scores:
    """The likely pairs of the table; of those customers that `only` names, if given.

    `site` is how many customers there are, if the table has a part of them.
    """
    table.site = site
    present = table.present()
    compared = [c for c in comparisons(present, overlap=table.overlap) if c.field in model.levels]
    if table.customers < 2 or not compared:
        return Scores(table.customers, 0, [], iter(()))
    left_out = block(table)
    if only is not None:
        names = ", ".join(map(str, only)) or "null"
        some = f"select * from blocked where join_key_l in ({names}) or join_key_r in ({names})"  # noqa: S608 - of ours
        table.keep("some_blocked", some)
        table.keep("blocked", "select * from some_blocked")
    ((compared_pairs,),) = table.run("select count(*) from blocked")
    pairs = score_blocked(table, model, compared, least=SHOWN)
    return Scores(table.customers, compared_pairs, left_out, filter(None, map(_without_doubtful, pairs)))


def score_blocked(
    table: ComparedTable, model: Model, compared: Sequence[FieldComparison], *, least: float
) -> Iterator[tuple[ScoredPair, bool]]:
    """The pairs of the table `blocked`, the likeliest first, and whether Jr, Sr and the like differ."""
    linker = table.linker(model, compared)
    interface = linker._db_api
    linker.table_management.register_blocked_pairs_for_predict(interface.register("blocked"))
    scored = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
    return _read(table, scored.physical_name, compared)


def _without_doubtful(scored: tuple[ScoredPair, bool]) -> ScoredPair | None:
    pair, suffixes_differ = scored
    levels = {field: name for field, (name, _) in pair.weights.items()}
    probability = min(pair.probability, highest_probability(levels, suffixes_differ=suffixes_differ))
    return replace(pair, probability=probability) if probability >= SHOWN else None


def _read(table: ComparedTable, scored: str, compared: Sequence[FieldComparison]) -> Iterator[tuple[ScoredPair, bool]]:
    names = [name for name, *_ in table.run(f"describe {scored}")]
    weights = [_weight(c.field, names) for c in compared]
    columns = ", ".join(f"gamma_{c.field}, {weight}" for c, weight in zip(compared, weights, strict=True))
    suffixes = "l.suffix is distinct from r.suffix"
    rows = table.rows(
        f"select id_l, id_r, match_probability, {suffixes}, {columns} from {scored}"  # noqa: S608 - of ours
        " join compared l on l.id = id_l join compared r on r.id = id_r order by match_probability desc, id_l, id_r"
    )
    return ((_pair(row, compared), row[3]) for row in rows)


def _weight(field: str, names: Sequence[str]) -> str:
    rarity = f"mw_tf_adj_{field}"
    return f"mw_{field} + {rarity}" if rarity in names else f"mw_{field}"


def _pair(row: tuple[Any, ...], compared: Sequence[FieldComparison]) -> ScoredPair:
    first, second, probability, _, *values = row
    weights = {}
    for comparison, number, weight in zip(compared, values[::2], values[1::2], strict=True):
        if number >= 0:
            # Splink numbers the levels from below.
            name = comparison.levels[len(comparison.levels) - 1 - number].name
            weights[comparison.field] = (name, round(weight, 1))
    return ScoredPair(first, second, probability, weights)
