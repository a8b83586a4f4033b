"""Merges, splits and deletions between question and answer, and no transaction around either."""

import pytest
from django.db import transaction

from customers.merging.split import split_record
from customers.models import HistoryEntry
from orders.models import Order, Transaction
from orders.payments.record_answer import LostAnswerError
from tests.acts import make_pending_an_hour_old, merge, refund, refusal, rerun, settle_pending, undo
from tests.database import check_totals, reloaded
from tests.factories import declined_order, order, paid_order

pytestmark = pytest.mark.django_db


def test_what_is_done_to_an_order_goes_with_it_through_merge_and_undo():
    paid, other = paid_order(), order(first_name="Jana", email="jana@reunite.cz").assigned.record.customer
    had = paid.source_record.customer
    merged = merge(other, had)
    refund(paid)
    undo(merged)
    rows = Transaction.objects.filter(source_record__customer=had)
    assert {row.kind for row in rows} == {"SALE", "REFUND"}
    assert HistoryEntry.objects.filter(source_record__customer=had, kind="payment").exists()
    check_totals()


def test_a_merge_between_question_and_answer_loses_nothing():
    declined = declined_order(token="sandbox-times-out")
    rerun(declined)
    other = order(first_name="Jana", email="jana@reunite.cz").assigned.record.customer
    merge(other, declined.source_record.customer)
    make_pending_an_hour_old()
    settle_pending()
    assert reloaded(declined).status == "COMPLETE"
    assert Transaction.objects.filter(source_record__customer=other, status="SUCCESS").count() == 1
    check_totals()


def test_a_split_between_question_and_answer_loses_nothing():
    declined = declined_order(token="sandbox-times-out", external_id="7")
    order(source="Market", email="hholy@gmail.com", first_name="Helena", external_id="8")
    rerun(declined)
    new = split_record(declined.source_record, by=None)
    make_pending_an_hour_old()
    settle_pending()
    assert reloaded(declined).source_record.customer == new
    assert HistoryEntry.objects.filter(source_record__customer=new, kind="payment").count() == 1
    check_totals()


@pytest.mark.usefixtures("transactional_db")
def test_the_gateway_is_never_asked_inside_a_transaction(recording_gateway):
    paid = paid_order()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        refund(paid)
    assert recording_gateway.requests == []
    assert refund(paid).status == "SUCCESS"
    assert not recording_gateway.was_in_transaction


def test_of_an_order_deleted_meanwhile_it_is_said_what_the_gateway_answered(recording_gateway):
    declined = declined_order()
    recording_gateway.then = lambda: (Transaction.objects.all().delete(), Order.objects.all().delete())
    with pytest.raises(LostAnswerError) as error:
        rerun(declined)
    lost = "This order was deleted a moment ago. The gateway answered “Approved.” about 9.90 USD."
    assert str(error.value) == lost
    assert "deleted a moment ago" in refusal(refund, declined)
