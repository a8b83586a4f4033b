from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from customers.lib.batches import delete_in_batches
from orders.intake.idempotency import due_answers, due_keys

LONGEST = 3650


class Command(BaseCommand):
    help = "Deletes old idempotency keys, as `purge` does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, help="How many days the key of an order is kept; else ORDER_KEY_DAYS")

    def handle(self, *args: Any, **options: Any) -> None:
        days = settings.ORDER_KEY_DAYS if options["days"] is None else options["days"]
        if options["days"] is not None and not 1 <= days <= LONGEST:
            raise CommandError(f"Keep keys for 1 to {LONGEST} days. Requests may be sent again within a day.")
        deleted = delete_in_batches(due_keys(days=days)) + delete_in_batches(due_answers())
        text = ngettext("%(count)d key deleted.", "%(count)d keys deleted.", deleted)
        self.stdout.write(text % {"count": deleted})
