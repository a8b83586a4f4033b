from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.matching.likely.scan import ScanError, scan


class Command(BaseCommand):
    help = (
        "Compares all customers by Splink and keeps the pairs that are likely one person, for the worklist."
        " Needs the extra “matching”."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = scan()
        except ScanError as error:
            raise CommandError(str(error)) from error
        for line in result.left_out:
            self.stdout.write(f"Not compared: {line}.")
        counts = f"{result.customers} customers, {result.compared_pairs} pairs compared, {result.likely_pairs} likely."
        self.stdout.write(counts)
