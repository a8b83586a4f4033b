"""Where everything listens, and the folder that has all data and logs."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CLUSTER_FOLDER", Path(tempfile.gettempdir()) / "reunite_cluster"))
NODES = ("a", "b")

NAME = "reunite"
PASSWORD = "only-on-this-machine"  # noqa: S105 - nothing but this machine reaches it


@dataclass(frozen=True)
class Place:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


ETCD, ETCD_PEERS = Place("127.0.0.10", 17379), Place("127.0.0.10", 17380)
POSTGRES = {"a": Place("127.0.0.11", 17432), "b": Place("127.0.0.12", 17432)}
PATRONI = {"a": Place("127.0.0.11", 17008), "b": Place("127.0.0.12", 17008)}
PRIMARY, STANDBY = Place("127.0.0.13", 17432), Place("127.0.0.13", 17433)
"""What HAProxy leads to the primary and to the standby."""
PGBOUNCER = Place("127.0.0.14", 17432)
REDIS = Place("127.0.0.15", 17379)
RABBITMQ, EPMD, ERLANG = Place("127.0.0.16", 17672), Place("127.0.0.1", 17369), Place("127.0.0.1", 17673)
WEB = {"a": Place("127.0.0.21", 17080), "b": Place("127.0.0.22", 17080)}
WEB_DATABASE = {"a": Place("127.0.0.21", 17432), "b": Place("127.0.0.22", 17432)}
"""The way of each web node to PgBouncer, which HAProxy can cut."""
RESTORED = Place("127.0.0.17", 17432)
SITE = Place("127.0.0.20", 17080)
"""Where users and programs go."""


def database_url(place: Place) -> str:
    return f"postgres://{NAME}:{PASSWORD}@{place}/{NAME}"


def folder(name: str, owner: str = "") -> Path:
    """A folder of its own for `name`; PostgreSQL and others refuse to run as root, and need theirs."""
    path = FOLDER / name
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if owner and not os.geteuid():
        shutil.chown(path, owner, owner)
    return path


def make_folder() -> None:
    """Empty, and open to the users that PostgreSQL and RabbitMQ run as."""
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    FOLDER.mkdir(mode=0o755)
