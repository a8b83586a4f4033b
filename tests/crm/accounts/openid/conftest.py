import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from django.core.cache import cache
from django.test import Client

from tests.crm.accounts.openid.provider import CLIENT, SECRET

ROOT = Path(__file__).parents[4]
CALLBACK = "/accounts/openid/callback/"
ROLES = {"support": "agent", "chiefs": "admin", "refunds": ["customers.view_customer", "orders.refund_order"]}


class Provider:
    """The provider that runs, as a test speaks to it."""

    def __init__(self, address: str) -> None:
        self.address = address

    def person(self, sub: str, *, fault: str = "", token: dict[str, object] | None = None, **claims: object) -> None:
        """Who signs in there from now on; `token` is what the ID token says otherwise."""
        sent = {"sub": sub, "fault": fault, "token": token or {}, "claims": claims}
        requests.post(f"{self.address}/person/", json=sent, timeout=10).raise_for_status()

    def answer_to(self, address: str) -> str:
        """Where the provider sends the browser back to, with a code."""
        while not address.startswith("http://testserver"):
            response = requests.get(address, allow_redirects=False, timeout=10)
            assert response.status_code == 302, response.text
            address = requests.compat.urljoin(address, response.headers["Location"])
        return address.removeprefix("http://testserver")


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "tests.crm.accounts.openid.provider", str(port)], cwd=ROOT)
    provider = Provider(f"http://127.0.0.1:{port}")
    try:
        for _ in range(600):
            try:
                provider.person("nobody")
                break
            except requests.ConnectionError:
                assert process.poll() is None
                time.sleep(0.1)
        yield provider
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def provider(running_provider, settings, db) -> Provider:
    """Set up here as an operator would."""
    cache.clear()
    address = running_provider.address
    settings.OIDC_ISSUER = address
    settings.OIDC_NAME = "Okta"
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT, SECRET
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{address}/authorize/"
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{address}/token/"
    settings.OIDC_OP_JWKS_ENDPOINT = f"{address}/.well-known/jwks.json"
    settings.OIDC_OP_USER_ENDPOINT = f"{address}/userinfo/"
    settings.OIDC_GROUP_ROLES = ROLES
    return running_provider


def go_there(client: Client, provider: Provider, *, following: str = "") -> str:
    """The address with which the provider sends the browser back."""
    address = client.get("/accounts/openid/", {"next": following} if following else {}).url
    return provider.answer_to(address)


def sign_in(client: Client, provider: Provider, *, following: str = ""):
    return client.get(go_there(client, provider, following=following))
