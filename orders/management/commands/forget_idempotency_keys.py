from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orders.intake.idempotency import delete_keys

LONGEST = 3650


class Command(BaseCommand):
    help = "Forgets the idempotency keys of requests that nobody sends again. Run it every day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="How long a key is kept; 30 where nothing is said")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= LONGEST:
            raise CommandError(f"Keep keys for at least one day, since a request may be sent again; at most {LONGEST}.")
        forgotten = delete_keys(before=timezone.now() - timedelta(days=options["days"]))
        self.stdout.write(f"{forgotten} forgotten.")
