"""A PostgreSQL of our own: a folder, a port, an archive of its log, and what is copied from it."""

import os
import shutil
import socket
import subprocess
import time
from datetime import datetime
from pathlib import Path

OWNER = "postgres"  # PostgreSQL does not run as root
ARCHIVED = "test ! -f {archive}/%f && cp %p {archive}/.%f && mv {archive}/.%f {archive}/%f"
"""First under another name: a file that is half copied must not look whole."""
SETTINGS = "max_locks_per_transaction = 256\njit = off\nshared_buffers = 128MB\nunix_socket_directories = ''\n"
LONGEST_RECOVERY = 300


class Cluster:
    def __init__(self, folder: Path, *, archive: Path) -> None:
        self.folder, self.archive = folder, archive
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    @property
    def url(self) -> str:
        return f"postgres://{OWNER}@127.0.0.1:{self.port}/reunite"

    def init(self) -> None:
        run("initdb", "--auth=trust", f"--username={OWNER}", "--encoding=UTF8", "--locale=C.UTF-8", str(self.folder))
        command = ARCHIVED.format(archive=self.archive)
        self._configure(f"{SETTINGS}archive_mode = on\narchive_command = '{command}'\n")

    def start(self) -> None:
        log = self.folder.with_suffix(".log")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1"
        run("pg_ctl", "start", "-w", "-t", "120", "-D", str(self.folder), "-l", str(log), "-o", options)

    def lose(self) -> None:
        """As a machine does that dies."""
        run("pg_ctl", "stop", "-m", "immediate", "-D", str(self.folder))

    def ask(self, sql: str, database: str = "reunite") -> str:
        return run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, "-d", database, "-Atc", sql)

    def base_backup(self, target: Path) -> None:
        run("pg_basebackup", "-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, "-D", str(target), "-X", "none")

    def dump(self, target: Path) -> None:
        run("pg_dump", "--format=custom", f"--file={target}", self.url)

    def restore_dump(self, source: Path, database: str) -> str:
        """Into a database of its own beside; its URL."""
        self.ask(f"CREATE DATABASE {database}", "postgres")
        url = self.url.replace("/reunite", f"/{database}")
        run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={url}", str(source))
        return url

    def archive_everything(self) -> None:
        """Wait until the archive has what is written by now."""
        last = self.ask("SELECT pg_walfile_name(pg_switch_wal())")
        while not (self.archive / last).exists():
            time.sleep(0.2)

    def recover(self, backup: Path, moment: datetime) -> None:
        """Start from `backup` and go on by the archive until `moment`."""
        run("cp", "-a", str(backup), str(self.folder))
        run("touch", str(self.folder / "recovery.signal"))
        self._configure(
            f"restore_command = 'cp {self.archive}/%f %p'\narchive_mode = off\n"
            f"recovery_target_time = '{moment.isoformat()}'\nrecovery_target_action = promote\n"
        )
        self.start()
        ends = time.monotonic() + LONGEST_RECOVERY
        while self.ask("SELECT pg_is_in_recovery()", "postgres") == "t":
            if time.monotonic() > ends:
                raise SystemExit("The recovery does not come to its end.")
            time.sleep(0.5)

    def _configure(self, settings: str) -> None:
        with (self.folder / "postgresql.auto.conf").open("a") as file:
            file.write(settings)


def run(program: str, *arguments: str) -> str:
    """What a program of PostgreSQL says, run by the owner of the cluster."""
    command = [_path(program), *arguments]
    as_owner = ["runuser", "-u", OWNER, "--", *command] if os.getuid() == 0 else command
    done = subprocess.run(as_owner, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program}: {done.stderr or done.stdout}")
    return done.stdout.strip()


def _path(program: str) -> str:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: float(path.parts[4]))
    return str(versions[-1]) if versions else shutil.which(program) or program
