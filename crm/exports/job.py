"""A long export as a job: the rows of each chunk are kept as lines of JSON, and put together as a file at the end.

They are read from the replica once it has what was written before the job was started, else from the primary.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import IO, Any, cast

from django.utils import timezone

from crm.accounts.models import User
from crm.exports.audit import AUDIT
from crm.exports.customers import CUSTOMERS
from crm.exports.duplicates import DUPLICATES
from crm.exports.export import Export, Query, have_orders
from crm.exports.formats import FileFormat, write_file
from crm.exports.merges import MERGES
from crm.exports.orders import ORDERS
from crm.jobs.control import start
from crm.jobs.kind import JobKind, Step, register
from crm.jobs.models import Job
from customers.database.replica import position, read_from_replica
from customers.lib.columns import Column, Plain, plain_row
from customers.permissions import VIEW_ORDERS
from customers.snapshot import snapshot

EXPORTS: dict[str, Export[Any]] = {export.name: export for export in (CUSTOMERS, ORDERS, MERGES, DUPLICATES, AUDIT)}


def start_export(
    export: Export[Any], query: Query, columns: Sequence[Column[Any]], file_format: FileFormat, *, by: User
) -> Job:
    """Who reads the file must be allowed to see its columns, too. Days of filters are those of the time zone now."""
    parameters = {
        "query": dict(query),
        "columns": [column.label for column in columns],
        "format": file_format.value,
        "time_zone": timezone.get_current_timezone_name(),
        "written": position(),
    }
    needs = [VIEW_ORDERS] if have_orders(columns) else []
    about = export.describe(query) or f"All {export.label.lower()}"
    return start(KINDS[export.name], parameters, by=by, about=f"{about}, {file_format.name}", needs=needs)


def read_part(export: Export[Any], job: Job) -> Step:
    return read_from_replica(partial(_read_part, export, job), written=job.parameters.get("written", ""))


def _read_part(export: Export[Any], job: Job) -> Step:
    columns = export.named(job.parameters["columns"])
    with snapshot(), timezone.override(job.parameters["time_zone"]):
        rows, following = export.part(
            job.parameters["query"], job.cursor.get("after"), with_orders=have_orders(columns)
        )
        lines = [json.dumps(plain_row(columns, row), ensure_ascii=False, separators=(",", ":")) for row in rows]
    text = "".join(f"{line}\n" for line in lines)
    return Step({"after": following}, is_last=following is None, done=len(rows), text=text)


def write_part(job: Job) -> Step:
    return cast("Step", job.answer)


def count_rows(export: Export[Any], job: Job) -> int | None:
    return export.count(job.parameters["query"])


def put_together(export: Export[Any], job: Job, texts: Iterable[str], file: IO[bytes]) -> None:
    columns = export.named(job.parameters["columns"])
    write_file(FileFormat(job.parameters["format"]), columns, _rows(texts), file)


def _rows(texts: Iterable[str]) -> Iterator[list[Plain]]:
    for text in texts:
        # Not splitlines, which ends lines at characters that JSON leaves as they are.
        for line in text.removesuffix("\n").split("\n"):
            yield json.loads(line)


def file_name(export: Export[Any], job: Job) -> str:
    return f"{export.name}-{timezone.localtime(job.created):%Y-%m-%d}.{job.parameters['format']}"


def _register(export: Export[Any]) -> JobKind:
    return register(
        JobKind(
            export.kind,
            f"Export {export.label.lower()}",
            export.needs,
            write_part,
            ask=partial(read_part, export),
            count=partial(count_rows, export),
            file_name=partial(file_name, export),
            put_together=partial(put_together, export),
        )
    )


KINDS = {name: _register(export) for name, export in EXPORTS.items()}
