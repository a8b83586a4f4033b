from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import ngettext

from orders.locks import OrderError
from orders.models import PaymentDifference
from orders.payments.gateway import ListingError
from orders.reconciliation.days import days_due
from orders.reconciliation.reconcile import reconcile_day
from orders.reconciliation.words import describe, describe_day


class Command(BaseCommand):
    help = "Compares payments with what the gateway says of them, and changes none. The worker runs it every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="such as 2026-01-12 (UTC); else all that are due")

    def handle(self, *args: Any, **options: Any) -> None:
        days = [options["day"]] if options["day"] else days_due(timezone.now().date())
        differing = 0
        for day in days:
            differing += self._reconcile(day)
        text = ngettext("%(count)d difference.", "%(count)d differences.", differing)
        self.stdout.write(text % {"count": differing})

    def _reconcile(self, day: date) -> int:
        try:
            reconciliation = reconcile_day(day)
        except (OrderError, ListingError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(describe_day(reconciliation))
        differences = list(PaymentDifference.objects.filter(reconciliation=reconciliation).order_by("at", "pk"))
        for difference in differences:
            self.stdout.write(f"  {describe(difference)}")
        return len(differences)
