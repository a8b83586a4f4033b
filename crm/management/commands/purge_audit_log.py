from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm.audit import purge


class Command(BaseCommand):
    help = "Deletes entries of the audit log that are older than AUDIT_DAYS, as `purge` does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count them only")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.stdout.write(f"{purge.count_due()} would be deleted.")
        else:
            self.stdout.write(f"{purge.purge()} deleted.")
