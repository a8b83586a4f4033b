"""A request in an encoding that cannot be read is refused before Django fails on it, at every address."""

import io
import json
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from crm.wsgi import application
from tests.tables import table

FORM = "application/x-www-form-urlencoded"
UNREADABLE = ["hex", "rot13", "zlib", "undefined", "idna", "utf-16", "no-such-charset", '"', "é"]


@pytest.fixture(autouse=True)
def connections_stay():
    """As the test client has it: those of a test are not to be closed with a request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(path: str, content_type: str, *, method: str = "POST", query: str = "page=1", body: bytes = b"a=1"):
    """(status, headers, body) of a request as a server hands it over."""
    began = []
    environ = {
        **{"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "localhost"},
        **{"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)},
    }
    setup_testing_defaults(environ)
    answered = application(environ, lambda status, headers: began.append((status, dict(headers))))
    (status, headers), content = began[0], b"".join(answered)
    answered.close()
    return int(status[:3]), headers, content.decode()


@table("charset", UNREADABLE)
@table("method", ["GET", "POST"])
def test_a_page_says_that_it_cannot_read_the_request(charset, method):
    status, headers, page = ask("/accounts/login/", f"{FORM}; charset={charset}", method=method)

    assert status == 400
    assert "was not understood" in page
    assert "default-src" in headers["Content-Security-Policy"]


@table("charset", UNREADABLE)
@table("kind", [FORM, "application/json", "multipart/form-data; boundary=x"])
def test_v1_says_so_in_json(charset, kind):
    status, _, body = ask("/v1/ping", f"{kind}; charset={charset}")

    assert status == 400
    message = "The charset of the request is not supported. Send UTF-8."
    assert json.loads(body) == {"code": 400, "message": message, "param": None}


@table("charset", UNREADABLE)
def test_konnektives_dialect_says_so_in_the_envelope(charset):
    status, _, body = ask("/order/query/", f"{FORM}; charset={charset}", query="loginId=shop&password=secret")

    assert status == 400
    assert json.loads(body) == {
        "result": "ERROR",
        "message": "The charset of the request is not supported. Send UTF-8.",
    }


@table("charset", ["utf-8", "UTF8", '"utf-8"', "us-ascii", "iso-8859-1", "windows-1252"])
def test_what_clients_send_is_read(charset):
    status, _, body = ask("/v1/ping", f"application/json; charset={charset}")

    assert status == 405  # it asks with POST, and is understood
    assert json.loads(body)["code"] == 405


def test_without_a_charset_nothing_is_refused():
    assert ask("/v1/ping", "")[0] == 405
    assert ask("/v1/ping", FORM)[0] == 405
