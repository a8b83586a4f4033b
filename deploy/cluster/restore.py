"""A restore to a moment: a base backup that was taken under load, and the write-ahead log that was archived since."""

import shutil
from datetime import datetime
from functools import partial
from pathlib import Path

import psycopg

from deploy.cluster.database import listens
from deploy.cluster.judge import faults
from deploy.cluster.load import Load
from deploy.cluster.places import FOLDER, PASSWORD, POSTGRES, PRIMARY, RESTORED, folder
from deploy.cluster.program import Program, wait_until
from deploy.cluster.runs import Line
from deploy.cluster.site import Site, primary
from deploy.cluster.sql import execute, rows, value

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"))
BACKUP = FOLDER / "restored" / "data"


def take_base_backup() -> None:
    folder("restored", "postgres")
    place = POSTGRES[primary()]
    url = f"postgres://replicator:{PASSWORD}@{place}/postgres"
    command = [str(BIN / "pg_basebackup"), "--pgdata", str(BACKUP), "--dbname", url, "--checkpoint", "fast"]
    backup = Program("base-backup", command, user="postgres")
    backup.start()
    if backup.process is None or backup.process.wait():
        raise RuntimeError(f"No base backup: {backup.log}")


def moment(load: Load) -> tuple[datetime, set[str]]:
    """The time of the database, and the imports that were acknowledged before."""
    acknowledged = set(load.imported)
    return value(PRIMARY, "SELECT clock_timestamp()"), acknowledged


def restored_to(site: Site, at: datetime, acknowledged: set[str]) -> Line:
    execute(PRIMARY, "SELECT pg_switch_wal()")
    program = _server(at)
    site.programs[program.name] = program
    program.start()
    wait_until(is_writable, f"It was not restored: {program.log}", seconds=120)
    told = faults(RESTORED)
    there = {
        external_id
        for (external_id,) in rows(
            RESTORED, "SELECT external_id FROM customers_sourcerecord WHERE external_id LIKE 'c%-_'"
        )
    }
    later = value(RESTORED, "SELECT count(*) FROM customers_customer WHERE created > %s", [at])
    if missing := acknowledged - there:
        told.append(f"{len(missing)} acknowledged imports of before are missing")
    if later:
        told.append(f"{later} customers are of after")
    program.end()
    return Line(
        "restore to a point in time", not told, "; ".join(told) or f"{len(there)} source records, nothing differs"
    )


def is_writable() -> bool:
    try:
        return not value(RESTORED, "SELECT pg_is_in_recovery()")
    except psycopg.OperationalError:
        return False


def _server(at: datetime) -> Program:
    for left in ("postgresql.auto.conf", "patroni.dynamic.json", "standby.signal"):
        (BACKUP / left).unlink(missing_ok=True)
    (BACKUP / "postgresql.conf").write_text(
        f"listen_addresses = '{RESTORED.host}'\nport = {RESTORED.port}\nunix_socket_directories = '{BACKUP.parent}'\n"
        f"restore_command = 'cp {FOLDER}/archive/%f %p'\nrecovery_target_time = '{at.isoformat()}'\n"
        "recovery_target_action = promote\nrecovery_target_timeline = latest\n"
        "max_connections = 60\nmax_locks_per_transaction = 256\n"
    )
    (BACKUP / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.0/8 md5\n")
    (BACKUP / "recovery.signal").touch()
    for name in ("postgresql.conf", "pg_hba.conf", "recovery.signal"):
        shutil.chown(BACKUP / name, "postgres", "postgres")
    command = [str(BIN / "postgres"), "-D", str(BACKUP)]
    return Program("restored", command, user="postgres", is_up=partial(listens, RESTORED))
