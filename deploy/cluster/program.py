"""A program of the site: started, killed as a machine that dies kills it, paused, and ended."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.cluster.places import FOLDER, ROOT

LONGEST_START = 240
LONGEST_END = 20


@dataclass
class Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    """Who it runs as where we are root."""
    is_up: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return FOLDER / f"{self.name}.log"

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        user = self.user if self.user and not os.geteuid() else None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, "HOME": str(FOLDER), **self.environment},
                stdout=log,
                stderr=log,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                start_new_session=True,  # a group of its own, which ends as one
            )

    def wait(self) -> None:
        wait_until(self.is_up, f"{self.name} did not start: {self.log}")

    def signal(self, number: signal.Signals) -> None:
        """Of the program and all its processes."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def end(self) -> None:
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        if self.process:
            try:
                self.process.wait(LONGEST_END)
            except subprocess.TimeoutExpired:
                self.kill()
        self.signal(signal.SIGKILL)  # what it left behind


def wait_until(is_true: Callable[[], bool], otherwise: str, *, seconds: float = LONGEST_START) -> float:
    """How many seconds it took."""
    start = time.monotonic()
    while not is_true():
        if time.monotonic() - start > seconds:
            raise TimeoutError(otherwise)
        time.sleep(0.2)
    return time.monotonic() - start
