"""The gateway answers a call after it was recorded that it had never received the payment."""

import pytest

from orders.locks import CONTRADICTED
from orders.models import Transaction, TransactionStatus
from orders.payments.record_answer import record_answer
from orders.payments.sandbox import NEVER_RECEIVED
from tests.api.konnektive.store import VISA
from tests.factories import declined_order
from tests.recording_gateway import recording

pytestmark = pytest.mark.django_db


def settle_as_lost() -> None:
    record_answer(Transaction.objects.get(status=TransactionStatus.PENDING), NEVER_RECEIVED)


def test_a_program_hears_of_two_answers_and_neither_of_a_decline_nor_of_a_success(store):
    someone, somebody = {"emailAddress": "one@example.com"}, {"emailAddress": "two@example.com"}
    with recording() as gateway:
        sold = store.order(**VISA)[1]["orderId"]
        refunded = store.order(**VISA, **someone)[1]["orderId"]
        declined = declined_order().number
        gateway.then = settle_as_lost
        answers = {
            "order/import": store.order(**VISA, **somebody),
            "upsale/import": store.caller.ask("upsale/import", orderId=sold, productId=store.video.pk),
            "order/refund": store.caller.ask("order/refund", orderId=refunded, fullRefund="1"),
            "order/rerun": store.caller.ask("order/rerun", orderId=declined),
        }
    assert answers == dict.fromkeys(answers, ("ERROR", CONTRADICTED))
    assert Transaction.objects.filter(contradiction="done").count() == len(answers)
