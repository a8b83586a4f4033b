"""A worker of Celery as `celery --app crm.jobs.celery_queue worker` is one, that knows the counting jobs."""

import os

import django


def main() -> None:
    os.environ["CELERY_SKIP_CHECKS"] = "true"  # those of Django, which have tests of their own
    django.setup()
    from crm.jobs.celery_queue import app
    from tests.crm.jobs import counting

    assert counting.COUNTING
    app.worker_main(["worker", "--pool=solo", "--loglevel=ERROR", "--without-gossip", "--without-mingle"])


if __name__ == "__main__":
    main()
