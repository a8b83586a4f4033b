from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils.translation import ngettext

from customers.database.failures import Failure, failure_of
from customers.rebuild import rebuild
from orders.revenue.counted import rebuild_revenue
from orders.revenue.disagreements import disagreements


class Command(BaseCommand):
    help = (
        "Recalculates all derived data (owners, profiles, match keys, totals, billing status, counts of merges) and"
        " lists differences, and customers whose status and recurring revenue disagree."
        " It locks a few customers at a time, so users can keep working."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        differed = 0
        try:
            for line in rebuild(rebuild_revenue):
                self.stdout.write(line)
                differed += 1
        except OperationalError as error:
            if failure_of(error) is not Failure.BUSY:
                raise
            raise CommandError("A customer is being changed for a long time. Run rebuild again.") from error
        corrected = ngettext("%(count)d difference corrected.", "%(count)d differences corrected.", differed)
        for line in disagreements():
            self.stdout.write(line)
        self.stdout.write(corrected % {"count": differed} if differed else "Nothing differed.")
