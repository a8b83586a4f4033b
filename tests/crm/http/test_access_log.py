"""What gunicorn writes into its access log, whatever it is told to write, has no key and no card."""

import http.client
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlencode

import pytest

from tests.api.caller import basic

KEY, CARD = "rnt_a-secret-of-a-program", "4242424242424242"
FIELDS = "%(m)s %(U)s %(s)s | %(r)s | %(u)s | %(q)s | %(f)s | %({raw_uri}e)s | %({http_authorization}e)s"
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
]


class OverSocket(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


@pytest.fixture(scope="module")
def access_log(tmp_path_factory) -> list[str]:
    """The lines of the log after REQUESTS. There are no tables, so some of them fail, which is logged as well."""
    folder = tmp_path_factory.mktemp("gunicorn")
    path, log = folder / "socket", folder / "access.log"
    options = ["--bind", f"unix:{path}", "--access-logfile", str(log), "--access-logformat", FIELDS]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/db", "DEBUG": "on", "HTTPS": "off"}
    environment |= {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "localhost", "DJANGO_SETTINGS_MODULE": "crm.settings"}
    with subprocess.Popen(  # noqa: S603 (arguments of ours)
        [sys.executable, "-m", "gunicorn", "crm.wsgi", *options], env=environment, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for(path.exists)
            for method, address, content_type in REQUESTS:
                ask(str(path), method, address, content_type)
            wait_for(lambda: len(log.read_text().splitlines()) == len(REQUESTS))
        finally:
            server.terminate()
    return log.read_text().splitlines()


def ask(path: str, method: str, address: str, content_type: str) -> None:
    query = urlencode({"loginId": "shop", "password": KEY, "cardNumber": CARD})
    headers = {"Authorization": basic(KEY), "Referer": f"http://localhost/?password={KEY}"}
    client = OverSocket(path)
    client.request(method, f"{address}?{query}", headers=headers | {"Content-Type": content_type.encode()})
    client.getresponse().read()
    client.close()


def wait_for(condition) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_every_request_is_in_the_log_with_its_path(access_log):
    assert [line.split()[:2] for line in access_log] == [[method, address] for method, address, _ in REQUESTS]


def test_no_line_has_the_key_the_card_or_the_header(access_log):
    for secret in (KEY, CARD, basic(KEY).split()[1]):
        assert not [line for line in access_log if secret in line]
