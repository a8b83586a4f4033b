"""`manage.py find_duplicates` as a job. The scan is one chunk: what it finds is kept together, or not at all."""

from datetime import timedelta

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, Step, register
from crm.jobs.kinds.rebuild import START
from crm.jobs.models import UNFINISHED, Job
from customers.matching.likely.scan import scan
from customers.models import Customer

LONGEST = timedelta(hours=1)


def start_scan(*, by: User | None) -> tuple[Job, bool]:
    """One at a time; whether it is a new one."""
    if job := Job.objects.filter(kind=SCAN.name, state__in=UNFINISHED).first():
        return job, False
    return start(SCAN, {}, by=by, about="Likely duplicates of all customers"), True


def scan_chunk(job: Job) -> Step:
    result = scan()
    counts = {"Pairs compared": result.compared_pairs, "Likely pairs": result.likely_pairs}
    text = "".join(f"Not compared: {line}.\n" for line in result.left_out)
    return Step({}, is_last=True, done=result.customers, counts=counts, text=text)


SCAN = register(
    JobKind(
        "scan",
        "Find likely duplicates",
        START,
        scan_chunk,
        count=lambda job: Customer.objects.live().count(),
        file_name=lambda job: f"scan-{job.pk}.txt",
        lease=LONGEST,
    )
)
