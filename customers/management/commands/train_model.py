from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.matching.likely.retrain import TrainError, keep_trained, retrain


class Command(BaseCommand):
    help = (
        "Trains the model that finds likely duplicates on this site's customers and on what staff decided."
        " Needs the extra “matching”."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            trained = keep_trained(retrain())
        except TrainError as error:
            raise CommandError(str(error)) from error
        outcome = f"Not in use: {trained.note}" if trained.note else "In use from the next scan on."
        self.stdout.write(f"{trained.customers} customers, {trained.merged} merges learned from. {outcome}")
