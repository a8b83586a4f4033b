"""Writing a chunk of rows: judged under the locks of an intake, then each table by one statement.

Locks are taken in the order of `customers.locks`: the names of all persons and orders of the chunk, then the customers
whom rows join. Where one of these was merged, split or changed meanwhile, the chunk begins again. What follows by rule
from what was written is refreshed last, by the functions of the intake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from customers.locks import RetiredMeanwhileError, chain_of, lock, lock_numbers, retry_when_moved
from customers.models import DataSource, SourceRecord
from customers.records.ownership import merged_into_any
from orders.imports.batch.ids import Ids
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.judge import Judge
from orders.imports.batch.new_rows import NewRows
from orders.imports.batch.verdicts import Verdict
from orders.locks import retry_when_taken
from orders.models import Import


@retry_when_taken
@transaction.atomic
def write_chunk(
    imported: Import, source: DataSource, incoming: IncomingChunk, *, meanwhile: Callable[[], None] = lambda: None
) -> list[Verdict]:
    """Write what is new of its rows; a verdict for each of them. `meanwhile` is called while the database writes."""
    now = lock_numbers(incoming.names)
    judge = Judge(imported, source, incoming, ids=Ids())
    verdicts = judge.verdicts(now=now)
    _lock_customers(judge, verdicts)
    new_rows = NewRows(imported, source, judge, verdicts)
    new_rows.write(meanwhile=meanwhile)
    new_rows.refresh()
    judge.people.let_go()
    return verdicts


@retry_when_moved
def check_chunk(imported: Import, source: DataSource, incoming: IncomingChunk, *, now: datetime) -> list[Verdict]:
    """What `write_chunk` would do, without writing."""
    judge = Judge(imported, source, incoming, ids=Ids())
    verdicts = judge.verdicts(now=now)
    judge.people.let_go()
    return verdicts


def _lock_customers(judge: Judge, verdicts: Sequence[Verdict]) -> None:
    """Lock everybody who gets a record, a purchase or a label, and see that they are as they were read."""
    owners = [v.record.customer for v in verdicts if v.record and v.changes_customer]
    stored = {owner.pk: owner for owner in owners if not owner.is_new}
    records = [record for customer in stored.values() for record in customer.records if not record.is_new]
    if not records:
        return
    chains = {record.origin: chain_of(record.origin) for record in records if record.origin != record.customer.pk}
    # A refusal is said by everybody who is merged into the customer, as an edit writes it.
    refusing = merged_into_any({v.customer_pk for v in verdicts if v.refusals and v.customer_pk in stored})
    locked = lock({*stored, *refusing, *(pk for chain in chains.values() for pk in chain)})
    now = SourceRecord.objects.filter(customer__in=stored).values_list("pk", "customer", "origin", "identity_key")
    as_read = {(r.pk, r.customer.pk, r.origin, judge.stored_identity_keys[r.pk]) for r in records}
    if set(now) != as_read or not all(locked[pk].is_live for pk in stored):
        raise RetiredMeanwhileError
