from typing import Any

from django.core.management.base import BaseCommand

from customers.events import purge


class Command(BaseCommand):
    help = "Deletes events that are older than EVENTS_DAYS, as `purge` does."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purge.purge()} deleted.")
