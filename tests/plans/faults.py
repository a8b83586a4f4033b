"""What is wrong with a plan: it reads all of a table that grows, or sorts or counts more than a page may.

As the planner expects it: with ten million rows what is bounded and what is not are far apart.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from django.db import connection

from tests.plans.pretended import Told, grows, indexes_of, models_by_table
from tests.query_costs import on_sqlite

MOST = 25_000
"""Rows: the largest limit that a page has for what it looks at or counts is 20,000 (`customers/rules/findings.py`)."""

IN_ORDER = {"Limit", "Subquery Scan", "Append", "Merge Append", "LockRows", "Unique", "Incremental Sort", "Result"}
JOINS = {"Nested Loop", "Merge Join"}
SCANS = {"Seq Scan", "Index Scan", "Index Only Scan"}


def faults_of(sql: str, params: Any, told: Told) -> list[str]:
    explain = "EXPLAIN QUERY PLAN" if on_sqlite else "EXPLAIN (FORMAT JSON)"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", params)
        rows = cursor.fetchall()
    if on_sqlite:
        return list(dict.fromkeys(SQLitePlan(sql, rows, told).faults()))
    plan = json.loads(rows[0][0]) if isinstance(rows[0][0], str) else rows[0][0]
    return list(dict.fromkeys(PostgreSQLPlan(told, "EXISTS(" in sql).faults(plan[0]["Plan"])))


@dataclass(frozen=True)
class PostgreSQLPlan:
    told: Told
    asks_existence: bool

    def faults(self, node: dict[str, Any], share: float = 1.0) -> Iterator[str]:
        """`share` is how much of its rows is read before whatever reads this node has enough."""
        kind, table, below = node["Node Type"], node.get("Relation Name", ""), node.get("Plans", [])
        if kind in SCANS and "Index Cond" not in node and grows(table) and self.told.rows_of(table) * share > MOST:
            yield f"reads all of {table}" + (f" by {node['Index Name']}" if "Index Name" in node else "")
        if kind == "Sort" and below[0]["Plan Rows"] > MOST:
            yield f"sorts {below[0]['Plan Rows']:,} rows by {', '.join(node['Sort Key'])[:200]}"
        if kind in ("Aggregate", "Group", "Unique", "WindowAgg"):
            is_streamed = node.get("Strategy", "Sorted") == "Sorted"
            if below[0]["Plan Rows"] * (share if is_streamed else 1) > MOST:
                yield f"counts or groups {below[0]['Plan Rows']:,} rows"
        for child in below:
            yield from self.faults(child, self._share_of(node, child, share))

    def _share_of(self, node: dict[str, Any], child: dict[str, Any], share: float) -> float:
        kind, side, rows = node["Node Type"], child.get("Parent Relationship"), max(1, child["Plan Rows"])
        if side in ("InitPlan", "SubPlan"):
            return 1 / rows if self.asks_existence else 1.0  # the first row answers it
        if kind == "Limit":
            return share * min(1.0, node["Plan Rows"] / rows)
        if kind in JOINS:
            if side == "Inner" and node.get("Join Type") in ("Semi", "Anti"):
                return 1 / rows
            return share if side == "Outer" else 1.0
        is_sorted_group = kind in ("Aggregate", "Group") and node.get("Strategy", "Sorted") == "Sorted"
        return share if kind in IN_ORDER or is_sorted_group else 1.0


class SQLitePlan:
    """Its lines as a tree. SQLite says no numbers: they follow from what it was told of the indexes that it names."""

    def __init__(self, sql: str, rows: list[tuple[int, int, int, str]], told: Told) -> None:
        self.told = told
        self.has_limit = "LIMIT" in sql or "EXISTS(" in sql
        self.tables = {alias: table for table, alias in re.findall(r'"(\w+)" (?:AS )?"?(\w+)"?', sql)}
        self.tables = {alias: table for alias, table in self.tables.items() if table in models_by_table()}
        self.below: dict[int, list[tuple[int, str]]] = {}
        for number, parent, _, line in rows:
            self.below.setdefault(parent, []).append((number, line))

    def faults(self) -> Iterator[str]:
        for lines in self.below.values():
            texts = [line for _, line in lines]
            number = prod(self._rows_read(text) for text in texts)
            sorts = [text for text in texts if text.startswith("USE TEMP B-TREE") and "RIGHT PART" not in text]
            if sorts and number > MOST and not self._is_left_early(texts, sorts):
                yield f"{sorts[0].lower()} of {number:,} rows"
            for text in texts:
                table = self._table(text)
                if text.startswith("SCAN") and grows(table) and (sorts or not self.has_limit):
                    yield f"reads all of {table}: {text}"

    def _is_left_early(self, loops: list[str], sorts: list[str]) -> bool:
        """A loop in the order of the sort is left when the sort has as many rows as the limit: no plan says so, but
        `test_pages_of_rows.py` counts the steps."""
        newest = [text for text in loops if text.startswith("SEARCH") and "newest" in text]
        return self.has_limit and bool(newest) and all(text.endswith("FOR ORDER BY") for text in sorts)

    def _table(self, text: str) -> str:
        name = text.split()[1] if text.startswith(("SCAN", "SEARCH")) else ""
        return name if name in models_by_table() else self.tables.get(name, "")

    def _rows_read(self, text: str) -> int:
        """By this loop, each time."""
        if not (table := self._table(text)):
            return 1
        if text.startswith("SCAN"):
            return self.told.rows_of(table)
        if "INTEGER PRIMARY KEY (rowid=?)" in text:
            return 1
        index = re.search(r"INDEX (\w+) \((.*)\)", text)
        if not index:
            return self.told.rows_of(table) // 4  # a stretch of the primary key
        indexes = indexes_of(table, self.told)
        rows, each = indexes.get(index[1], (1, [1]))
        number = index[2].count("=?")
        passing = each[min(number, len(each)) - 1] if number else rows
        # A stretch with one end may be long; one with two is a period, such as a day of ten years.
        return max(1, passing // {0: 1, 1: 4}.get(len(re.findall("[<>]", index[2])), 4_000))
