from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from customers.lib.errors import ActionError
from customers.models import DataSource
from orders.imports.columns.guess import guess
from orders.imports.columns.mapping import ColumnMapping
from orders.imports.files.table import Table, open_table
from orders.imports.run import check_rows, import_rows
from orders.imports.stored_file import change_state, create_import
from orders.models import Import, ImportState, MatchedBy, RowOutcome, SavedMapping


class Command(BaseCommand):
    help = (
        "Imports customers, orders or subscriptions from a CSV, XLSX or ODS file. Columns are recognised, or mapped by"
        " a saved mapping. The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="name of the data source; it is made if there is none")
        parser.add_argument("--mapping", default="", help="name of a saved mapping")
        parser.add_argument("--dry-run", action="store_true", help="only say what the rows will come to")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                self._import(File(file, options["file"].name), options)
        except (ActionError, OSError) as error:
            raise CommandError(str(error)) from error

    def _import(self, file: File[bytes], options: dict[str, Any]) -> None:
        name = str(file.name)
        mapping = _mapping(open_table(cast(BinaryIO, file), name), options["mapping"])
        source, _ = DataSource.objects.get_or_create(name=options["source"])
        imported = create_import(file, name, source, mapping, by=None)
        act = check_rows if options["dry_run"] else import_rows
        if not options["dry_run"]:
            change_state(imported, [ImportState.NEW], ImportState.RUNNING)
        after, is_last = 0, False
        while not is_last:
            with transaction.atomic():
                chunk = act(imported, after)
            after, is_last = chunk.last, chunk.is_last
            for verdict in chunk.refused:
                self.stderr.write(f"Row {verdict.number}: {verdict.reason}")
        self._report(imported)

    def _report(self, imported: Import) -> None:
        for outcome, label in RowOutcome.choices:
            self.stdout.write(f"{label}: {imported.counts.get(outcome, 0):,}")
            for evidence, by in MatchedBy.choices:
                if number := imported.counts.get(f"{outcome} {evidence}"):
                    self.stdout.write(f"  {by}: {number:,}")


def _mapping(table: Table, name: str) -> ColumnMapping:
    if not name:
        return guess(table)
    saved = SavedMapping.objects.filter(name=name).first()
    if saved is None:
        raise CommandError(f"There is no saved mapping “{name}”.")
    return ColumnMapping.from_json(saved.mapping).for_headers(table.headers)
