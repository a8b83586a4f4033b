"""The statements that read, each once, with the page or call that asked it first."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from tests.plans.faults import faults_of
from tests.plans.pretended import MANY_CUSTOMERS, MUCH_OF_EACH

ABOUT_ONE = re.compile(r'"(customer_id|source_record_id|origin_id)" (=|IN) \(?%s')
"""Statements about one customer are judged as if it had very much, the others as if all had some."""


@dataclass
class Statements:
    by_shape: dict[str, tuple[str, str, Any]] = field(default_factory=dict)
    page: str = ""

    @contextmanager
    def heard(self) -> Iterator[None]:
        with connection.execute_wrapper(self._note):
            yield

    def _note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip("( ").startswith(("SELECT", "WITH")):
            # Lists of other lengths, and other pages, ask the same.
            shape = re.sub(r"%s(, %s)+", "%s, …", sql)
            self.by_shape.setdefault(shape, (self.page, sql, params))
        return execute(sql, params, many, context)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """(page, what is wrong, statement)"""
        for told in (MANY_CUSTOMERS, MUCH_OF_EACH):
            told.tell()
            for page, sql, params in self.by_shape.values():
                if (told == MUCH_OF_EACH) == bool(ABOUT_ONE.search(sql)):
                    yield from ((page, fault, sql) for fault in faults_of(sql, params, told))
