"""One request goes where it was checked to go, and ends in time."""

import socket
import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crm.webhooks import post as module
from crm.webhooks.post import post, readable
from tests.tables import table

NAME = "hooks.example.com"
resolve_for_real = socket.getaddrinfo


def drip(file):
    for _ in range(100):
        file.write(b".")
        file.flush()
        time.sleep(0.02)


@pytest.fixture
def names(monkeypatch):
    """What the name leads to, from one question to the next; who asked."""
    answers, asked = [], []

    def resolve(host, port, *args, **kwargs):
        if not str(host).endswith(".example.com"):
            return resolve_for_real(host, port, *args, **kwargs)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return answers, asked


def by_name(receiver, name: str = NAME) -> str:
    return receiver.url.replace("127.0.0.1", name)


def test_a_name_is_asked_once_and_the_address_that_was_checked_is_connected_to(receiver, names):
    answers, asked = names
    answers += ["127.0.0.1", "169.254.169.254"]  # the second one would be asked for a second question
    assert post(by_name(receiver), b"{}", {}).status == 204
    assert asked == [NAME]
    assert receiver.requests[0]["host"] == by_name(receiver).split("/")[2]


def test_a_name_that_leads_inside_by_now_is_refused(receiver, names):
    answers, _ = names
    answers += ["127.0.0.1", "127.0.0.2"]
    assert post(by_name(receiver), b"{}", {}).is_success
    reply = post(by_name(receiver), b"{}", {})
    assert (reply.status, "private or reserved network" in reply.text, len(receiver.requests)) == (None, True, 1)


def test_a_redirect_is_not_followed(receiver):
    receiver.answers = lambda body: 302
    receiver.headers["Location"] = receiver.url
    reply = post(receiver.url, b"{}", {})
    assert (reply.status, reply.is_success, len(receiver.requests)) == (302, False, 1)


def test_of_a_long_answer_only_the_beginning_is_read(receiver):
    receiver.answers = lambda body: 500
    receiver.write = lambda answer: [answer.write(b"word " * 2000) for _ in range(1000)]
    reply = post(receiver.url, b"{}", {})
    assert (reply.status, len(reply.text)) == (500, module.MOST_KEPT)


def test_an_answer_that_drips_is_cut_off(receiver, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_REQUEST", 0.2)
    receiver.answers = lambda body: 500
    receiver.write = drip
    reply = post(receiver.url, b"{}", {})
    assert reply.status == 500  # that much was there
    assert 200 <= reply.milliseconds < 1500


def test_headers_that_drip_are_cut_off(settings, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_REQUEST", 0.2)
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            with connection, suppress(OSError), connection.makefile("wb") as file:
                file.write(b"HTTP/1.1 200 OK\r\nX: ")
                drip(file)

        Thread(target=answer).start()
        reply = post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
    assert (reply.status, reply.text) == (None, "No answer within 0 seconds.")


def test_a_receiver_that_stays_silent_is_left(receiver, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_SILENCE", 0.05)
    receiver.answers = lambda body: time.sleep(0.5) or 204
    assert "No answer" in post(receiver.url, b"{}", {}).text


def test_where_nothing_listens_is_said():
    assert post("http://127.0.0.1:9/", b"{}", {}).status is None


@pytest.fixture
def tls(tmp_path, monkeypatch) -> ssl.SSLContext:
    """A certificate for NAME that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = tmp_path / "certificate.pem"
    file.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, form, plain))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_the_certificate_is_that_of_the_name_although_an_address_is_connected_to(start_receiver, names, tls):
    answers, _ = names
    receiver = start_receiver(tls=tls)
    answers += ["127.0.0.1", "127.0.0.1"]
    assert post(by_name(receiver), b"{}", {}).status == 204
    reply = post(by_name(receiver, "others.example.com"), b"{}", {})
    assert (reply.status, "certificate" in reply.text, len(receiver.requests)) == (None, True, 1)


@table(
    ("answer", "kept"),
    [
        ("Try  again\r\n\0later", "Try again later"),
        ('{"error": "bad", "api_key": "sk_live_1"}', '{"error": "bad", "api_key": "…"}'),
        ("Bearer abc.def and whsec_abc= and v1,abc=", "Bearer … and whsec_… and v1,…"),
        ("client_secret=hunter2&x=1 password: hunter2", "client_secret=…&x=1 password: …"),
    ],
)
def test_what_is_kept_of_an_answer_has_no_secrets(answer, kept):
    assert readable(answer.encode()) == kept
