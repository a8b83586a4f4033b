import pytest

from tests.crm.jobs.worker_processes import WorkerProcess, worker_process
from tests.factories import make_user


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def start_worker():
    """Start a worker in a process of its own; those that still run after the test are killed."""
    workers = []

    def start(**options: str) -> WorkerProcess:
        workers.append(worker_process(**options))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


@pytest.fixture
def owner(db):
    return make_user("owner", ["customers.view_customer"], email="owner@reunite.cz")
