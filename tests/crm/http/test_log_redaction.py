"""What lines of the log leave out."""

import io
import logging

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

from tests.tables import table


@pytest.fixture
def console():
    """What is written to the console of the running program."""
    [handler] = [candidate for candidate in logging.getLogger().handlers if candidate.name == "console"]
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def served(line: str, *, status: str = "200") -> None:
    """The server that one develops with says which request it answered."""
    server = WSGIRequestHandler.__new__(WSGIRequestHandler)
    server.request = None
    server.log_message('"%s" %s %s', line, status, "15")


@table("path", ["/order/query/", "/order%2Fquery", "/v1/customers", "/customers/"])
@table("status", ["200", "404", "500"])
def test_the_development_server_does_not_print_query_strings(console, path, status):
    served(f"GET {path}?loginId=shop&password=reunite_a secret HTTP/1.1", status=status)

    assert f'"GET {path}?… HTTP/1.1" {status} 15\n' in console.getvalue()
    assert "secret" not in console.getvalue()


def test_nor_those_of_a_request_that_it_cannot_read(console):
    served("GET /order/query/?password=reunite_a secret", status="400")

    assert "GET /order/query/?…" in console.getvalue()
    assert "secret" not in console.getvalue()


def test_what_has_no_query_string_is_printed_as_it_came(console):
    served("POST /order/query/ HTTP/1.1")

    assert '"POST /order/query/ HTTP/1.1" 200 15\n' in console.getvalue()


@table("path", ["/;password=reunite_a secret", "/nothing%3Fpassword=reunite_a secret", "/x&password=secret"])
def test_a_refusal_does_not_print_the_parameters_that_a_client_puts_in_the_path(console, client, path):
    assert client.get(path).status_code == 404

    assert "Not Found: /" in console.getvalue()
    assert "secret" not in console.getvalue()
