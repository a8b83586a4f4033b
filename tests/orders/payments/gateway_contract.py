"""What every payment gateway has to do. The tests of a gateway are one file with one class:

    class TestStripeGateway(GatewayContract):
        gateway = StripeGateway
        approved = Card("4242424242424242", 12, 2039, "123")
        soft_declined = Card("4000000000009995", 12, 2039, "123")
        hard_declined = Card("4000000000000002", 12, 2039, "123")
        transport = "post"
        failures = (TimeoutError(), URLError("refused"), "<h1>Bad gateway</h1>", "{}", "[]")

The cards are test cards of the gateway. A refund of `approved` must be approved. `transport` names the one function of
the gateway's class that calls the service. It is faked in tests, so that nothing calls the real one; the contract lets
it fail with each of `failures`: an exception that is raised, or an answer that cannot be read. `test_http_gateway.py`
is an adapter over HTTP to copy.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import override_settings

from orders.payments.gateway import Answer, Card, Gateway, Question, Refund, Sale, Token
from tests.acts import refund, rerun
from tests.database import check_totals, reloaded
from tests.factories import card, declined_order

AMOUNT, PART = Decimal("9.90"), Decimal("3.00")


def new_key() -> str:
    return f"tr_{uuid4()}"


def failing(failure: object) -> Callable[..., object]:
    def transport(*args: object, **kwargs: object) -> object:
        if isinstance(failure, Exception):
            raise failure
        return failure

    return transport


class GatewayContract:
    gateway: type[Gateway]
    approved: Card
    soft_declined: Card
    hard_declined: Card
    transport: str
    failures: Sequence[object]

    @pytest.fixture(autouse=True)
    def configured(self):
        path = f"{self.gateway.__module__}.{self.gateway.__qualname__}"
        with override_settings(PAYMENT_GATEWAY=path):
            yield

    def sell(self, source: Card | Token, key: str | None = None) -> Answer:
        return self.gateway().sale(Sale(key or new_key(), source, AMOUNT, "USD"))

    def refund(self, reference: str, amount: Decimal = PART, key: str | None = None) -> Answer:
        return self.gateway().refund(Refund(key or new_key(), reference, amount, "USD"))

    def order_with_kept_card(self):
        """A declined order, and a card of `approved` that the gateway keeps."""
        token = self.sell(self.approved).token
        declined = declined_order()
        about = {"token": token.value, "gateway": self.gateway.name, "last_four": self.approved.last_four}
        return declined, card(declined, gateway_customer=token.gateway_customer, **about)

    def test_the_name_fits_where_it_is_kept_with_a_card(self):
        assert 1 <= len(self.gateway.name) <= 40

    def test_an_approved_sale_can_be_refunded_and_its_card_charged_again(self):
        answer = self.sell(self.approved)
        assert (answer.status, bool(answer.text)) == ("SUCCESS", True)
        assert answer.reference
        assert answer.token
        assert self.sell(answer.token).status == "SUCCESS"
        assert self.refund(answer.reference).status == "SUCCESS"

    def test_a_sale_that_is_sent_twice_is_one_sale(self):
        key = new_key()
        once, twice, other = self.sell(self.approved, key), self.sell(self.approved, key), self.sell(self.approved)
        assert once.reference == twice.reference
        assert once.reference != other.reference

    def test_a_refund_that_is_sent_twice_is_one_refund(self):
        reference, key = self.sell(self.approved).reference, new_key()
        once, twice = (self.refund(reference, key=key) for _ in range(2))
        assert (once.status, once.reference) == (twice.status, twice.reference)

    @pytest.mark.parametrize("name", ["soft_declined", "hard_declined"])
    def test_a_declined_sale_says_why_and_whether_another_try_may_work(self, name):
        answer = self.sell(getattr(self, name))
        assert answer.status == {"soft_declined": "SOFT_DECLINE", "hard_declined": "HARD_DECLINE"}[name]
        assert answer.text

    def test_an_expired_card_is_declined(self):
        expired = Card(self.approved.number, 1, 2020, self.approved.security_code)
        assert self.sell(expired).status == "HARD_DECLINE"

    def test_an_unknown_token_and_the_refund_of_an_unknown_sale_are_declined(self):
        assert self.sell(Token("unknown")).status == "HARD_DECLINE"
        assert self.refund("unknown").status == "HARD_DECLINE"

    def test_a_look_up_answers_what_became_of_a_sale(self):
        key = new_key()
        answer = self.sell(self.approved, key)
        about = {"token": answer.token.value, "last_four": self.approved.last_four}
        looked_up = self.gateway().look_up(Question(key, AMOUNT, "USD", **about))
        assert (looked_up.status, looked_up.reference) == ("SUCCESS", answer.reference)

    def test_a_look_up_answers_what_became_of_a_refund(self):
        sold, key = self.sell(self.approved), new_key()
        answer = self.refund(sold.reference, key=key)
        looked_up = self.gateway().look_up(Question(key, PART, "USD", reference=sold.reference))
        assert (looked_up.status, looked_up.reference) == ("SUCCESS", answer.reference)

    def test_no_answer_and_one_that_cannot_be_read_are_pending(self, monkeypatch):
        sold = self.sell(self.approved)
        for failure in self.failures:
            monkeypatch.setattr(self.gateway, self.transport, staticmethod(failing(failure)))
            asked = Question(new_key(), AMOUNT, "USD", token=sold.token.value, reference=sold.reference)
            answers = [self.sell(self.approved), self.refund(sold.reference), self.gateway().look_up(asked)]
            assert [answer.status for answer in answers] == ["PENDING"] * 3, failure

    def test_neither_number_nor_security_code_of_a_card_is_in_an_answer(self):
        answer = self.sell(self.approved)
        written = f"{answer!r} {answer.text} {answer.reference} {answer.token.value}"
        assert self.approved.number not in written
        if self.approved.security_code:
            assert f" {self.approved.security_code} " not in written

    @pytest.mark.django_db
    def test_a_declined_order_is_charged_and_a_part_of_it_refunded(self):
        declined, kept = self.order_with_kept_card()
        assert rerun(declined, kept).status == "SUCCESS"
        paid = reloaded(declined)
        assert paid.status == "COMPLETE"
        charged = paid.transactions.filter(status="SUCCESS").get()
        assert refund(paid, "3.00", sale=charged.pk).status == "SUCCESS"
        assert reloaded(paid).refunded == PART
        check_totals()
