from typing import Any

from django.core.management.base import BaseCommand

from customers.merging import drafts


class Command(BaseCommand):
    help = "Deletes what users entered for a merge and left for MERGE_DRAFT_HOURS, as `purge` does."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{drafts.purge()} deleted.")
