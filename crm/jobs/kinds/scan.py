"""`manage.py find_duplicates` as a job. All of the scan is done before its one chunk, which says what came of it.

So no transaction is open while it compares, and it writes in short ones of its own. Done again, it comes to the same.
"""

from datetime import timedelta
from typing import cast

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, Step, register
from crm.jobs.models import UNFINISHED, Job
from customers.matching.likely.scan import scan
from customers.models import Customer, LikelyScan
from customers.permissions import START_REBUILD

LONGEST = timedelta(hours=1)


def start_scan(*, by: User | None) -> tuple[Job, bool]:
    """One at a time; whether it is a new one."""
    if job := Job.objects.filter(kind=SCAN.name, state__in=UNFINISHED).first():
        return job, False
    return start(SCAN, {}, by=by, about="Likely duplicates of all customers"), True


def scan_chunk(job: Job) -> Step:
    result = cast("LikelyScan", job.answer)
    counts = {"Pairs compared": result.compared_pairs, "Likely pairs": result.likely_pairs}
    text = "".join(f"Not compared: {line}.\n" for line in result.left_out)
    return Step({}, is_last=True, done=result.customers, counts=counts, text=text)


SCAN = register(
    JobKind(
        "scan",
        "Find likely duplicates",
        (START_REBUILD,),
        scan_chunk,
        ask=lambda job: scan(),
        count=lambda job: Customer.objects.live().count(),
        file_name=lambda job: f"scan-{job.pk}.txt",
        lease=LONGEST,
    )
)
