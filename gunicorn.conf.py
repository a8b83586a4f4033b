"""What gunicorn reads when it is started here; the command line comes before it."""

import os
import shutil
import tempfile
from typing import Any

umask = 0o077  # files that it makes, such as the database of SQLite, are for its user only
worker_class = "gthread"
workers = 2
threads = 8
# Clients of the Konnektive API send whole orders in the address. 4,094 bytes are gunicorn's default.
limit_request_line = 8190
logger_class = "crm.http.gunicorn_log.SecretFreeLogger"
# Its socket would be below the home folder, which is not there or not writable where `deploy/` lets it run.
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Its processes count in files of one folder, so that `/metrics` adds them up whichever of them answers."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="reunite-metrics-")


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
