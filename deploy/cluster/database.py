"""PostgreSQL under Patroni: two nodes, of which one is a synchronous standby; etcd, by which they agree; PgBouncer."""

import json
import shutil
import socket
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deploy.cluster.places import (
    ETCD,
    ETCD_PEERS,
    NAME,
    PASSWORD,
    PATRONI,
    PGBOUNCER,
    POSTGRES,
    Place,
    folder,
)
from deploy.cluster.program import Program

# What docs/production.md asks for: PgBouncer takes no options when a session begins.
SESSION = {
    "jit": "off",
    "lock_timeout": "3s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}
CONNECTIONS = 16
"""Of PgBouncer to PostgreSQL."""


def listens(place: Place) -> bool:
    with suppress(OSError), socket.create_connection((place.host, place.port), timeout=1):
        return True
    return False


def answer_of_patroni(node: str, path: str) -> int:
    """The status that it answers, 0 if it does not."""
    try:
        with urlopen(f"http://{PATRONI[node]}/{path}", timeout=2) as answer:
            return int(answer.status)
    except URLError as error:
        return int(getattr(error, "code", 0))
    except OSError:
        return 0


def etcd() -> Program:
    client, peers = f"http://{ETCD}", f"http://{ETCD_PEERS}"
    command = ["etcd", "--name", "only", "--data-dir", str(folder("etcd")), "--log-level", "warn"]
    command += ["--listen-client-urls", client, "--advertise-client-urls", client]
    command += ["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers]
    command += ["--initial-cluster", f"only={peers}"]
    return Program("etcd", command, is_up=partial(listens, ETCD))


def patroni(node: str, archive: Path) -> Program:
    data, place = folder(f"postgres-{node}", "postgres"), POSTGRES[node]
    settings = data / "patroni.json"  # JSON is YAML
    settings.write_text(json.dumps(_patroni_settings(node, data, place, archive)))
    if shutil.which("chown"):
        shutil.chown(settings, "postgres", "postgres")
    return Program(
        f"patroni-{node}",
        ["/usr/bin/python3", "/usr/bin/patroni", str(settings)],
        user="postgres",
        is_up=lambda: answer_of_patroni(node, "primary") == 200 or answer_of_patroni(node, "replica") == 200,
    )


def _patroni_settings(node: str, data: Path, place: Place, archive: Path) -> dict[str, object]:
    everybody = {"username": "postgres", "password": PASSWORD}
    return {
        "scope": NAME,
        "name": node,
        "restapi": {"listen": str(PATRONI[node]), "connect_address": str(PATRONI[node])},
        "etcd3": {"host": str(ETCD)},
        "bootstrap": {
            "dcs": {
                "ttl": 20,
                "loop_wait": 2,
                "retry_timeout": 5,
                "primary_start_timeout": 0,  # a primary that was killed does not come back as one
                "synchronous_mode": True,  # nothing acknowledged is lost with a node
                "postgresql": {"use_pg_rewind": True, "parameters": _parameters(archive)},
            },
            "initdb": [{"encoding": "UTF8"}, "data-checksums", {"auth-local": "trust"}],
        },
        "postgresql": {
            "listen": str(place),
            "connect_address": str(place),
            "data_dir": str(data / "data"),
            "bin_dir": max(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin")),
            "pgpass": str(data / "pgpass"),
            "authentication": {"superuser": everybody, "replication": {**everybody, "username": "replicator"}},
            "parameters": {"unix_socket_directories": str(data)},
            "pg_hba": ["local all all trust", *(f"host {db} all 127.0.0.0/8 md5" for db in ("all", "replication"))],
            "remove_data_directory_on_rewind_failure": True,
            "remove_data_directory_on_diverged_timelines": True,
        },
    }


def _parameters(archive: Path) -> dict[str, object]:
    return {
        "password_encryption": "md5",  # which PgBouncer can pass on without asking PostgreSQL for it
        "max_connections": 60,
        "max_locks_per_transaction": 256,
        "shared_buffers": "128MB",
        "archive_mode": "on",
        "archive_timeout": "30s",
        "archive_command": f"cp %p {archive}/%f",
        "wal_keep_size": "256MB",
    }


def pgbouncer(to: Place) -> Program:
    data = folder("pgbouncer", "postgres")
    (data / "users.txt").write_text(f'"{NAME}" "{PASSWORD}"\n')
    settings = data / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n{NAME} = host={to.host} port={to.port}\n"
        f"[pgbouncer]\nlisten_addr = {PGBOUNCER.host}\nlisten_port = {PGBOUNCER.port}\nunix_socket_dir =\n"
        f"auth_type = md5\nauth_file = {data}/users.txt\npool_mode = transaction\n"
        f"default_pool_size = {CONNECTIONS}\nmax_client_conn = 300\n"
        # A server that does not answer is given up, and tried again at once, so that a failover is noticed.
        "server_connect_timeout = 2\nserver_login_retry = 1\nquery_wait_timeout = 5\n"
    )
    command = ["/usr/sbin/pgbouncer", str(settings)]
    return Program("pgbouncer", command, user="postgres", is_up=partial(listens, PGBOUNCER))
