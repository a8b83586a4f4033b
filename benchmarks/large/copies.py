"""The first block of customers once more, as often as needed, by SQL: ten million are too many to be made one by one.

A copy differs in what says the number of its block: keys, emails, external ids and phones. What is not needed before
all rows are there is dropped and made again: indexes, and the checks of foreign keys for the session that copies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import CharField, Field, ForeignKey, JSONField, Model, TextField

from benchmarks.large.people import phones_of
from customers.lib.identity import normal_identity
from customers.models import SourceRecord
from orders.models import MrrStep, Order, Purchase

AT_ONCE = 2
MOST_WITH_INDEXES = 5
"""So many copies take less than to make all indexes again."""
SHORT = 20
"""Texts of at most so many characters name no customer."""
LARGE = {"statement_timeout": "0", "maintenance_work_mem": "'1GB'", "max_parallel_maintenance_workers": "2"}
"""An index of a hundred million rows takes longer than a statement may."""


@dataclass(frozen=True)
class Keys:
    """The primary keys of the rows of a block, in one table."""

    first: int
    last: int


Block = Mapping[type[Model], Keys]
Moved = Mapping[type[Model], str]
"""By table: what SQL adds to a key in the copy with the number `%(number)s`."""


def last_keys() -> dict[type[Model], int]:
    models = [model for app in ("customers", "orders") for model in apps.get_app_config(app).get_models()]
    return {model: _one(f"SELECT coalesce(max(id), 0) FROM {model._meta.db_table}") for model in models}  # noqa: S608 - tables of ours


def keys_since(before: Mapping[type[Model], int]) -> Block:
    return {model: Keys(before[model] + 1, last) for model, last in last_keys().items() if last > before[model]}


def copy_block(block: Block, copies: int) -> Iterator[int]:
    """Yield how many copies there are by now."""
    last = last_keys()
    moved = {
        model: f"{last[model] - keys.first + 1} + {keys.last - keys.first + 1} * (%(number)s - 1)"
        for model, keys in block.items()
    }
    statements = [_copying(model, keys, moved) for model, keys in block.items()]
    made_again = drop_indexes(block) if copies > MOST_WITH_INDEXES else []
    _note_identities(block[SourceRecord])

    def copy(number: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            check_no_keys(cursor)
            for sql in statements:
                cursor.execute(sql, {"number": number, **_marks(number)})

    for copied, _ in enumerate(_side_by_side(copy, range(1, copies + 1)), 1):
        yield copied
    for _ in _side_by_side(_execute, ("DROP TABLE benchmark_identity", *made_again)):
        pass
    for table in (model._meta.db_table for model in block):
        _execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608 - as above


def _copying(model: type[Model], keys: Keys, moved: Moved) -> str:
    table, fields = model._meta.db_table, model._meta.concrete_fields
    columns = ", ".join(field.column for field in fields)
    values = ", ".join(_copied(field, moved) for field in fields)
    source = f"{table} AS it"
    if model is SourceRecord:
        source += " JOIN benchmark_identity AS identity ON identity.record_id = it.id"
    where = f"it.id BETWEEN {keys.first} AND {keys.last}"
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {source} WHERE {where}"  # noqa: S608 - as above


def _copied(field: Field[Any, Any], moved: Moved) -> str:
    """What a column of a copy holds, in SQL."""
    column, model = f"it.{field.column}", field.model
    if isinstance(field, ForeignKey) and field.related_model in moved:
        return f"{column} + {moved[field.related_model]}"
    if field.primary_key:
        return f"{column} + {moved[model]}"
    if (model, field.name) == (MrrStep, "origin_pk"):
        return f"{column} + {moved[Purchase]}"
    if (model, field.name) == (Order, "number"):
        return f"'N' || upper(lpad(to_hex(it.id + {moved[Order]}), 9, '0'))"
    if (model, field.name) == (SourceRecord, "identity_key"):
        return f"encode(sha256(convert_to({_renamed('identity.text')}, 'UTF8')), 'hex')"
    if field.name == "uuid":
        return f"left({column}, -36) || gen_random_uuid()"  # some have no kind before it
    if isinstance(field, JSONField):
        return f"{_renamed(f'{column}::text')}::jsonb"
    if isinstance(field, CharField | TextField) and (field.max_length or SHORT + 1) > SHORT:
        return _renamed(column)
    return column


def _renamed(text: str) -> str:
    """`text` with the number and the phones of another block, also where digits are kept backwards."""
    for name, here in _marks(0).items():
        text = f"replace({text}, '{here}', %({name})s)"
    return text


def _marks(block: int) -> dict[str, str]:
    """What says in texts of which block they are."""
    area, exchange = phones_of(block)
    digits = f"{area}{exchange}"
    return {"block": f"b{block}", "spaced": f"{area} {exchange}", "digits": digits, "backwards": digits[::-1]}


def _note_identities(records: Keys) -> None:
    """What an identity key is a digest of, for the copies to change."""
    _execute("CREATE UNLOGGED TABLE benchmark_identity (record_id bigint PRIMARY KEY, text text NOT NULL)")
    rows = SourceRecord.objects.filter(pk__range=(records.first, records.last))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO benchmark_identity VALUES (%s, %s)",
            [(record.pk, normal_identity(record.identity)) for record in rows.iterator()],
        )


def drop_indexes(block: Block) -> list[str]:
    """Drop all but the primary keys; what makes them again."""
    tables = [model._meta.db_table for model in block]
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS, [tables])
        constraints = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(INDEXES, [tables])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    made_again = [
        f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in constraints
    ]
    return [*(definition for _, definition in indexes), *made_again]


CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s) ORDER BY conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE NOT indisprimary AND indrelid::regclass::text = ANY(%s) ORDER BY pg_relation_size(indexrelid) DESC
"""


def _side_by_side(act: Callable[[Any], None], arguments: Iterable[Any]) -> Iterator[None]:
    """As many at once as there are cores here, each on a connection of its own."""

    def alone(argument: object) -> None:
        try:
            act(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for done in as_completed([threads.submit(alone, argument) for argument in arguments]):
            yield done.result()


@contextmanager
def large_statements() -> Iterator[Any]:
    """A cursor for statements that take long and much memory; afterwards the session is as it was."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET {name} = {value}" for name, value in LARGE.items()))
        yield cursor
        cursor.execute("; ".join(f"RESET {name}" for name in LARGE))


def _execute(sql: str) -> None:
    with large_statements() as cursor:
        cursor.execute(sql)


def _one(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def check_no_keys(cursor: Any) -> None:
    """Until the transaction ends, nothing is checked that is known to be right: what rows refer to."""
    if _one("SHOW is_superuser") == "on":
        cursor.execute("SET LOCAL session_replication_role = replica")
    else:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
