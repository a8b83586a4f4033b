"""What gunicorn writes into its access log, whatever it is told to write, has no key and no card."""

import http.client
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlencode

import pytest

from crm.query_string import without_parameters
from tests.api.caller import basic

KEY, CARD = "rnt_a-secret-of-a-program", "4242424242424242"
FIELDS = (
    "%(m)s %(U)s %(s)s | %(r)s | %(u)s | %(q)s | %(f)s | %({raw_uri}e)s | %({http_authorization}e)s"
    " | %({authorization}i)s | %({referer}i)s"
)
REQUESTS = [
    ("GET", "/v1/ping", "application/json"),
    ("GET", "/v1/nowhere", "application/json"),
    ("DELETE", "/v1/ping", "application/json"),
    ("GET", "/v1/ping", "application/json; charset=hex"),
    ("GET", "/order/query/", ""),
    ("PUT", "/order/query", ""),
    ("GET", "/order/nowhere/", ""),
    ("GET", "/api/order/query/", ""),
    ("GET", "/order/import/", "application/x-www-form-urlencoded; charset=hex"),
    ("POST", "/order/import/", "multipart/form-data; boundary=é"),
    # As a client writes an address that joins its parts wrongly.
    ("GET", "/order/query/;password=" + KEY, ""),
    ("GET", "/order/query/%3Fpassword=" + KEY, ""),
    ("GET", "/order/query/&cardNumber=" + CARD, ""),
]
QUERY = urlencode({"loginId": "shop", "password": KEY, "cardNumber": CARD})
SENT = f"Host: localhost\r\nAuthorization: {basic(KEY)}\r\nReferer: https://{KEY}@localhost/#password={KEY}\r\n"
# What gunicorn itself refuses. The first is in its access log, too.
REFUSED = [
    f"POST /order/import/?{QUERY} HTTP/1.1\r\n{SENT}Content-Length: x\r\n\r\n",
    f"GET /order/query/?firstName=Jan van&{QUERY} HTTP/1.1\r\n{SENT}\r\n",
    f"GET /order/query/?{QUERY} HTTP/1.1\r\nAuthorization {basic(KEY)}: x\r\n\r\n",
    f"{KEY} /order/query/ HTTP/1.1\r\n{SENT}\r\n",
]


class OverSocket(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


@pytest.fixture(scope="module")
def logs(tmp_path_factory) -> dict[str, list[str]]:
    """The lines of both logs after all requests. There are no tables, so some of them fail, which is logged as well."""
    folder = tmp_path_factory.mktemp("gunicorn")
    path, log, errors = folder / "socket", folder / "access.log", folder / "error.log"
    # One at a time, so that the lines are in the order of the requests.
    options = ["--workers", "1", "--threads", "1", "--worker-class", "sync"]
    options += ["--bind", f"unix:{path}", "--access-logfile", str(log), "--access-logformat", FIELDS]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/db", "DEBUG": "on", "HTTPS": "off"}
    environment |= {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "localhost", "DJANGO_SETTINGS_MODULE": "crm.settings"}
    with (
        errors.open("w") as stream,
        subprocess.Popen(  # noqa: S603 (arguments of ours)
            [sys.executable, "-m", "gunicorn", "crm.wsgi", *options], env=environment, stderr=stream
        ) as server,
    ):
        try:
            wait_for(path.exists)
            for method, address, content_type in REQUESTS:
                ask(str(path), method, address, content_type)
            for request in REFUSED:
                send(str(path), request)
            wait_for(lambda: len(log.read_text().splitlines()) == len(REQUESTS) + 1)
        finally:
            server.terminate()
    return {"access": log.read_text().splitlines(), "error": errors.read_text().splitlines()}


def send(path: str, request: str) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(request.encode())
        assert client.recv(100).split()[1] == b"400", request


def ask(path: str, method: str, address: str, content_type: str) -> None:
    headers = {"Authorization": basic(KEY), "Referer": f"http://localhost/?password={KEY}"}
    client = OverSocket(path)
    client.request(method, f"{address}?{QUERY}", headers=headers | {"Content-Type": content_type.encode()})
    client.getresponse().read()
    client.close()


def wait_for(condition) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_every_request_is_in_the_log_with_its_path(logs):
    paths = [[method, address.partition(";")[0]] for method, address, _ in REQUESTS[:10]]
    assert [line.split()[:2] for line in logs["access"]][:10] == paths
    assert logs["access"][-1].split(" | ")[:2] == ["POST None 400", "POST /order/import/ HTTP/1.1"]


@pytest.mark.parametrize(
    ("address", "cleaned"),
    [
        ("/order/query/", "/order/query/"),
        ("/order/query/?a=1#b", "/order/query/"),
        ("/order/query/%3fa=1", "/order/query/"),
        (f"http://{KEY}:@localhost/v1/ping", "http://localhost/v1/ping"),
        ("https://localhost/customers/?q=a@b.cz", "https://localhost/customers/"),
    ],
)
def test_an_address_is_kept_without_what_may_be_secret(address, cleaned):
    assert without_parameters(address) == cleaned


@pytest.mark.parametrize("log", ["access", "error"])
def test_no_line_has_the_key_the_card_or_the_header(logs, log):
    for secret in (KEY, CARD, basic(KEY).split()[1]):
        assert not [line for line in logs[log] if secret in line]


def test_what_gunicorn_refuses_is_in_its_log_with_the_reason(logs):
    refused = [line.partition("ip=")[2] for line in logs["error"] if "Invalid request" in line]
    assert refused == [
        ": Invalid HTTP Header",
        ": Invalid HTTP Version",
        ": Invalid HTTP header name",
        ": Invalid HTTP method",
    ]
