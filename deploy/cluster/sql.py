"""Statements of the test itself, past the site: with a superuser, at any of the servers."""

from collections.abc import Sequence
from typing import Any

import psycopg

from deploy.cluster.places import NAME, PASSWORD, Place


def connect(place: Place, name: str = NAME) -> psycopg.Connection:
    url = f"postgres://postgres:{PASSWORD}@{place}/{name}"
    return psycopg.connect(url, autocommit=True, connect_timeout=3)


def rows(place: Place, sql: str, parameters: Sequence[object] = (), *, name: str = NAME) -> list[tuple[Any, ...]]:
    with connect(place, name) as session:
        return session.execute(sql.encode(), parameters or None).fetchall()


def value(place: Place, sql: str, parameters: Sequence[object] = (), *, name: str = NAME) -> Any:
    """The first column of the one row."""
    return rows(place, sql, parameters, name=name)[0][0]


def execute(place: Place, *statements: str) -> None:
    with connect(place) as session:
        for statement in statements:
            session.execute(statement.encode())
