"""The sandbox gateway answers by the card, the same in every process; no number of a card is ever seen."""

from decimal import Decimal
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from orders.checks import check_gateway, check_no_sandbox
from orders.payments import gateway, sandbox
from orders.payments.gateway import Answer, Card, Question, Refund, Sale, Token, configured_gateway
from orders.payments.sandbox import BY_LAST_FOUR, TOKENS, SandboxGateway
from tests.orders.payments.gateway_contract import GatewayContract
from tests.tables import table

TEN = Decimal(10)
VALID = {"expiry_month": 12, "expiry_year": 2099, "security_code": "123"}
BOX = SandboxGateway()


class TestSandboxGateway(GatewayContract):
    gateway = SandboxGateway
    approved = Card("4242424242424242", **VALID)
    soft_declined = Card("4000000000009995", **VALID)
    hard_declined = Card("4000000000000002", **VALID)

    def test_no_answer_and_one_that_cannot_be_read_are_pending(self):
        """Nothing is sent: a card stands for a gateway that does not answer."""
        silent, key = Card("6011111111111117", **VALID), "tr_1"
        asked = Question(key, TEN, "USD", last_four=silent.last_four)
        assert {self.sell(silent, key).status, BOX.look_up(asked).status} == {"PENDING"}


def sell(source: Card | Token, key: str = "tr_1") -> Answer:
    return BOX.sale(Sale(key, source, TEN, "USD"))


def look_up(key: str = "tr_1", **about: str) -> Answer:
    return BOX.look_up(Question(key, TEN, "USD", **about))


@table(
    ("token", "at_once", "later"),
    [
        ("sandbox-approves", "SUCCESS", "SUCCESS"),
        ("sandbox-keeps", "SUCCESS", "SUCCESS"),
        ("sandbox-soft-decline", "SOFT_DECLINE", "SOFT_DECLINE"),
        ("sandbox-hard-decline", "HARD_DECLINE", "HARD_DECLINE"),
        ("sandbox-times-out", "PENDING", "SUCCESS"),
        ("sandbox-lost", "PENDING", "SOFT_DECLINE"),
        ("sandbox-silent", "PENDING", "PENDING"),
        ("somebody-elses", "HARD_DECLINE", "HARD_DECLINE"),
    ],
)
def test_a_token_and_its_card_are_answered_as_the_table_says(token, at_once, later):
    assert sell(Token(token)).status == at_once
    assert look_up(token=token).status == later
    number = next((n for n, named in TOKENS.items() if named == token), "4000000000000010")
    assert sell(Card(number, 12, 2099, "123")).status == at_once
    assert look_up(last_four=number[-4:]).status == later


@table(
    ("token", "at_once", "later"),
    [
        ("sandbox-approves", "SUCCESS", "SUCCESS"),
        ("sandbox-keeps", "HARD_DECLINE", "HARD_DECLINE"),
        ("sandbox-slow-refund", "PENDING", "SUCCESS"),
    ],
)
def test_a_refund_is_answered_by_the_card_that_paid(token, at_once, later):
    reference = sell(Token(token)).reference
    assert BOX.refund(Refund("tr_2", reference, TEN, "USD")).status == at_once
    assert look_up("tr_2", reference=reference).status == later


def test_neither_number_nor_code_nor_token_is_in_what_is_written_down():
    card = Card("4242424242424242", 12, 2099, "987")
    sale = Sale("tr_1", card, TEN, "USD")
    question = Question("tr_1", TEN, "USD", token="secret-token")
    written = f"{card} {sale!r} {Token('secret-token')!r} {BOX.sale(sale)!r} {question}"
    assert "4242424242424242" not in written
    assert "987" not in written
    assert "secret-token" not in written
    assert (card.last_four, card.brand) == ("4242", "VISA")


def test_the_table_names_every_card():
    assert sandbox.__doc__
    table = sandbox.__doc__.replace(" ", "")
    assert all(number in table and token in table for number, token in TOKENS.items())
    assert len(BY_LAST_FOUR) == len(TOKENS)
    assert sandbox.__doc__.split("\n\n")[1] in (settings.BASE_DIR / "docs/production.md").read_text()


@table(
    "path",
    [
        "orders.sandbox.SandboxGateway",
        "orders.payments.sandbox.SandboxGateway",
        "tests.recording_gateway.RecordingGateway",
    ],
)
def test_production_is_warned_of_the_sandbox_by_any_path_and_of_what_is_made_of_it(path):
    with override_settings(PAYMENT_GATEWAY=path):
        assert [warning.id for warning in check_no_sandbox()] == ["orders.W001"]


class OtherGateway:
    name = "Other"


def test_another_gateway_is_no_sandbox():
    with override_settings(PAYMENT_GATEWAY=f"{__name__}.OtherGateway"):
        assert (check_gateway(), check_no_sandbox()) == ([], [])


def test_production_is_warned_of_a_gateway_that_is_not_there():
    assert settings.PAYMENT_GATEWAY in (gateway.__doc__ or "")
    assert check_gateway() == []
    with override_settings(PAYMENT_GATEWAY="orders.nowhere.Gateway"):
        assert [error.id for error in check_gateway()] == ["orders.E001"]
        assert check_no_sandbox() == []
    with override_settings(PAYMENT_GATEWAY=""):
        assert (check_gateway(), check_no_sandbox(), configured_gateway()) == ([], [], None)


@table(("path", "is_warned"), [("orders.sandbox.SandboxGateway", True), ("", False)])
def test_the_check_for_deployment_says_it(path, is_warned):
    err = StringIO()
    with override_settings(PAYMENT_GATEWAY=path):
        call_command("check", deploy=True, stdout=StringIO(), stderr=err)
    assert ("orders.W001" in err.getvalue()) is is_warned
    assert "orders.E001" not in err.getvalue()
