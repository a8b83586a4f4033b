"""An adapter to a gateway behind HTTP, to copy: its transport is faked, so that the contract calls no real service."""

import json
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from orders.models import TransactionStatus
from orders.payments.gateway import Answer, Card, Question, Refund, Sale, Token
from orders.payments.sandbox import SandboxGateway
from tests.orders.payments.gateway_contract import GatewayContract

VALID = {"expiry_month": 12, "expiry_year": 2099, "security_code": "123"}
SECONDS = 30
NO_ANSWER = Answer(TransactionStatus.PENDING, "The gateway has not answered.")


def post(path: str, body: str) -> str:
    """The transport of the real thing."""
    request = Request(f"https://gateway.example/{path}", body.encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=SECONDS) as response:  # noqa: S310 - https, said above
        return response.read().decode()


class HttpGateway:
    name = "Example"
    transport: Callable[[str, str], str] = staticmethod(post)

    def sale(self, request: Sale) -> Answer:
        kind = "card" if isinstance(request.source, Card) else "token"
        return self._ask("sale", {"key": request.key, kind: asdict(request.source), **money(request)})

    def refund(self, request: Refund) -> Answer:
        return self._ask("refund", {"key": request.key, "reference": request.reference, **money(request)})

    def look_up(self, question: Question) -> Answer:
        sent = {name: getattr(question, name) for name in ("key", "token", "last_four", "reference")}
        return self._ask("look_up", sent | money(question))

    def _ask(self, path: str, sent: dict[str, object]) -> Answer:
        try:
            answer = json.loads(self.transport(path, json.dumps(sent)))
            token = Token(**answer["token"]) if answer["token"] else None
            return Answer(TransactionStatus(answer["status"]), answer["text"], answer["reference"], token)
        # The request may have arrived all the same: whoever says “declined” here lets the customer pay twice. An error
        # of the network is an OSError; a page of a proxy is no JSON, or lacks a key.
        except (OSError, ValueError, KeyError, TypeError):
            return NO_ANSWER


def money(request: Sale | Refund | Question) -> dict[str, str]:
    return {"amount": str(request.amount), "currency": request.currency}


def fake_service(path: str, body: str) -> str:
    """What the service answers: here as the sandbox does."""
    sent, box = json.loads(body), SandboxGateway()
    sent["amount"] = Decimal(sent["amount"])
    if path == "sale":
        card, token = sent.pop("card", None), sent.pop("token", None)
        answer = box.sale(Sale(source=Card(**card) if card else Token(**token), **sent))
    else:
        answer = box.refund(Refund(**sent)) if path == "refund" else box.look_up(Question(**sent))
    return json.dumps(asdict(answer))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(HttpGateway, "transport", staticmethod(fake_service))


class TestHttpGateway(GatewayContract):
    gateway = HttpGateway
    approved = Card("4242424242424242", **VALID)
    soft_declined = Card("4000000000009995", **VALID)
    hard_declined = Card("4000000000000002", **VALID)
    transport = "transport"
    failures = (TimeoutError(), URLError("refused"), "<h1>Bad gateway</h1>", "{}", "[]")
