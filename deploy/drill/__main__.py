"""python -m deploy.drill [--seconds 20]"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.drill.cluster import OWNER, Cluster

PROCESSES = 3
SETTINGS = {
    "SECRET_KEY": "of-a-drill-of-at-least-fifty-characters-0123456789",
    "DJANGO_SETTINGS_MODULE": "crm.settings",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of load, in each of its three parts")
    seconds = parser.parse_args().seconds
    with TemporaryDirectory(prefix="reunite-drill-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, OWNER)
        drill(folder, seconds)


def drill(folder: Path, seconds: float) -> None:
    archive = folder / "archive"
    archive.mkdir()
    if os.getuid() == 0:
        shutil.chown(archive, OWNER)
    lost = Cluster(folder / "lost", archive=archive)
    lost.init()
    lost.start()
    lost.ask("CREATE DATABASE reunite", "postgres")
    python(lost.url, "manage.py", "migrate", "--verbosity", "0")
    acknowledged = [folder / f"acknowledged-{number}" for number in range(PROCESSES)]
    with load(lost.url, acknowledged):
        time.sleep(seconds)
        say("Base backup and dump, under load")
        lost.base_backup(folder / "backup")
        dump_began = time.time()
        lost.dump(folder / "dump")
        dump_ended = time.time()
        time.sleep(seconds)
        moment = time.time()
        time.sleep(seconds)
    lost.archive_everything()
    lost.lose()

    say(f"The machine is lost. Recovery to {datetime.fromtimestamp(moment, UTC).isoformat()}")
    began = time.monotonic()
    recovered = Cluster(folder / "recovered", archive=archive)
    recovered.recover(folder / "backup", datetime.fromtimestamp(moment, UTC))
    say(f"Recovered in {time.monotonic() - began:.1f} s, {log_size(archive):.0f} MiB of archive")
    judge(recovered.url, moment, moment, acknowledged)

    say("The dump, restored")
    judge(recovered.restore_dump(folder / "dump", "dumped"), dump_began, dump_ended, acknowledged)
    recovered.lose()


@contextmanager
def load(url: str, acknowledged: list[Path]) -> Iterator[None]:
    processes = []
    try:
        for seed, path in enumerate(acknowledged):
            command = [sys.executable, "-m", "deploy.drill.load", str(path), str(seed)]
            processes.append(subprocess.Popen(command, env=surroundings(url)))
            # One after the other: the first makes the data source, and each takes a while to begin.
            while not path.exists() or not path.read_text():
                time.sleep(0.5)
        yield
    finally:
        for process in processes:
            process.terminate()
        statuses = [process.wait() for process in processes]
        if any(statuses):
            raise SystemExit("A process of the load failed.")


def judge(url: str, earliest: float, latest: float, acknowledged: list[Path]) -> None:
    python(url, "-m", "deploy.drill.judge", repr(earliest), repr(latest), *map(str, acknowledged))


def python(url: str, *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], env=surroundings(url), check=True)


def surroundings(url: str) -> dict[str, str]:
    return {**os.environ, **SETTINGS, "DATABASE_URL": url}


def log_size(archive: Path) -> float:
    return sum(file.stat().st_size for file in archive.iterdir()) / 2**20


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
