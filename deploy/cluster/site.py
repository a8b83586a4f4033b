"""The whole site: what runs, in the order in which it is started, and the database that it begins with."""

from dataclasses import dataclass, field

import psycopg

from deploy.cluster import balance, database, processes, queues
from deploy.cluster.places import NAME, NODES, PASSWORD, PRIMARY, folder, make_folder
from deploy.cluster.program import Program, wait_until
from deploy.cluster.sql import connect, value

STANDBYS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'"


@dataclass
class Site:
    programs: dict[str, Program] = field(default_factory=dict)
    token: str = ""
    """An API key of an admin, who is also called so and has it as password."""

    def start(self) -> None:
        make_folder()
        archive = folder("archive", "postgres")
        self._start(database.etcd(), queues.redis(), queues.epmd())
        rabbitmq = queues.rabbitmq()  # the slowest, by far
        self._launch(rabbitmq)
        self._start(*(database.patroni(node, archive) for node in NODES), balance.haproxy())
        wait_until(has_synchronous_standby, "There is no synchronous standby.")
        prepare_database()
        self._start(database.pgbouncer(PRIMARY))
        processes.python("-m", "deploy.cluster.tables")
        processes.manage("collectstatic", "--noinput", "--verbosity", "0")
        self.token = make_admin()
        rabbitmq.wait()
        self._start(*(make(node) for node in NODES for make in (processes.web, processes.worker, processes.celery)))

    def _start(self, *programs: Program) -> None:
        """Together: what needs another comes after it."""
        self._launch(*programs)
        for program in programs:
            program.wait()

    def _launch(self, *programs: Program) -> None:
        for program in programs:
            print(f"Starting {program.name}", flush=True)
            self.programs[program.name] = program
            program.launch()

    def end(self) -> None:
        for program in reversed(self.programs.values()):
            program.end()


def primary() -> str:
    """The node that is the primary; empty while there is none."""
    return next((node for node in NODES if database.answer_of_patroni(node, "primary") == 200), "")


def has_synchronous_standby() -> bool:
    """Patroni, which would promote it, and the primary, which waits for it, both say so: each alone is late after a
    failover."""
    try:
        standbys = value(PRIMARY, STANDBYS, name="postgres")
    except psycopg.OperationalError:
        return False
    return bool(standbys) and any(database.answer_of_patroni(node, "synchronous") == 200 for node in NODES)


def postmaster(node: str) -> int:
    data = folder(f"postgres-{node}") / "data" / "postmaster.pid"
    return int(data.read_text().split()[0])


def prepare_database() -> None:
    """The role of the site, with what startup options would say otherwise."""
    with connect(PRIMARY, "postgres") as session:
        session.execute(f"CREATE ROLE {NAME} LOGIN PASSWORD '{PASSWORD}'")
        for setting, value in database.SESSION.items():
            session.execute(f"ALTER ROLE {NAME} SET {setting} = '{value}'")
        session.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")


def make_admin() -> str:
    processes.manage(
        "createsuperuser", "--noinput", "--username", NAME, "--email", "", DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    return processes.manage("create_api_key", NAME, "--name", "load").splitlines()[-1]
