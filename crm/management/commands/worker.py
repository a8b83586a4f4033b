from typing import Any

from django.core.management.base import BaseCommand

from crm.jobs.queue import worker_name
from crm.jobs.worker import end_after_the_chunk, work


class Command(BaseCommand):
    help = (
        "Does the jobs, and runs at their times the commands that a crontab would run. Start as many workers as you"
        " like, on any number of machines. SIGTERM ends a worker after the chunk that it is doing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        end_after_the_chunk()
        self.stdout.write(f"Worker {worker_name()} is waiting for jobs.")
        work()
        self.stdout.write("The worker has ended.")
