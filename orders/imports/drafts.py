"""An import before it runs: its file is taken in, and what its columns mean is said, corrected and kept for next time.

A file whose columns somebody has said before is read as then. What is kept under a name has no cell of the file in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from django.core.files import File
from django.db import IntegrityError, transaction

from customers.lib.errors import ActionError
from customers.sources import data_sources
from orders.imports.columns.guess import guess, with_formats
from orders.imports.columns.headers import header_key
from orders.imports.columns.mapping import ColumnMapping, MappedColumn, Reason, headers_digest
from orders.imports.columns.presets import BY_NAME
from orders.imports.files.table import Table, open_table
from orders.imports.first_rows import described, storable
from orders.models import Import, ImportState, SavedMapping

if TYPE_CHECKING:
    from crm.accounts.models import User

OPEN = (ImportState.NEW, ImportState.CHECKED)


class DraftError(ActionError):
    """The columns of an import can no longer be changed, or not so."""


def begin(file: File[bytes], name: str, *, by: User, like: Import | None = None, upload: UUID | None = None) -> Import:
    """Take in a file; TableError if it has no table. Its columns mean what those of `like` mean, if it is given.

    The same file of the same `upload` is taken in once, as after a double click.
    """
    uuid = f"imp_{upload or uuid4()}"
    if before := _of_upload(uuid):
        if _is_same(before, file, name, by=by):
            return before
        uuid = f"imp_{uuid4()}"  # the form was sent again with another file
    table = open_table(cast(Any, file), name)
    known = ColumnMapping.from_json(like.mapping) if like else _saved_for(table)
    mapping = _as_known(table, known) if known else guess(table)
    imported = Import(uuid=uuid, by=by, name=_stored_name(name), mapping=mapping.to_json())
    imported.table = described(table, size=file.size)
    if like:
        imported.data_source, imported.source_name = like.data_source, like.source_name
    imported.file.save("file", file, save=False)
    try:
        with transaction.atomic():
            imported.save()
    except IntegrityError:
        imported.file.delete(save=False)
        if (before := _of_upload(uuid)) and _is_same(before, file, name, by=by):
            return before
        raise
    return imported


def _of_upload(uuid: str) -> Import | None:
    return Import.objects.filter(uuid=uuid).first()


def _is_same(imported: Import, file: File[bytes], name: str, *, by: User) -> bool:
    known = (imported.by_id, imported.name, imported.table.get("bytes"))
    return imported.state in OPEN and known == (by.pk, _stored_name(name), file.size)


def _stored_name(name: str) -> str:
    return storable(name)[:200]


def mapping_of(imported: Import) -> ColumnMapping:
    return ColumnMapping.from_json(imported.mapping)


def read_as(imported: Import, *, preset: str | None = None, saved: SavedMapping | None = None, sheet: str = "") -> None:
    """Say anew what the columns mean: by a preset, "" for none, or a saved mapping; of another sheet of the file."""
    with opened(imported, sheet=sheet) as table:
        mapping = _as_known(table, ColumnMapping.from_json(saved.mapping)) if saved else guess(table, preset=preset)
        known = described(table, size=imported.table.get("bytes", 0))
    _keep(imported, mapping, table=known)


def choose(
    imported: Import, targets: Mapping[str, str], *, formats: Mapping[str, str], tags: Sequence[str] = ()
) -> ColumnMapping:
    """What the columns mean, with `targets` by header and the `date_order` and `decimal_mark` that somebody chose."""
    before = mapping_of(imported)
    mapping = replace(
        before.chosen(targets),
        tags=tuple(tags),
        date_order=formats.get("date_order") or before.date_order,
        decimal_mark=formats.get("decimal_mark") or before.decimal_mark,
    )
    if mapping.columns != before.columns:
        with opened(imported) as table:
            mapping = with_formats(table, mapping)
    if mapping != before:
        _keep(imported, mapping)
    return mapping


@transaction.atomic
def assign_source(imported: Import, name: str, *, country: str = "", by: User) -> None:
    """The data source of this name, which is created if there is none, with `country` as its default."""
    source = data_sources.named(name)
    if source is None:
        source = data_sources.create(name, by=by)
        if country:
            seen = data_sources.latest_change(source)
            source = data_sources.change(source, {"default_country": country}, seen=seen, by=by)
    if source.is_staff:
        raise DraftError("This data source holds what staff enter. Choose another name.", "source")
    if imported.data_source_id != source.pk:
        _change(imported, data_source=source, source_name=source.name, state=ImportState.NEW)


def save_mapping(imported: Import, name: str, *, by: User) -> SavedMapping:
    mapping = mapping_of(imported).without_samples
    headers = headers_digest([column.header for column in mapping.columns])
    values = {"headers": headers, "mapping": mapping.to_json(), "by": by}
    return SavedMapping.objects.update_or_create(name=name, defaults=values)[0]


@contextmanager
def opened(imported: Import, *, sheet: str = "") -> Iterator[Table]:
    if not imported.file:
        raise DraftError("The file of this import was deleted. Choose it again.")
    with imported.file.open("rb") as file:
        form = None if sheet else imported.table.get("form")
        yield open_table(cast(Any, file), imported.name, form=form, sheet=sheet)


def _saved_for(table: Table) -> ColumnMapping | None:
    saved = SavedMapping.objects.filter(headers=headers_digest(table.headers)).order_by("-updated", "-pk").first()
    return ColumnMapping.from_json(saved.mapping) if saved else None


def _as_known(table: Table, known: ColumnMapping) -> ColumnMapping:
    """The columns of the file as another mapping has them, with samples of this file."""
    targets = {header_key(column.header): column for column in known.columns}
    columns = tuple(_known(column, targets.get(header_key(column.header))) for column in guess(table).columns)
    return with_formats(table, replace(known, columns=columns))


def _known(column: MappedColumn, known: MappedColumn | None) -> MappedColumn:
    if known is None:
        return MappedColumn(column.header, samples=column.samples)
    reason = Reason.CHOSEN if known.target else Reason.LEFT_OUT
    return replace(column, target=known.target, reason=reason, why="As before")


def _keep(imported: Import, mapping: ColumnMapping, **columns: Any) -> None:
    _change(imported, mapping=mapping.to_json(), state=ImportState.NEW, **columns)


def _change(imported: Import, **columns: Any) -> None:
    if not Import.objects.filter(pk=imported.pk, state__in=OPEN).update(**columns):
        raise DraftError("This import has been started, so its columns can no longer be changed.")
    for name, value in columns.items():
        setattr(imported, name, value)


def suggested_source(imported: Import) -> str:
    """The data source of the file, or how the system of its preset is called; "" if nothing is known of it."""
    preset = BY_NAME.get(mapping_of(imported).preset)
    system = preset.label.partition(" ")[0] if preset else ""
    # Names like this are those of logins.
    return imported.source_name or ("" if data_sources.is_of_login(f"{system} ") else system)
