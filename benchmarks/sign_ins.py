"""A flood of sign-ins, each from another address: how long the health page waits, and what memory it takes.

    python -m benchmarks.sign_ins [--sign-ins 200] [--at-once 24]

A server with a database of its own is started and stopped. From one address all but SIGN_INS_PER_ADDRESS would be
refused before a password is hashed; from as many addresses each one costs a hash.
"""

import argparse
import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

PAGE = "/accounts/login/"
HOSTS = {"Host": "localhost", "X-Forwarded-Proto": "http"}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
THREADS = 8


@contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """The port, and the process of the one worker."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "DEBUG": "on",  # of which only static files without a manifest matter
            "DJANGO_SETTINGS_MODULE": "crm.settings",
            "ALLOWED_HOSTS": "localhost",
            "HTTPS": "off",
            "LOG_LEVEL": "CRITICAL",
            "PROXIES": "1",
            "SECRET_KEY": "only for this benchmark",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=environment, check=True)
        command = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
        command += ["--worker-class", "gthread", "--workers", "1", "--threads", str(THREADS)]
        with subprocess.Popen(command, env=environment) as server:
            try:
                while health(port) is None:
                    time.sleep(0.1)
                yield port, worker_of(server.pid)
            finally:
                server.terminate()


def worker_of(server: int) -> int:
    return int(Path(f"/proc/{server}/task/{server}/children").read_text().split()[0])


def memory(process: int) -> int:
    """MiB that it has at this moment."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def health(port: int) -> float | None:
    """Seconds until the health page answered; None while nothing listens."""
    start, link = time.perf_counter(), http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        link.request("GET", "/healthz", headers=HOSTS)
        link.getresponse().read()
    except ConnectionRefusedError:
        return None
    finally:
        link.close()
    return time.perf_counter() - start


def sign_in(port: int, number: int) -> int:
    """The status of the answer to a wrong name."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    address = {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
    link.request("GET", PAGE, headers=HOSTS | address)
    page = link.getresponse()
    cookie, text = page.headers["Set-Cookie"].split(";")[0], page.read().decode()
    token = TOKEN.search(text)
    body = urlencode({"username": f"nobody {number}", "password": "wrong", "csrfmiddlewaretoken": token and token[1]})
    form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    link.request("POST", PAGE, body, HOSTS | address | form)
    answer = link.getresponse()
    answer.read()
    link.close()
    return answer.status


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sign-ins", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=24)
    options = parser.parse_args()
    with serving() as (port, worker):
        sign_in(port, 10_000)
        before, is_over = memory(worker), Event()
        waits, most = [], [before]

        def watch() -> None:
            while not is_over.wait(0.05):
                waits.append(health(port) or 0)
                most.append(memory(worker))

        start = time.perf_counter()
        with ThreadPoolExecutor(options.at_once + 1) as threads:
            watching = threads.submit(watch)
            answers = list(threads.map(lambda number: sign_in(port, number), range(options.sign_ins)))
            is_over.set()
            watching.result()
        seconds = time.perf_counter() - start
    half = sorted(waits)[len(waits) // 2]
    lines = [
        f"{options.sign_ins} sign-ins, {options.at_once} at once, in {seconds:.1f} s: {Counter(answers)}",
        f"health page: {len(waits)} times, {half:.2f} s in the middle, {max(waits):.2f} s at most",
        f"memory of the worker: {before} MiB before, {max(most)} MiB at most",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
