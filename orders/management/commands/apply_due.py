from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from orders.revenue.counted import count_due
from orders.subscriptions.apply_due import apply_due
from orders.subscriptions.common import today


class Command(BaseCommand):
    help = (
        "Cancels and restarts purchases that are scheduled for today or earlier, and marks purchases past due whose"
        " newest invoice is overdue. Counts recurring revenue that begins by itself. Run it every hour."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        changed = 0
        for purchase in apply_due(today()):
            changed += 1
            self.stdout.write(f"Purchase {purchase.pk}")
        count_due(timezone.now())
        text = ngettext("%(count)d purchase changed.", "%(count)d purchases changed.", changed)
        self.stdout.write(text % {"count": changed})
