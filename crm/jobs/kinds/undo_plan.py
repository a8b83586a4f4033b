"""What an undo of a long import will delete and keep, looked at row by row, with all who are kept in a file."""

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, Step, register
from crm.jobs.kinds.import_file import import_of, undo_page
from crm.jobs.models import UNFINISHED, Job
from customers.models import Customer
from customers.web.csv import row_lines
from orders.imports.row_stretches import rows_with_effect
from orders.imports.undo_plan import plan_stretch
from orders.models import Import
from orders.permissions import RUN_IMPORT

DELETED, SPLIT_OFF, ORDERS, KEPT = "Customers deleted", "Records split off", "Orders deleted", "Customers kept"
HEADER = ("Number", "Name")


def start_undo_plan(imported: Import, *, by: User | None) -> Job:
    """One at a time."""
    last = last_undo_plan(imported)
    if last and last.state in UNFINISHED:
        return last
    return start(UNDO_PLAN, {"import": imported.pk}, by=by, about=imported.name)


def last_undo_plan(imported: Import) -> Job | None:
    return Job.objects.filter(kind=UNDO_PLAN.name, parameters__import=imported.pk).order_by("-pk").first()


def _chunk(job: Job) -> Step:
    after = job.cursor.get("after", 0)
    planned = plan_stretch(import_of(job), after)
    kept = Customer.objects.filter(pk__in=planned.kept).order_by("pk")
    lines = [] if after else [HEADER]
    return Step(
        {"after": planned.last},
        is_last=planned.is_last,
        done=planned.last - after,
        counts={
            DELETED: planned.customers,
            SPLIT_OFF: planned.records,
            ORDERS: planned.orders,
            KEPT: len(planned.kept),
        },
        text="".join(row_lines([*lines, *((customer.pk, customer.name) for customer in kept)])),
    )


def _last_row(job: Job) -> int:
    last = rows_with_effect(import_of(job)).order_by("-number").values_list("number", flat=True).first()
    return last or 0


UNDO_PLAN = register(
    JobKind(
        "plan_import_undo",
        "Look before an undo",
        (RUN_IMPORT,),
        _chunk,
        count=_last_row,
        file_name=lambda job: f"kept-{job.pk}.csv",
        page=undo_page,
    )
)
