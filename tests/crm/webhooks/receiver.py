"""A system of somebody else: a server that keeps what it is sent, if its signature is good."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any, BinaryIO

from standardwebhooks.webhooks import Webhook

Answers = Callable[[dict[str, Any]], int]


@dataclass
class Receiver:
    """`answers` says with which status, given the body. Without a `secret` nothing is verified."""

    secret: str = ""
    answers: Answers = lambda body: 204
    write: Callable[[BinaryIO], object] = lambda answer: None
    headers: dict[str, str] = field(default_factory=dict)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    tls: SSLContext | None = None

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        self.requests.append(headers)
        content = Webhook(self.secret).verify(body, headers) if self.secret else {}
        self.bodies.append(content)
        return self.answers(content)

    @property
    def ids(self) -> list[str]:
        return [request["webhook-id"] for request in self.requests]

    @property
    def customers(self) -> list[int]:
        return [body["data"]["customer"]["id"] for body in self.bodies]


def serve(receiver: Receiver) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()} | {"path": self.path}
            self.send_response(receiver.take(body, headers))
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            receiver.write(self.wfile)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if receiver.tls:
        server.socket = receiver.tls.wrap_socket(server.socket, server_side=True)
    receiver.url = f"http{'s' if receiver.tls else ''}://127.0.0.1:{server.server_port}/hook?tenant=7"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    return server
