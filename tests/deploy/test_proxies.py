"""nginx and Caddy, started with the examples in front of a server of the test: what they log, refuse and pass on."""

import base64
import getpass
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

from tests.crm.jobs.worker_processes import wait_until
from tests.deploy.tools import needs

DEPLOY = settings.BASE_DIR / "deploy"
KEY, SEARCH, LINK = "rnt_abcd0123456789abcdef", "helena@reunite.cz", "set-password-token"
HOST = "reunite.example.com"


class Application(BaseHTTPRequestHandler):
    asked: list[dict[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append({"path": self.path, **self.headers})
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if len(self.rfile.read(length)) == length:
            self.do_GET()

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def application(monkeypatch) -> Iterator[ThreadingHTTPServer]:
    monkeypatch.setattr(Application, "asked", [])
    with ThreadingHTTPServer(("127.0.0.1", 0), Application) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@contextmanager
def running(*command: str, **options) -> Iterator[None]:
    with subprocess.Popen(command, **options) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.fixture
def nginx(application, tmp_path) -> Iterator[tuple[Path, int]]:
    """The folder of its logs, and its port."""
    make_certificate(tmp_path)
    port, plain = free_port(), free_port()
    text = (DEPLOY / "nginx/reunite.conf").read_text()
    for old, new in {
        "/etc/ssl/reunite": str(tmp_path),
        "/var/log/nginx": str(tmp_path),
        "127.0.0.1:8000": f"127.0.0.1:{application.server_port}",
        "listen [::]:443 ssl http2;": "",
        "listen [::]:80;": "",
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{plain}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "reunite.conf").write_text(text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    # Of the user of the test, who may write to its folder.
    whole = f"daemon off; user {getpass.getuser()}; pid {tmp_path}/pid; events {{}}"
    (tmp_path / "nginx.conf").write_text(f"{whole} http {{ {folders} include {tmp_path}/reunite.conf; }}")
    with running("nginx", "-e", f"{tmp_path}/start.log", "-c", f"{tmp_path}/nginx.conf"):
        wait_until(lambda: is_open(port))
        yield tmp_path, port


@pytest.fixture
def caddy(application, tmp_path) -> Iterator[tuple[Path, int]]:
    port = free_port()
    text = (DEPLOY / "caddy/Caddyfile").read_text()
    (tmp_path / "Caddyfile").write_text(text.replace("{\n\tservers", "{\n\tadmin off\n\tservers", 1))
    surroundings = {
        "SITE": f"http://{HOST}:{port}",
        "WEB": f"127.0.0.1:{application.server_port}",
        "HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }
    command = ["caddy", "run", "--config", f"{tmp_path}/Caddyfile", "--adapter", "caddyfile"]
    with (tmp_path / "caddy.log").open("w") as log, running(*command, env=surroundings, stderr=log):
        wait_until(lambda: is_open(port))
        yield tmp_path, port


@needs("nginx")
@needs("openssl")
def test_nginx_logs_no_key_no_search_and_no_link(nginx):
    folder, port = nginx
    ask_everything(lambda: https(port))

    log = wait_until(lambda: len(lines(folder / "reunite.log")) == 5 and (folder / "reunite.log").read_text())
    everything = "".join(path.read_text() for path in folder.glob("*.log"))
    assert "GET /v1/customers 200" in log
    assert [secret for secret in SECRETS if secret in everything] == []


@needs("nginx")
@needs("openssl")
def test_nginx_says_who_asked_and_keeps_numbers_and_large_requests_out(nginx):
    _, port = nginx
    refuses(lambda: https(port))


@needs("caddy")
def test_caddy_logs_no_key_no_search_and_no_link(caddy):
    folder, port = caddy
    ask_everything(lambda: HTTPConnection("127.0.0.1", port, timeout=20))

    log = wait_until(
        lambda: (folder / "caddy.log").read_text().count("handled request") == 5 and (folder / "caddy.log").read_text()
    )
    assert '"uri":"/v1/customers"' in log
    assert [secret for secret in SECRETS if secret in log] == []


@needs("caddy")
def test_caddy_says_who_asked_and_keeps_numbers_and_large_requests_out(caddy):
    _, port = caddy
    refuses(lambda: HTTPConnection("127.0.0.1", port, timeout=20), proto="http")


SECRETS = (KEY, SEARCH, LINK, base64.b64encode(f"{KEY}:".encode()).decode())


def ask_everything(connect) -> None:
    basic = {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}
    before = {"Referer": f"https://{HOST}/customers/?q={SEARCH}", "Cookie": f"__Host-sessionid={KEY}"}
    for path, headers in [
        ("/v1/customers", basic),
        (f"/order/query/?loginId={KEY}&email={SEARCH}", {}),
        (f"/customers/?q={SEARCH}", {}),
        ("/customers/7/", before),
        (f"/accounts/reset/Mg/{LINK}/", {}),
    ]:
        assert asked(connect, "GET", path, headers) == 200


def refuses(connect, *, proto: str = "https") -> None:
    sent = {"X-Forwarded-Proto": "gopher", "X-Forwarded-For": "1.2.3.4"}
    assert asked(connect, "GET", "/customers/", sent) == 200
    [request] = Application.asked
    assert request["Host"].startswith(HOST)
    assert request["X-Forwarded-Proto"] == proto
    assert request["X-Forwarded-For"].split(", ")[-1] == "127.0.0.1"
    assert [asked(connect, "GET", path, {}) for path in ("/metrics", "/readyz")] == [404, 404]
    assert asked(connect, "POST", "/imports/", {}, b"x" * 7_000_000) == 200
    assert asked(connect, "POST", "/v1/customers", {}, b"x" * 5_000_000) == 200
    passed_on = len(Application.asked)
    # Which status it is differs by version.
    assert asked(connect, "POST", "/v1/customers", {}, b"x" * 7_000_000) in (413, 502, None)
    assert len(Application.asked) == passed_on


def asked(connect, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> int | None:
    """The status, or None if the connection was closed while the body was sent."""
    connection = connect()
    try:
        connection.request(method, path, body, {"Host": HOST, **headers})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (BrokenPipeError, ConnectionResetError):
        return None
    finally:
        connection.close()


def https(port: int) -> HTTPSConnection:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection("127.0.0.1", port, timeout=20, context=context)


def make_certificate(folder: Path) -> None:
    names = ["-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem", "-subj", f"/CN={HOST}"]
    command = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", *names]
    subprocess.run([shutil.which("openssl") or "openssl", *command], check=True, capture_output=True)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
