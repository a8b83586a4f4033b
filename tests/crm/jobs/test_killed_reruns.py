"""Declined sales rerun by workers that are killed at moments of chance: each is charged once."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.jobs.kinds.reruns import key_of, start_reruns
from crm.jobs.models import Job
from orders.models import Order, OrderStatus, Transaction, TransactionStatus
from tests.crm.jobs.slow_gateway import ASKED
from tests.crm.jobs.worker_processes import kill_in_mid_job, wait_until
from tests.database import check_totals
from tests.factories import declined_order, make_user

pytestmark = pytest.mark.usefixtures("transactional_db")
SALES = 24


@pytest.mark.parametrize("kills", [2])
def test_sales_rerun_by_workers_that_are_killed_are_charged_once(start_worker, settings, kills):
    for n in range(SALES):
        declined_order(email=f"h{n}@reunite.cz", external_id=str(n), deduplicate=False)
    sales = list(Transaction.objects.values_list("pk", flat=True))
    job = start_reruns(sales, token=uuid4(), about="", by=make_user("jane", ALL_PERMISSIONS))
    workers = [start_worker(module="tests.crm.jobs.charging_worker") for _ in range(2)]
    for kill in range(kills):
        kill_in_mid_job(workers, job, done=max(1, SALES * kill // (kills + 1)))
        workers.append(start_worker(module="tests.crm.jobs.charging_worker"))
        Job.objects.exclude(lease=None).update(lease_until=timezone.now())  # nobody waits for minutes
    wait_until(lambda: not Job.objects.get(pk=job.pk).is_unfinished)

    job.refresh_from_db()
    assert (job.state, job.done, job.counts) == ("done", SALES, {"Charged": SALES})
    keys = {key_of(job, sale) for sale in sales}
    assert set((Path(settings.MEDIA_ROOT) / ASKED).read_text().split()) == keys
    assert set(Transaction.objects.filter(status=TransactionStatus.SUCCESS).values_list("uuid", flat=True)) == keys
    assert Order.objects.filter(status=OrderStatus.COMPLETE).count() == SALES
    check_totals()
