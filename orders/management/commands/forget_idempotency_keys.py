from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import ngettext

from orders.intake.idempotency import delete_keys
from orders.intake.kept_answers import KEPT_FOR

LONGEST = 3650


class Command(BaseCommand):
    help = "Deletes old idempotency keys. Run it every day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=30, help="How many days the key of an order is kept; 30 by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= LONGEST:
            raise CommandError(f"Keep keys for 1 to {LONGEST} days. Requests may be sent again within a day.")
        now = timezone.now()
        deleted = delete_keys(before=now - timedelta(days=options["days"]), with_answers_before=now - KEPT_FOR)
        text = ngettext("%(count)d key deleted.", "%(count)d keys deleted.", deleted)
        self.stdout.write(text % {"count": deleted})
