from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.jobs.retention import RETAINED, PurgedKind, purge_all


class Command(BaseCommand):
    help = "Deletes all that is older than its setting says: a line for each kind. The worker runs it every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        is_dry_run, failed = options["dry_run"], 0
        for purged in purge_all(dry_run=is_dry_run):
            self.stdout.write("".join(_line(purged, is_dry_run=is_dry_run)))
            failed += bool(purged.error)
        if failed:
            raise CommandError(f"{failed} of {len(RETAINED)} kinds could not be purged. The next run tries again.")


def _line(purged: PurgedKind, *, is_dry_run: bool) -> Iterator[str]:
    kind = purged.kind
    yield f"{kind.label}: "
    if purged.error:
        yield f"failed: {purged.error}"
    elif kind.is_kept_for_ever:
        yield f"kept for ever ({kind.setting}=0)."
    else:
        act = "would be deleted" if is_dry_run else "deleted"
        yield f"{kind.named(purged.number)} older than {kind.age} {act} ({kind.setting})."
