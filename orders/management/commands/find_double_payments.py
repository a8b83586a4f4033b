from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from orders.double_payments.find import find_double_payments


class Command(BaseCommand):
    help = "Looks for people who pay twice, which Orders → Paid twice lists. Run it every hour."

    def handle(self, *args: Any, **options: Any) -> None:
        number = find_double_payments()
        text = ngettext("%(count)d person may pay twice.", "%(count)d people may pay twice.", number)
        self.stdout.write(text % {"count": number})
