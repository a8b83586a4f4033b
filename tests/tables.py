"""One test for a table of rows, which names every row that is wrong.

A test for each row would make its users and worlds anew, and each process of the suite would collect them all.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from functools import wraps
from reprlib import Repr
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client

WRONG = (Exception, pytest.fail.Exception)

short = Repr()
short.maxstring = short.maxother = 200


def table(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable], Callable]:
    """Like `pytest.mark.parametrize`, in one test: fixtures are made once, and what a row wrote is rolled back.

    What commits, or asks a live server, needs a test for each row.
    """
    columns = [names] if isinstance(names, str) else names
    table_rows = [(row,) for row in rows] if isinstance(names, str) else [*rows]
    assert table_rows, "A table without rows proves nothing."

    def decorate(test: Callable) -> Callable:
        @wraps(test)
        def of_all_rows(*of: Any, **fixtures: Any) -> None:
            errors = []
            for row in table_rows:
                values = dict(zip(columns, row, strict=True))
                try:
                    with of_one_row():
                        test(*of, **unused(fixtures), **values)
                except WRONG as error:
                    error.add_note(f"Row: {short.repr(values)}")
                    errors.append(error)
            if errors:
                raise BaseExceptionGroup(f"{len(errors)} of {len(table_rows)} rows are wrong", errors)

        signature = inspect.signature(test)
        fixtures = [signature.parameters[name] for name in signature.parameters if name not in columns]
        of_all_rows.__signature__ = signature.replace(parameters=fixtures)
        return of_all_rows

    return decorate


@contextmanager
def of_one_row() -> Iterator[None]:
    if not connection.in_atomic_block:  # the test asks no database
        yield
        return
    block = transaction.atomic()
    block._from_testcase = True  # so that an act may demand to begin the outermost transaction, as in any test
    with block:
        yield
        transaction.set_rollback(True)


def unused(fixtures: dict[str, Any]) -> dict[str, Any]:
    """Fixtures as no row has used them: a row may change objects, or sign a client out."""
    copies: dict[int, Any] = {}
    return {name: unused_copy(value, copies) for name, value in fixtures.items()}


def unused_copy(value: Any, copies: dict[int, Any]) -> Any:
    if isinstance(value, Client):
        client = copy(value)
        client.cookies = deepcopy(value.cookies)
        return client
    return deepcopy(value, copies) if isinstance(value, (Model, list, tuple, dict)) else value
