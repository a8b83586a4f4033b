"""The suite's part on PostgreSQL once more, through a PgBouncer in transaction mode that has four connections.

`make test-pgbouncer` runs it, where a PgBouncer is installed; what is named after it, such as a folder, runs alone. It
starts a PgBouncer of its own in front of the PostgreSQL that TEST_DATABASE_URL names, and a role with the settings that
docs/production.md asks for.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.suite import WITHOUT_BROWSER, pytest_command

CONNECTIONS = 4
FOLDERS_OF_PROGRAMS = "/usr/local/sbin:/usr/sbin:/sbin"
SESSION = {
    "jit": "off",
    "lock_timeout": "20s",  # as tests/settings.py has it
    "statement_timeout": "300s",
    "idle_in_transaction_session_timeout": "60s",
    "synchronous_commit": "off",
}
CONFIGURATION = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listens}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
logfile = {folder}/log
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 500
# A database of the tests can be dropped soon after its last statement: PostgreSQL itself waits five seconds.
server_idle_timeout = 1
"""


@contextmanager
def role(database: str) -> Iterator[str]:
    """A role of its own, because what it is set to would be set for everybody."""
    name = f"reunite_pooled_{os.getpid()}"
    with psycopg.connect(database, autocommit=True) as session:
        session.execute(f"CREATE ROLE {name} LOGIN SUPERUSER")
        try:
            for setting, value in SESSION.items():
                session.execute(f"ALTER ROLE {name} SET {setting} = '{value}'")
            yield name
        finally:
            session.execute(f"DROP OWNED BY {name}")
            session.execute(f"DROP ROLE {name}")


@contextmanager
def pgbouncer(database: str, user: str) -> Iterator[int]:
    """The port at which it listens."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:{FOLDERS_OF_PROGRAMS}")
    if program is None:
        sys.exit("No PgBouncer was found. Debian's package is called pgbouncer.")
    url, port = urlsplit(database), free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)  # it may run as somebody else
        (folder / "users.txt").write_text(f'"{user}" ""\n')
        configuration = CONFIGURATION.format(
            host=url.hostname, port=url.port or 5432, listens=port, folder=folder, connections=CONNECTIONS
        )
        (folder / "pgbouncer.ini").write_text(configuration)
        command = [program, "--quiet", *as_nobody_important(), str(folder / "pgbouncer.ini")]
        process = subprocess.Popen(command)
        try:
            wait_until_it_listens(port)
            yield port
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def as_nobody_important() -> list[str]:
    """PgBouncer refuses to run as root."""
    return [] if os.geteuid() else ["--user", next(user.pw_name for user in pwd.getpwall() if user.pw_name == "nobody")]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_until_it_listens(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    sys.exit("PgBouncer did not start.")


def run(tests: Sequence[str]) -> int:
    database = os.environ.get("TEST_DATABASE_URL")
    if not database:
        sys.exit("TEST_DATABASE_URL names no database.")
    with ExitStack() as stack:
        user = stack.enter_context(role(database))
        port = stack.enter_context(pgbouncer(database, user))
        url = urlsplit(database)
        environment = os.environ | {
            "DATABASE_URL": f"postgres://{user}@127.0.0.1:{port}{url.path}",
            "DATABASE_STARTUP_OPTIONS": "off",
            "PAST_PGBOUNCER": f"{url.hostname}:{url.port or 5432}",
        }
        command = pytest_command(*(tests or WITHOUT_BROWSER), "-m", "not one_database", "-p", "no:cacheprovider")
        return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
