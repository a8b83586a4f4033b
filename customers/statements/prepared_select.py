"""A query that is written once, and how what the database answers becomes the rows of its queryset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet

from customers.statements.model_rows import ModelRows


@dataclass(frozen=True)
class PreparedSelect:
    """The compiler knows how answers become rows; `converters` are those of its columns, looked up once.

    Rows that are models are made by `models`.
    """

    sql: str
    params: Sequence[Any]
    compiler: Any
    queryset: QuerySet[Any, Any]
    converters: dict[int, Any]
    models: ModelRows | None

    @classmethod
    def of(cls, queryset: QuerySet[Any, Any]) -> PreparedSelect:
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([expression for expression, *_ in compiler.select])
        return cls(sql, params, compiler, queryset, converters, ModelRows.of(queryset, compiler))

    @property
    def columns(self) -> list[Any]:
        """The expressions that it selects."""
        return [expression for expression, *_ in self.compiler.select]

    def rows(self, answer: list[Any]) -> list[Any]:
        if not answer:
            return []
        if self.models:
            rows = self.compiler.apply_converters(answer, self.converters) if self.converters else answer
            database = self.queryset.db
            return [self.models.row(values, database) for values in rows]
        answered = SimpleNamespace(
            query=_AnsweredQuery(self, answer),
            model=self.queryset.model,
            db=self.queryset.db,
            _known_related_objects={},
        )
        iterable: Any = self.queryset._iterable_class
        return [*iterable(answered)]


@dataclass(frozen=True)
class _AnsweredQuery:
    """Stands in for the query of a queryset and for its compiler, once the database has answered."""

    written: PreparedSelect
    answer: list[Any]

    def get_compiler(self, using: str) -> Any:
        return self

    def execute_sql(self, *args: Any, **options: Any) -> list[list[Any]]:
        return [self.answer]

    def results_iter(
        self, results: Iterable[Any] | None = None, *, tuple_expected: bool = False, **options: Any
    ) -> Iterator[Any]:
        rows = iter(self.answer)
        if self.written.converters:
            rows = self.written.compiler.apply_converters(rows, self.written.converters)
        return map(tuple, rows) if tuple_expected else rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self.written.compiler, name)
