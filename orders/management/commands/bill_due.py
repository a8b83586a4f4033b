from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from orders.locks import OrderError
from orders.payments.bills.bill_purchase import bill_due
from orders.subscriptions.common import today


class Command(BaseCommand):
    help = (
        "Bills the purchases that are due and were begun by an order that the payment gateway charged, and tries again"
        " those that were declined. Run it every hour."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        billed = 0
        try:
            for purchase in bill_due(today()):
                billed += 1
                self.stdout.write(f"Purchase {purchase.pk}")
        except OrderError as error:
            raise CommandError(str(error)) from None
        text = ngettext("%(count)d purchase billed or tried.", "%(count)d purchases billed or tried.", billed)
        self.stdout.write(text % {"count": billed})
