"""Does what the Dockerfile says in an empty folder, without a container engine: python -m deploy.try_dockerfile

The steps are read from the file itself. Its folders are made below a temporary one, and `python` is the one that runs
this. Then the server is started, as another user if root asks, and is asked for its health and a page. Not tried is
what only an engine does: base images, the user's name, layers, limits of a container.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "deploy/Dockerfile"
OF_IMAGE = re.compile(r"(?<![\w./])/(app|venv|files|uploads)\b")
USER = 10001
LONGEST_START = 120
SETTINGS = {
    "SECRET_KEY": "of-a-trial-of-at-least-fifty-characters-0123456789",
    "ENCRYPTION_KEYS": "of-a-trial-of-at-least-32-characters",
    "PROXIES": "1",
}


def instructions() -> Iterator[tuple[str, str]]:
    """(its name, what follows it on one line)"""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if line and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, rest = line.partition(" ")
        yield name, " ".join(rest.split())


class Trial:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = USER if os.getuid() == 0 else os.getuid()
        python = folder / "bin/python"
        python.parent.mkdir()
        python.symlink_to(sys._base_executable)  # type: ignore[attr-defined]  # of CPython
        self.environment = {"PATH": f"{python.parent}:{os.environ['PATH']}", "HOME": str(folder)}
        self.command: list[str] = []
        self.health: list[str] = []

    def build(self) -> None:
        for name, rest in instructions():
            print("+", name, rest, flush=True)
            if name in ("RUN", "COPY", "ENV", "CMD", "HEALTHCHECK"):
                getattr(self, f"_{name.lower()}")(OF_IMAGE.sub(rf"{self.folder}/\1", rest))
        for name in ("files", "uploads"):
            (self.folder / name).mkdir(mode=0o700)
            os.chown(self.folder / name, self.user, self.user)

    def _run(self, rest: str) -> None:
        if rest.startswith("useradd"):
            print("  left out: it is about the users of the image")
            return
        subprocess.run(["/bin/sh", "-ec", rest], check=True, cwd=self.folder / "app", env=self.environment)

    def _copy(self, rest: str) -> None:
        sources = rest.split()[:-1]
        if sources[0].startswith("--from"):
            return  # both stages have the same folders here
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--", *sources], cwd=ROOT, check=True, capture_output=True, text=True
        )
        for path in filter(None, listed.stdout.split("\0")):
            copy = self.folder / "app" / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, copy)

    def _env(self, rest: str) -> None:
        for setting in rest.split():
            name, _, value = setting.partition("=")
            self.environment[name] = value.replace("$PATH", self.environment["PATH"])

    def _cmd(self, rest: str) -> None:
        self.command = json.loads(rest)

    def _healthcheck(self, rest: str) -> None:
        self.health = json.loads(rest.partition(" CMD ")[2])

    def do(self, command: list[str]) -> None:
        subprocess.run(command, check=True, **self._as_user())  # type: ignore[call-overload]

    def _as_user(self) -> dict[str, object]:
        database = f"sqlite:///{self.folder}/files/db.sqlite3"
        environment = self.environment | SETTINGS | {"DATABASE_URL": database}
        return {"cwd": self.folder / "app", "env": environment, "user": self.user, "group": self.user}

    def serve(self) -> None:
        """Start the server, ask for its health as the image does, and for a page with one of its files."""
        self.do(["python", "manage.py", "migrate", "--verbosity", "0"])
        self.do(
            ["python", "manage.py", "shell", "-v", "0", "-c", "from crm.help.topics import all_topics; all_topics()"]
        )
        port = str(_free_port())
        command = [argument.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for argument in self.command]
        with subprocess.Popen(command, **self._as_user()) as server:  # type: ignore[call-overload]
            try:
                self._wait_for([argument.replace("8000", port) for argument in self.health])
                page = _ask(port, "/accounts/login/")
                [*_, style] = re.findall(r'href="(/static/[^"]+\.css)"', page)
                _ask(port, style)
            finally:
                server.terminate()
        print("The server answered, and ended with", server.returncode)

    def _wait_for(self, check: list[str]) -> None:
        ends = time.monotonic() + LONGEST_START
        while subprocess.run(check, stderr=subprocess.DEVNULL, **self._as_user()).returncode:  # type: ignore[call-overload]
            if time.monotonic() > ends:
                raise SystemExit("The server does not become healthy.")
            time.sleep(1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _ask(port: str, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", int(port), timeout=30)
    connection.request("GET", path, headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{path} was answered with {answer.status}.")
    print("  200", path)
    return answer.read().decode()


def main() -> None:
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - the user of the image reads it
        (Path(folder) / "app").mkdir()
        trial = Trial(Path(folder))
        trial.build()
        trial.serve()


if __name__ == "__main__":
    main()
