"""An import whose workers are killed at moments of chance, while another one waits for it: each row is written once."""

import pytest
from django.utils import timezone

from crm.jobs.kinds.import_file import start_import
from crm.jobs.models import Job
from customers.models import Customer
from orders.models import ImportState, Order
from tests.crm.jobs.test_import_jobs import imported_file, work
from tests.crm.jobs.worker_processes import kill_in_mid_job, wait_until
from tests.customers.invariants import check_owners_and_caches

pytestmark = pytest.mark.usefixtures("transactional_db")
HEADERS = "Order ID,Customer ID,First name,Last name,Email,Order date,Currency,Total,Product,Price"
ROWS = 160


def line(number):
    """Each customer has two orders, far apart; every tenth row is refused."""
    who = number % (ROWS // 2)
    day = "never" if number % 10 == 9 else "2026-01-02"
    return f"o{number},c{who},Jane,Doe{who},jane{who}@doe.example,{day},USD,5,Tea,5"


@pytest.mark.parametrize("kills", [1])
def test_an_import_whose_workers_are_killed_has_each_row_once(start_worker, kills):
    text = "\n".join([HEADERS, *map(line, range(ROWS))])
    imported = imported_file("orders.csv", text)
    job = start_import(imported, by=None)
    module = "tests.crm.jobs.importing_worker"
    workers = [start_worker(module=module), start_worker(module=module)]
    for kill in range(kills):
        kill_in_mid_job(workers, job, done=max(1, ROWS * kill // (kills + 1)))
        if kill + 1 < kills:
            workers.append(start_worker(module=module))
        Job.objects.exclude(lease=None).update(lease_until=timezone.now())  # nobody waits for minutes
    wait_until(lambda: not Job.objects.get(pk=job.pk).is_unfinished)

    job.refresh_from_db()
    imported.refresh_from_db()
    good = [f"o{number}" for number in range(ROWS) if number % 10 != 9]
    assert (job.done, job.counts["Refused"], imported.state) == (ROWS, ROWS // 10, ImportState.DONE)
    assert sorted(Order.objects.values_list("external_id", flat=True)) == sorted(good)
    assert imported.rows.count() == len(good)
    assert Customer.objects.count() == ROWS // 2 - ROWS // 20
    with job.result_file.open() as file:
        assert len(file.read().decode().splitlines()) == 1 + ROWS // 10
    check_owners_and_caches()
    again = work(start_import(imported_file("again.csv", text), by=None))
    assert again.counts == {"Already here": len(good), "Refused": ROWS // 10}
