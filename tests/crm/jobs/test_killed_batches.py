"""Many merges undone by workers that are killed at moments of chance: each is undone once, and none by half."""

from uuid import uuid4

import pytest
from django.utils import timezone

from crm.jobs.kinds.batches import start_batch_undo
from crm.jobs.models import Job
from customers.merging.undo import UndoTerms
from customers.models import HistoryEntry, Merge, MergeMember
from tests.acts import merge
from tests.crm.jobs.worker_processes import kill_in_mid_job, wait_until
from tests.customers.invariants import check_owners_and_caches
from tests.factories import customer_with_order

pytestmark = pytest.mark.usefixtures("transactional_db")
MERGES = 24


@pytest.mark.parametrize("kills", [1])
def test_merges_undone_by_workers_that_are_killed_are_undone_once(start_worker, kills):
    merges = []
    for n in range(MERGES):
        pair = [customer_with_order(external_id=f"{n}-{side}", email=f"h{n}@reunite.cz") for side in "ab"]
        merges.append(merge(*pair).pk)
    start_batch_undo(merges[::-1], token=uuid4(), terms=UndoTerms(), about="", by=None)
    job = Job.objects.get()
    workers = [start_worker(), start_worker()]
    for kill in range(kills):
        kill_in_mid_job(workers, job, done=max(1, MERGES * kill // (kills + 1)))
        if kill + 1 < kills:
            workers.append(start_worker())
        Job.objects.exclude(lease=None).update(lease_until=timezone.now())  # nobody waits for minutes
    wait_until(lambda: not Job.objects.get(pk=job.pk).is_unfinished)

    job.refresh_from_db()
    assert (job.state, job.done, job.counts) == ("done", MERGES, {"Undone": MERGES})
    assert not Merge.objects.filter(undone_at=None).exists()
    assert not MergeMember.objects.filter(undone_at=None).exists()
    assert HistoryEntry.objects.filter(kind="undo").count() == 2 * MERGES
    check_owners_and_caches()
