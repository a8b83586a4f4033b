from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from customers import rebuilding
from customers.chunks import chunks
from customers.models import SourceRecord
from orders import totals


class Command(BaseCommand):
    help = (
        "Derives every cache again (owners, profiles, match keys, totals, billing status) and names what differed."
        " Without the locks of the acts: on PostgreSQL run it only while nobody works and nothing is taken in."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        differed = 0
        # Totals first: billing status follows from them.
        for records in chunks(SourceRecord.objects.order_by("pk").values_list("pk", flat=True)):
            differed += self.report(totals.rebuild(records))
        for line in rebuilding.rebuild():
            differed += self.report([line])
        self.stdout.write(f"{differed} differed and were put right." if differed else "Nothing differed.")

    def report(self, lines: list[str]) -> int:
        for line in lines:
            self.stdout.write(line)
        return len(lines)
