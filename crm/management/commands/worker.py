from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError

from crm.jobs.queue import worker_name
from crm.jobs.worker import end_after_the_chunk, work


class Command(BaseCommand):
    help = (
        "Does the jobs, and runs at their times the commands that a crontab would run. Start as many workers as you"
        " like, on any number of machines. SIGTERM ends a worker after the chunk that it is doing."
    )

    # Not those of addresses, the API and sign-ins: a worker shows no page, and all pages take 40 MiB.
    requires_system_checks = (Tags.caches, Tags.files, Tags.models, Tags.security)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.METRICS_TOKEN and settings.METRICS_ADDRESS:
            self._answer_metrics()
        end_after_the_chunk()
        self.stdout.write(f"Worker {worker_name()} is waiting for jobs.")
        work()
        self.stdout.write("The worker has ended.")

    def _answer_metrics(self) -> None:
        from crm.metrics.exposition import answer_at

        try:
            answer_at(settings.METRICS_ADDRESS)
        except (OSError, ValueError) as error:
            raise CommandError(
                f"Nothing can be answered at METRICS_ADDRESS {settings.METRICS_ADDRESS}: {error}"
            ) from None
