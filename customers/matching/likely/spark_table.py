"""The customers to compare in Apache Spark: the same model and the same conditions, on the workers of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from customers.lib.batches import batches
from customers.matching.likely.columns import ComparedCustomer, arrow_table
from customers.matching.likely.scoring import ROWS_AT_ONCE, ComparedTable

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOCAL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
}
"""For a session on this machine, which has little to do: compiling takes longer than it saves."""


@contextmanager
def open_spark_table(customers: Iterable[ComparedCustomer], *, master: str) -> Iterator[SparkTable]:
    """A session of the cluster at this address, for the time of a scan."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("Reunite: likely duplicates")
    builder = (
        builder.config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
    )
    if master.startswith("local"):
        for name, value in LOCAL.items():
            builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        table = SparkTable(session)
        for rows in batches(customers, ROWS_AT_ONCE):
            table.add(rows)
        table.collect_rows()
        yield table
    finally:
        session.stop()


class SparkTable(ComparedTable):
    """Tables are views of data that Spark keeps in the memory and on the disks of its workers."""

    explode, overlap, dialect = "explode", "arrays_overlap", "spark"

    def __init__(self, session: SparkSession) -> None:
        self.session = session
        self.customers = 0
        self.site = None
        self.parts: list[DataFrame] = []

    def add(self, rows: Sequence[ComparedCustomer]) -> None:
        self.parts.append(self.session.createDataFrame(arrow_table(rows)))
        self.customers += len(rows)

    def collect_rows(self) -> None:
        """Let all parts be the table `compared`."""
        compared = self.parts[0] if self.parts else self.session.createDataFrame(arrow_table([]))
        for part in self.parts[1:]:
            compared = compared.unionAll(part)
        self._keep("compared", compared)

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.session.sql(statement).collect()]

    def keep(self, name: str, select: str) -> None:
        self._keep(name, self.session.sql(select))

    def drop(self, names: Iterable[str]) -> None:
        """Nothing: what was made of these is not computed yet, and the end of the session frees all."""

    def _keep(self, name: str, data: DataFrame) -> None:
        data.persist().createOrReplaceTempView(name)

    def rows(self, select: str) -> Iterator[tuple[Any, ...]]:
        return (tuple(row) for row in self.session.sql(select).toLocalIterator())

    def interface(self) -> Any:
        from splink.internals.spark.database_api import SparkAPI

        # Its own functions are in a jar, which our conditions do without.
        return SparkAPI(  # type: ignore[no-untyped-call]  # it has no types
            spark_session=self.session, break_lineage_method="persist", register_udfs_automatically=False
        )
