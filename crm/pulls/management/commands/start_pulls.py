from typing import Any

from django.core.management.base import BaseCommand

from crm.pulls.start import start_due


class Command(BaseCommand):
    help = "Starts the runs of pulls whose time has come, as jobs. The worker runs it every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Started: {start_due()}.")
