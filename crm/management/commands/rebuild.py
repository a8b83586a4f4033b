from typing import Any

from django.core.management.base import BaseCommand

from customers.rebuild import rebuild
from orders.totals.add import rebuild_totals


class Command(BaseCommand):
    help = (
        "Derives every cache again (owners, profiles, match keys, totals, billing status) and names what differed."
        " It takes the locks of the acts for some customers at a time, so others may work meanwhile."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        differed = 0
        for line in rebuild(rebuild_totals):
            self.stdout.write(line)
            differed += 1
        self.stdout.write(f"{differed} differed and were put right." if differed else "Nothing differed.")
