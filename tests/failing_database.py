"""A database that fails for real, in one way or another, while a test asks for pages."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import connect

import psycopg
from django.db import connection

from customers.models import Customer

on_postgres = connection.vendor == "postgresql"
PAST_PGBOUNCER = os.environ.get("PAST_PGBOUNCER", "")
"""Host and port of PostgreSQL itself, where the tests go through a PgBouncer (`tests/pgbouncer.py`)."""


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def apart() -> Iterator[psycopg.Connection]:
    """Another session of the same database, which takes none of the connections that a PgBouncer shares out."""
    host, _, port = PAST_PGBOUNCER.partition(":")
    past = {"host": host, "port": port} if host else {}
    with psycopg.connect(**connection.get_connection_params() | past, autocommit=True) as session:
        yield session


@contextmanager
def read_only() -> Iterator[None]:
    """PostgreSQL refuses writes as a standby does; SQLite as it does of a file that may only be read."""
    before, after = (
        ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
        if on_postgres
        else ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
    )
    run(before)
    try:
        yield
    finally:
        run(after)


@contextmanager
def held(customer: Customer) -> Iterator[None]:
    """Somebody left a transaction open that has locked the customer; SQLite locks everything. One waits 0.1 s."""
    with _impatient(), _row_locked(customer) if on_postgres else _file_locked():
        yield


@contextmanager
def _impatient() -> Iterator[None]:
    run("SET lock_timeout = '100ms'" if on_postgres else "PRAGMA busy_timeout = 100")
    try:
        yield
    finally:
        run("RESET lock_timeout" if on_postgres else "PRAGMA busy_timeout = 20000")


@contextmanager
def _row_locked(customer: Customer) -> Iterator[None]:
    with apart() as session, session.transaction(force_rollback=True):
        session.execute("SELECT id FROM customers_customer WHERE id = %s FOR UPDATE", [customer.pk])
        yield


@contextmanager
def _file_locked() -> Iterator[None]:
    session = connect(connection.settings_dict["NAME"], isolation_level=None)
    session.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        session.execute("ROLLBACK")
        session.close()
