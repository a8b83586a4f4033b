"""`manage.py rebuild` as a job: the differences are in its result file."""

from collections.abc import Sequence

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, Step, register
from crm.jobs.models import UNFINISHED, Job
from customers.models import Customer
from customers.permissions import START_REBUILD
from customers.rebuild import rebuild_stretch
from orders.revenue.counted import rebuild_revenue
from orders.revenue.disagreements import disagreements_after

DIFFERENCES, DISAGREEMENTS = "Differences corrected", "Customers to look at"


def start_rebuild(*, by: User | None) -> tuple[Job, bool]:
    """One at a time; whether it is a new one."""
    if job := Job.objects.filter(kind=REBUILD.name, state__in=UNFINISHED).first():
        return job, False
    return start(REBUILD, {}, by=by, about="Owners, profiles, match keys, totals and statuses"), True


def rebuild_chunk(job: Job) -> Step:
    """First the caches, then the customers whose status and recurring revenue disagree."""
    if (last := job.cursor.get("disagreements_after")) is not None:
        return _disagreements(last)
    stretch = rebuild_stretch(job.cursor.get("place", ()), rebuild_revenue)
    following = {"disagreements_after": 0} if stretch.following is None else {"place": stretch.following}
    return Step(
        following,
        is_last=False,
        done=stretch.customers,
        counts={DIFFERENCES: len(stretch.differences)},
        text=_lines(stretch.differences),
    )


def _disagreements(last: int) -> Step:
    lines, following = disagreements_after(last)
    cursor = {"disagreements_after": following}
    return Step(cursor, is_last=following is None, counts={DISAGREEMENTS: len(lines)}, text=_lines(lines))


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


REBUILD = register(
    JobKind(
        "rebuild",
        "Rebuild derived data",
        (START_REBUILD,),
        rebuild_chunk,
        count=lambda job: Customer.objects.count(),
        file_name=lambda job: f"rebuild-{job.pk}.txt",
    )
)
