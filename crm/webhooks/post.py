"""One request to an endpoint, and what became of it.

It goes to an address that was checked just before, with TLS for the name of the host. Redirects are not followed, no
proxy is asked, and however slowly the answer comes, or however long it is, the request ends in time.
"""

import re
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException
from threading import Event, Timer

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError
from urllib3.exceptions import TimeoutError as UrllibTimeoutError
from urllib3.util.ssl_match_hostname import CertificateError

from crm.webhooks.addresses import RequestUrl, TargetRefusedError, read_url, resolve

LONGEST_REQUEST = 15.0
"""Seconds from the connection to the last byte that is read."""
LONGEST_SILENCE = 10.0
"""Seconds until it is connected, and between two bytes."""
MOST_READ = 16 * 1024
"""Bytes of an answer that are read. Nothing of it is needed but the status."""
MOST_KEPT = 500
"""Characters of an answer that are kept, of one that is no success."""
SECRETS = re.compile(
    r"(?i)\b((?:whsec_|v1,|bearer\s+|basic\s+)|[\w-]*(?:secret|token|password|signature|api[_-]?key)[\w-]*[\"']?\s*[:=]\s*[\"']?)"
    r"[^\s\"'&,;<>]+"
)
FAILURES = (OSError, HTTPException, HTTPError, ValueError)
"""Of a connection. ValueError is how TLS says that another thread has ended it."""
HEADERS = {"Content-Type": "application/json", "User-Agent": "Reunite-Webhooks", "Connection": "close"}


@dataclass(frozen=True)
class Reply:
    status: int | None
    """None where none came."""
    text: str
    """Why none came, or how it began if it is no success."""
    milliseconds: int

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    began = time.monotonic()
    status = None
    try:
        status, text = _ask(read_url(url), body, headers)
    except TargetRefusedError as error:
        text = str(error)
    except (ssl.SSLError, SSLError, CertificateError):
        text = "The certificate of the host is not valid, or TLS failed."
    except (TimeoutError, UrllibTimeoutError):
        text = f"No answer within {LONGEST_REQUEST:.0f} seconds."
    except FAILURES:
        text = "The connection failed."
    return Reply(status, text, round((time.monotonic() - began) * 1000))


def _ask(target: RequestUrl, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    connection = checked_connection(target, silence=LONGEST_SILENCE)
    with closing(connection), Deadline(connection, LONGEST_REQUEST) as deadline:
        deadline.connect()
        connection.request(
            "POST",
            target.path,
            body=body,
            headers={"Host": target.authority, **HEADERS, **headers},
            preload_content=False,
            decode_content=False,
        )
        answer = connection.getresponse()
        deadline.raise_if_over()  # what was cut off looks like the end of the headers
        text = b""
        with suppress(*FAILURES):  # the status is known
            text = answer.read(MOST_READ, decode_content=False)
        return answer.status, "" if 200 <= answer.status < 300 else readable(text)


def checked_connection(target: RequestUrl, *, silence: float) -> HTTPConnection:
    """To an address that may be asked, not connected yet; TargetRefusedError if there is none."""
    address = str(resolve(target)[0])
    if not target.is_secure:
        return HTTPConnection(address, target.port, timeout=silence)
    return HTTPSConnection(address, target.port, timeout=silence, server_hostname=target.host)


class Deadline:
    """Ends the request after so many seconds, however often a byte of the answer comes. Raises TimeoutError."""

    def __init__(self, connection: HTTPConnection, seconds: float) -> None:
        self.connection = connection
        self.sock: socket.socket | None = None
        """The connection forgets it where it will be closed after the answer."""
        self.is_over = Event()
        self.timer = Timer(seconds, self.end)
        self.timer.daemon = True

    def connect(self) -> None:
        self.connection.connect()
        self.sock = self.connection.sock

    def __enter__(self) -> "Deadline":
        self.timer.start()
        return self

    def end(self) -> None:
        self.is_over.set()
        if (sock := self.sock or self.connection.sock) is not None:
            with suppress(OSError):
                # Not the method of TLS, which another thread may be reading with.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def raise_if_over(self) -> None:
        if self.is_over.is_set():
            raise TimeoutError

    def __exit__(self, kind: type[BaseException] | None, *args: object) -> None:
        self.timer.cancel()
        if kind is not None and issubclass(kind, FAILURES):
            self.raise_if_over()


def readable(answer: bytes) -> str:
    """How it begins, without what looks like a secret."""
    text = "".join(character if character.isprintable() else " " for character in answer.decode(errors="replace"))
    return " ".join(SECRETS.sub(r"\1…", text).split())[:MOST_KEPT]
