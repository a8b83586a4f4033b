from typing import Any

from django.core.management.base import BaseCommand

from orders.subscriptions.apply_due import apply_due
from orders.subscriptions.change import today


class Command(BaseCommand):
    help = (
        "Cancels and restarts the purchases for which that was planned until today, and finds those whose newest"
        " invoice was due and is not paid. Run it every hour."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for purchase in apply_due(today()):
            done += 1
            self.stdout.write(f"Purchase {purchase.pk}")
        self.stdout.write(f"{done} changed.")
