"""A worker of Celery as `celery --app crm.jobs.celery_queue worker` is one, that knows the counting jobs."""

import os
import warnings

from crm.jobs.celery_queue import app
from tests.crm.jobs import counting


def main() -> None:
    assert counting.COUNTING
    warnings.simplefilter("default")  # Celery warns of root, which is an error in a test
    os.environ["CELERY_SKIP_CHECKS"] = "true"  # those of Django, which have tests of their own
    app.worker_main(["worker", "--pool=solo", "--loglevel=ERROR", "--without-gossip", "--without-mingle"])
