"""Ask both dialects whatever their OpenAPI documents allow, and much that they do not: nothing may fail.

`make fuzz` runs it: the demo in a database of its own, a server on it, a key that may do everything, and schemathesis
with no chance in it: each run asks the same. It is no part of pytest, because it takes minutes and wants the machine.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

BIN = Path(sys.executable).parent
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
MOST_TOLD = 20_000


@dataclass(frozen=True)
class FuzzedDialect:
    """`document` and `ids` print JSON; `hooks` is the module that puts the ids into requests.

    The stateful phase would follow links, of which the documents have none: the ids come by the hooks instead.
    """

    name: str
    document: str
    ids: str
    hooks: str
    phases: str
    examples: int


V1 = FuzzedDialect(
    "v1",
    "from crm.api.chartmogul.api import api; print(json.dumps(api.get_openapi_schema()))",
    "from tests.api.fuzz_ids import known; print(json.dumps(known()))",
    "tests.api.fuzz_ids",
    "examples,coverage,fuzzing",
    10,
)
KONNEKTIVE = FuzzedDialect(
    "konnektive",
    "from crm.api.konnektive.document import document; print(json.dumps(document()))",
    "from tests.api.fuzz_numbers import known; print(json.dumps(known()))",
    "tests.api.fuzz_numbers",
    "fuzzing",
    8,
)


def manage(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def environment(folder: Path) -> dict[str, str]:
    """Of a server that nothing holds up: neither limits nor a gateway, nor what a developer has set."""
    return {
        "PATH": os.environ["PATH"],
        "DEBUG": "on",
        "HTTPS": "off",
        "SECRET_KEY": "only-for-this-run",
        "PAYMENT_GATEWAY": "orders.payments.sandbox.SandboxGateway",
        "DATABASE_URL": f"sqlite:///{folder / 'fuzz.sqlite3'}",
        "API_REQUESTS_PER_MINUTE": "1000000",
        "API_FAILURES_PER_ADDRESS": "1000000",
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def server(environment: dict[str, str], log: Path) -> Iterator[str]:
    """Its address; what it says of refusals, of which there are thousands, goes to `log`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    options = ["--workers", "1", "--log-level", "error"]
    running = subprocess.Popen([sys.executable, *command, *options], env=environment, stderr=log.open("w"))
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


def wait_for(origin: str) -> None:
    for _ in range(300):
        try:
            with urlopen(f"{origin}/healthz"):  # noqa: S310 - our own, on this machine
                return
        except URLError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def ask(dialect: FuzzedDialect, origin: str, folder: Path, token: str, environment: dict[str, str]) -> int:
    document, ids = folder / f"{dialect.name}.json", folder / f"{dialect.name}-ids.json"
    document.write_text(manage(environment, "shell", "--verbosity=0", "--command", f"import json; {dialect.document}"))
    ids.write_text(manage(environment, "shell", "--verbosity=0", "--command", f"import json; {dialect.ids}"))
    command = [
        BIN / "schemathesis",
        "run",
        document,
        f"--url={origin}",
        f"--auth={token}:",
        f"--checks={CHECKS}",
        f"--phases={dialect.phases}",
        f"--max-examples={dialect.examples}",
        "--generation-deterministic",
        "--continue-on-failure",
        "--no-shrink",
        "--warnings=off",
        "--suppress-health-check=all",
        *sys.argv[1:],
    ]
    hooks = {"SCHEMATHESIS_HOOKS": dialect.hooks, "FUZZ_IDS": str(ids), "FUZZ_KEY": token, "PYTHONPATH": os.getcwd()}
    # From the folder, where it leaves what it remembers.
    return subprocess.run(command, env=environment | hooks, cwd=folder).returncode


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = environment(folder)
        manage(settings, "migrate", "--verbosity=0")
        manage(settings, "demo", "--password=a good password")
        token = manage(settings, "create_api_key", "admin", "--name=Fuzzing").strip()
        log = folder / "server.log"
        with server(settings, log) as origin:
            outcome = max(ask(dialect, origin, folder, token, settings) for dialect in (KONNEKTIVE, V1))
        if outcome:
            print("".join(line for line in log.open() if " WARNING " not in line)[-MOST_TOLD:])
        return outcome


if __name__ == "__main__":
    sys.exit(main())
