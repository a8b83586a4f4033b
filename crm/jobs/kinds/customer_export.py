"""The CSV export of the customer list as a job, for lists that are too long for one answer."""

from typing import Any

from django.utils import timezone

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, Step, register
from crm.jobs.models import Job
from customers.models import Customer
from customers.search.export import export_header, export_part
from customers.search.forms import ListFilter, read_list_filter
from customers.search.order import NEWEST_FIRST
from customers.web.csv import csv_lines, row_lines
from customers.web.permissions import VIEW_ORDERS

VIEW = "customers.view_customer"


def start_export(list_filter: ListFilter, query: dict[str, str], *, by: User) -> Job:
    """With the columns about orders for a user who may view orders; then a reader of the file must be one, too."""
    with_orders = by.has_perm(VIEW_ORDERS)
    parameters = {"query": query, "with_orders": with_orders}
    about = list_filter.described or "All customers"
    return start(CUSTOMER_EXPORT, parameters, by=by, about=about, needs=[VIEW_ORDERS] if with_orders else [])


def export_chunk(job: Job) -> Step:
    with_orders: bool = job.parameters["with_orders"]
    criteria = _filter(job).criteria
    after = NEWEST_FIRST.parse(job.cursor["after"]) if job.cursor else None
    rows, end = export_part(criteria, after, with_orders=with_orders)
    lines = row_lines(rows) if job.cursor else csv_lines(export_header(with_orders=with_orders), rows)
    cursor = {"after": NEWEST_FIRST.cursor(end) if end else ""}
    return Step(cursor, is_last=end is None, done=len(rows), text="".join(lines))


def count_customers(job: Job) -> int | None:
    """Only where nothing has to be searched for it."""
    return None if _filter(job).criteria else Customer.objects.live().count()


def _filter(job: Job) -> ListFilter:
    query: dict[str, Any] = job.parameters["query"]
    return read_list_filter(query)


CUSTOMER_EXPORT = register(
    JobKind(
        "customer_export",
        "Export customers",
        VIEW,
        export_chunk,
        count=count_customers,
        file_name=lambda job: f"customers-{timezone.localtime(job.created):%Y-%m-%d}.csv",
    )
)
