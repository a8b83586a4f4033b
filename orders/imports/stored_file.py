"""The file of an import: kept in the storage until it is cleared, and read on by the worker that has it open.

A dry run and the import read the same file. Where a worker goes on with the next chunk, it does not begin anew.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.files import File
from django.db.models import QuerySet

from customers.lib.errors import ActionError
from customers.models import DataSource
from orders.imports.batch.seen_people import SeenPeople
from orders.imports.columns.mapping import ColumnMapping, check
from orders.imports.files.table import Table, open_table
from orders.imports.read_ahead import ReadAhead
from orders.imports.rows.read import Reader
from orders.models import Import, ImportState

if TYPE_CHECKING:
    from crm.accounts.models import User

AT_ONCE = 100


class ImportRefusedError(ActionError):
    """A file cannot be imported, or not in the state that the import is in."""


@dataclass(frozen=True)
class OpenFile:
    """`read_as` is what its columns meant when it was opened, for which data source, and in which sheet."""

    read_as: tuple[object, ...]
    file: File[bytes]
    table: Table
    rows: ReadAhead
    seen: SeenPeople = field(default_factory=SeenPeople)

    def estimate(self) -> int:
        """How many rows the file has, about."""
        self.rows.end()
        return self.table.estimate()

    def close(self) -> None:
        self.rows.end()
        self.file.close()


_open: dict[str, OpenFile] = {}
"""The file that this process read last, by import."""


def create_import(
    file: File[bytes], name: str, source: DataSource, mapping: ColumnMapping, *, by: User | None
) -> Import:
    """Keep the file; ImportRefusedError if it cannot be imported for the data source."""
    if source.is_staff:
        raise ImportRefusedError("This data source is for entries by staff. Choose another one.")
    check(mapping)
    imported = Import(data_source=source, source_name=source.name, name=name[:200], mapping=mapping.to_json(), by=by)
    imported.file.save("file", file, save=False)
    imported.save()
    return imported


def open_import(imported: Import) -> OpenFile:
    read_as = (imported.mapping, imported.data_source_id, imported.table.get("form"))
    if (known := _open.get(imported.uuid)) and known.read_as == read_as:
        return known
    while _open:
        _open.popitem()[1].close()
    if not imported.file or imported.data_source is None:
        raise ImportRefusedError("The file or the data source of this import was deleted.")
    file = imported.file.open("rb")
    table = open_table(cast(Any, file), imported.name, form=imported.table.get("form"))
    reader = Reader(table, ColumnMapping.from_json(imported.mapping), imported.data_source, zone=_zone_of(imported.by))
    _open[imported.uuid] = OpenFile(read_as, file, table, ReadAhead(reader, imported.data_source))
    return _open[imported.uuid]


def _zone_of(user: User | None) -> ZoneInfo | None:
    """Of times without one. None is that of the worker, as for a zone that the time zone database has no more."""
    try:
        return ZoneInfo(user.time_zone) if user else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def close_import(imported: Import) -> None:
    if known := _open.pop(imported.uuid, None):
        known.close()


def change_state(imported: Import, states: Sequence[ImportState], to: ImportState, **columns: Any) -> None:
    """ImportRefusedError unless it is in one of `states`, so that a second click starts nothing."""
    if not Import.objects.filter(pk=imported.pk, state__in=states).update(state=to, **columns):
        imported.refresh_from_db()
        raise ImportRefusedError(f"Nothing was started. This import is {imported.get_state_display().lower()}.")
    imported.state = to


def old_imports(*, before: datetime, busy: Collection[int]) -> QuerySet[Import]:
    """Begun before then and not cleared yet, but those that a job of `busy` reads."""
    return Import.objects.filter(is_cleared=False, created__lt=before).exclude(job__in=busy)


def clear_old_imports(imports: QuerySet[Import]) -> int:
    """Delete what `imports` keep of their files; the number of imports."""
    cleared, last = 0, 0
    while old := list(imports.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        for imported in old:
            _clear(imported)
        cleared, last = cleared + len(old), old[-1].pk
    return cleared


def _clear(imported: Import) -> None:
    imported.file.delete(save=False)
    imported.samples.all().delete()
    mapping = imported.mapping and ColumnMapping.from_json(imported.mapping).without_samples.to_json()
    imported.mapping, imported.table, imported.is_cleared = mapping, {}, True
    imported.save(update_fields=["file", "mapping", "table", "is_cleared"])
