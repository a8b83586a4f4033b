"""The whole site: what runs, in the order in which it is started, and the database that it begins with."""

from dataclasses import dataclass, field

import psycopg

from deploy.cluster import balance, database, processes, queues
from deploy.cluster.places import NAME, NODES, PASSWORD, PRIMARY, folder, make_folder
from deploy.cluster.program import Program, wait_until


@dataclass
class Site:
    programs: dict[str, Program] = field(default_factory=dict)
    token: str = ""
    """An API key of an admin, who is also called so and has it as password."""

    def start(self) -> None:
        make_folder()
        archive = folder("archive", "postgres")
        self._start(database.etcd(), *(database.patroni(node, archive) for node in NODES))
        self._start(balance.haproxy())
        wait_until(has_synchronous_standby, "There is no synchronous standby.")
        prepare_database()
        self._start(database.pgbouncer(PRIMARY), queues.redis(), queues.epmd(), queues.rabbitmq())
        processes.python("-m", "deploy.cluster.tables")
        processes.manage("collectstatic", "--noinput", "--verbosity", "0")
        self.token = make_admin()
        for node in NODES:
            self._start(processes.web(node), processes.worker(node), processes.celery(node))

    def _start(self, *programs: Program) -> None:
        for program in programs:
            print(f"Starting {program.name}", flush=True)
            self.programs[program.name] = program
            program.start()

    def end(self) -> None:
        for program in reversed(self.programs.values()):
            program.end()


def connect(place: object, name: str = "postgres") -> psycopg.Connection:
    url = f"postgres://postgres:{PASSWORD}@{place}/{name}"
    return psycopg.connect(url, autocommit=True, connect_timeout=3)


def primary() -> str:
    """The node that is the primary; empty while there is none."""
    return next((node for node in NODES if database.answer_of_patroni(node, "primary") == 200), "")


def has_synchronous_standby() -> bool:
    return any(database.answer_of_patroni(node, "synchronous") == 200 for node in NODES)


def postmaster(node: str) -> int:
    data = folder(f"postgres-{node}") / "data" / "postmaster.pid"
    return int(data.read_text().split()[0])


def prepare_database() -> None:
    """The role of the site, with what startup options would say otherwise."""
    with connect(PRIMARY) as session:
        session.execute(f"CREATE ROLE {NAME} LOGIN PASSWORD '{PASSWORD}'")
        for setting, value in database.SESSION.items():
            session.execute(f"ALTER ROLE {NAME} SET {setting} = '{value}'")
        session.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")


def make_admin() -> str:
    processes.manage(
        "createsuperuser", "--noinput", "--username", NAME, "--email", "", DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    return processes.manage("create_api_key", NAME, "--name", "load").splitlines()[-1]
