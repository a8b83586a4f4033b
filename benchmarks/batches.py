"""How long a job takes that merges many groups, and one that undoes them all, by workers that are killed on the way.

    python -m benchmarks.batches [--merges 10000] [--kills 2] [--rule]

With `--rule` a merge rule merges them, over all customers, in place of a batch of the worklist.

Afterwards each merge must be undone, none by half, and `rebuild` must find nothing that differs. It works in a database
of its own beside the one that DATABASE_URL names, made and dropped as tests do.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from benchmarks.database import own_database
from crm.jobs.kinds.batches import start_batch_merge, start_batch_undo
from crm.jobs.models import Job
from crm.rules.start import start_run
from customers.batches.proposals import Proposal, propose
from customers.batches.undo_preview import preview_undo
from customers.merging.history import MergeFilter
from customers.merging.undo import UndoTerms
from customers.models import Customer, HistoryEntry, Merge, MergeMember, SourceRecord
from customers.models.merge import Kept, OnConflict
from customers.rebuild import rebuild
from orders.totals.add import rebuild_totals
from tests.crm.jobs.worker_processes import worker_process
from tests.factories import DataSourceFactory
from tests.factories.rules import make_rule
from tests.query_costs import analyze


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def write_pairs(number: int) -> list[list[int]]:
    """Customers who share an email two by two, each with one source record."""
    shop = DataSourceFactory(name="Shop")
    customers = Customer.objects.bulk_create(
        Customer(first_name="Helena", last_name=f"Holý{n // 2}", email=f"h{n // 2}@reunite.cz")
        for n in range(2 * number)
    )
    SourceRecord.objects.bulk_create(
        SourceRecord(customer=c, origin=c, data_source=shop, external_id=str(c.pk), email=c.email) for c in customers
    )
    list(rebuild(rebuild_totals))
    analyze()
    pks = [customer.pk for customer in customers]
    return [pks[n : n + 2] for n in range(0, len(pks), 2)]


def proposals(groups: list[list[int]]) -> Iterator[Proposal]:
    for n in range(0, len(groups), 500):
        yield from propose(groups[n : n + 500], keep=Kept.OLDEST, on_conflict=OnConflict.REVIEW, by=None)


def merged() -> int:
    return Merge.objects.count()


def undone() -> int:
    return Merge.objects.exclude(undone_at=None).count()


def work(job: Job, done: Callable[[], int], *, number: int, kills: int) -> float:
    """Seconds until the job has ended, whose workers are killed at as many moments, evenly far apart.

    `done` counts by what is there: the job of a rule counts the customers that it looked at, which is before it merges.
    """
    began, worker = time.perf_counter(), worker_process()
    for kill in range(1, kills + 1):
        while done() < number * kill // (kills + 1):
            time.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        say(f"  killed after {done():,}")
        Job.objects.exclude(lease=None).update(lease_until=timezone.now())  # nobody waits for minutes
        worker = worker_process()
    while job.is_unfinished:
        time.sleep(0.05)
        job.refresh_from_db()
    worker.terminate()
    worker.wait()
    return time.perf_counter() - began


def start_merging(groups: list[list[int]], *, by_rule: bool) -> None:
    if by_rule:
        start_run(make_rule("email-name"), by=None)
        return
    agreed = list(proposals(groups))
    start_batch_merge(agreed, on_conflict=OnConflict.REVIEW, token=uuid4(), reason="", about="", by=None)


def measure(number: int, kills: int, *, by_rule: bool) -> None:
    start_merging(write_pairs(number), by_rule=by_rule)
    seconds = work(Job.objects.latest("pk"), merged, number=number, kills=kills)
    say(f"{number:,} groups merged in {seconds:.0f} s, {seconds / number * 1000:.1f} ms each")
    analyze()
    before = Merge.objects.filter(undone_at=None).count()

    began = time.perf_counter()
    preview = preview_undo(MergeFilter())
    say(f"Preview of the undo of {before:,} merges: {time.perf_counter() - began:.1f} s")
    start_batch_undo(preview.merges, token=uuid4(), terms=UndoTerms(), about="", by=None)
    job = Job.objects.latest("pk")
    seconds = work(job, undone, number=number, kills=kills)
    say(f"{number:,} merges undone in {seconds:.0f} s, {seconds / number * 1000:.1f} ms each")
    check(job, number)


def check(job: Job, number: int) -> None:
    job.refresh_from_db()
    differences = len([*rebuild(rebuild_totals)])
    facts = {
        "merges": Merge.objects.count(),
        "undone by the job": job.counts.get("Undone", 0),
        "still active": Merge.objects.filter(undone_at=None).count(),
        "still merged": MergeMember.objects.filter(undone_at=None).count(),
        "live customers": Customer.objects.live().count(),
        "histories of an undo": HistoryEntry.objects.filter(kind="undo").count(),
        "differences that rebuild finds": differences,
    }
    say(", ".join(f"{name}: {fact:,}" for name, fact in facts.items()))
    if [*facts.values()] != [number, number, 0, 0, 2 * number, 2 * number, 0]:
        sys.exit("Something is half done.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--merges", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=2, help="of each job")
    parser.add_argument("--rule", action="store_true", help="let a rule merge")
    options = parser.parse_args()
    say(f"On {connection.display_name}")
    with own_database():
        measure(options.merges, options.kills, by_rule=options.rule)


if __name__ == "__main__":
    main()
