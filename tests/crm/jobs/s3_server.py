"""A server that keeps objects as S3 does: put, get, look, list, delete; whoever asks without the key is refused."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, bytes]
KEY = "AKIATEST"
MISSING = b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code><Message>None</Message></Error>"


class S3Server:
    """`objects` are by path, with the bucket first."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.url, self.key = "", KEY

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes, authorization: str) -> Answer:
        if f"Credential={self.key}/" not in authorization:
            return 403, MISSING
        if method == "PUT":
            self.objects[path] = body
            return 200, b""
        if method == "DELETE":
            self.objects.pop(path, None)
            return 204, b""
        if "prefix" in query:
            return 200, self.listed(f"{path}/{query['prefix']}").encode()
        return (200, self.objects[path]) if path in self.objects else (404, MISSING)

    def listed(self, prefix: str) -> str:
        """The names below `prefix`, up to the next slash."""
        bucket = prefix.index("/", 1) + 1
        below = sorted(path for path in self.objects if path.startswith(prefix))
        files = "".join(f"<Contents><Key>{p[bucket:]}</Key></Contents>" for p in below if "/" not in p[len(prefix) :])
        folders = {prefix + path[len(prefix) :].partition("/")[0] + "/" for path in below if "/" in path[len(prefix) :]}
        inner = "".join(f"<CommonPrefixes><Prefix>{f[bucket:]}</Prefix></CommonPrefixes>" for f in sorted(folders))
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{files}{inner}</ListBucketResult>"


@contextmanager
def serving_s3() -> Iterator[S3Server]:
    kept = S3Server()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            query, key = dict(parse_qsl(parts.query)), self.headers.get("Authorization", "")
            status, content = kept.answer(self.command, parts.path.rstrip("/"), query, body, key)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", '"1"')
            self.send_header("Last-Modified", "Mon, 30 Nov 2026 10:00:00 GMT")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_PUT = do_GET = do_HEAD = do_DELETE = answer

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()
