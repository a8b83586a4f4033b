"""A kind of job whose rows can be counted: each makes a data source of its own, whose name no other may have."""

import time

from crm.jobs.control import start
from crm.jobs.kind import JobKind, Step, do_rows, register
from crm.jobs.models import Job
from crm.jobs.worker import answer_call
from customers.lib.errors import ActionError
from customers.models import DataSource

ROWS_OF_A_CHUNK = 10


def count_chunk(job: Job) -> Step:
    """`refused` are the rows that are refused; `fails_at` is where the whole chunk fails; `seconds` it takes."""
    first = job.cursor.get("next", 0)
    rows = range(first, min(first + ROWS_OF_A_CHUNK, job.parameters["rows"]))
    if job.parameters.get("fails_at") in rows:
        raise ZeroDivisionError("the secret of a customer")
    refusals = do_rows(rows, lambda row: do_row(job, row), name=lambda row: f"row {row}")
    time.sleep(job.parameters.get("seconds", 0))
    text = "".join(f"{row}\n" for row in rows)
    is_last = rows.stop >= job.parameters["rows"]
    counts = {"Created": len(rows) - len(refusals)}
    return Step({"next": rows.stop}, is_last=is_last, done=len(rows), refusals=refusals, counts=counts, text=text)


def do_row(job: Job, row: int) -> None:
    DataSource.objects.create(name=f"Row {row} of job {job.pk}")
    if row in job.parameters.get("refused", []):
        raise ActionError(f"Row {row} is not wanted.")


COUNTING = register(
    JobKind(
        "counting",
        "Count rows",
        ("customers.view_customer",),
        count_chunk,
        count=lambda job: job.parameters["rows"],
        file_name=lambda job: "counted.txt",
    )
)


def start_counting(rows: int, *, by=None, **parameters: object) -> Job:
    return start(COUNTING, {"rows": rows, **parameters}, by=by)


def rows_done(job: Job) -> list[int]:
    """In the order in which they were done."""
    made = DataSource.objects.filter(name__endswith=f"of job {job.pk}").order_by("pk")
    return [int(name.split()[1]) for name in made.values_list("name", flat=True)]


def result_lines(job: Job) -> list[str]:
    with job.result_file.open() as file:
        return file.read().decode().split()


def work_off() -> None:
    """Answer the calls that are due, as a worker does."""
    while answer_call():
        pass
