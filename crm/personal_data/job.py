"""The job that writes the file: the rows of each chunk are kept as lines of JSON, and put together at the end.

A merge, an undo or a split meanwhile ends it: what is in the file already could be about somebody else.
"""

import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.utils import timezone

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, Step, register
from crm.jobs.models import UNFINISHED, Job
from crm.personal_data.archive import grouped, write_archive
from crm.personal_data.columns import values_of
from crm.personal_data.data_subject import DataSubject, PersonalDataError, subject_of
from crm.personal_data.read import ReadingPlace, SubjectRows, read_part
from crm.personal_data.tables import SubjectTable, subject_tables
from customers.models import Customer
from customers.permissions import EXPORT_PERSONAL_DATA, VIEW_CUSTOMERS, VIEW_ORDERS

CHANGED = (
    "This customer was merged, restored or split after the export began, so the file could have rows of somebody else. "
    "Export again from the customer page."
)


def start_export(customer: Customer, *, by: User) -> Job:
    """The one that the user has started already, as long as it has not ended."""
    mine = Job.objects.filter(kind=PERSONAL_DATA.name, by=by, parameters__customer=customer.pk, state__in=UNFINISHED)
    return mine.first() or start(PERSONAL_DATA, {"customer": customer.pk}, by=by, about=f"Customer {customer.pk}")


def export_chunk(job: Job) -> Step:
    subject = subject_of(job.parameters["customer"], last_record=job.cursor.get("last_record"))
    fingerprint = subject.fingerprint
    if job.cursor and job.cursor["person"] != fingerprint:
        raise PersonalDataError(CHANGED)
    parts, following = read_part(subject, ReadingPlace(**job.cursor.get("place", {})))
    cursor = {
        "person": fingerprint,
        "last_record": subject.last_record,
        "place": following.as_json if following else {},
    }
    text = "".join(f"{line}\n" for part in parts for line in _lines(subject, part))
    return Step(cursor, is_last=following is None, done=sum(len(part.rows) for part in parts), text=text)


def _lines(subject: DataSubject, part: SubjectRows) -> Iterator[str]:
    number = subject_tables().index(part.table)
    for row in part.rows:
        yield json.dumps([number, values_of(subject, row)], ensure_ascii=False, separators=(",", ":"))


def put_together(job: Job, texts: Iterable[str], file: IO[bytes]) -> None:
    about = f"Everything that Reunite has of customer {job.parameters['customer']}, as of {job.created:%Y-%m-%d}."
    write_archive(grouped(_rows(texts)), file, about=about)


def _rows(texts: Iterable[str]) -> Iterator[tuple[SubjectTable, list[Any]]]:
    tables = subject_tables()
    for text in texts:
        # Not splitlines, which ends lines at characters that JSON leaves as they are.
        for line in text.removesuffix("\n").split("\n"):
            number, row = json.loads(line)
            yield tables[number], row


PERSONAL_DATA = register(
    JobKind(
        "personal_data_export",
        "Export personal data",
        (EXPORT_PERSONAL_DATA, VIEW_CUSTOMERS, VIEW_ORDERS),
        export_chunk,
        file_name=lambda job: f"customer-{job.parameters['customer']}-{timezone.localtime(job.created):%Y-%m-%d}.zip",
        put_together=put_together,
    )
)
