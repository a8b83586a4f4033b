"""The payments and refunds of an invoice, one at a time, with what follows for the invoice."""

from decimal import Decimal

import pytest

from orders.models import Order, Transaction
from tests.api.chartmogul.invoices.invoice_keys import DISABLED, PAYMENT
from tests.api.chartmogul.invoices.invoice_requests import FEBRUARY, check, imported, invoice, order, paid, source
from tests.factories import paid_order
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_invoice(caller, helena) -> Order:
    return imported(helena, invoice(payments=[]), caller=caller)[0]


@pytest.fixture
def payment(caller, open_invoice) -> Transaction:
    caller.post(f"import/invoices/{open_invoice.uuid}/transactions", paid(external_id="tr_1"))
    return Transaction.objects.get()


def paths(payment: Transaction, suffix: str = "") -> list[str]:
    known = f"transactions{suffix}?data_source_uuid={source().uuid}&external_id=tr_1"
    return [f"transactions/{payment.uuid}{suffix}", known]


def test_a_payment_is_added(caller, open_invoice):
    sent = paid(amount_in_cents=5000, transaction_fees_in_cents=70, transaction_fees_currency="JPY")
    response = caller.post(f"import/invoices/{open_invoice.uuid}/transactions", sent)
    assert response.status_code == 201
    shown = response.json()
    assert shown.keys() == PAYMENT | DISABLED
    assert {key: shown[key] for key in sent} == sent
    assert (Transaction.objects.get().fees, order().status) == (Decimal(70), "COMPLETE")
    check()


def test_a_payment_is_retrieved_in_both_ways(caller, payment):
    for path in paths(payment):
        assert caller.get(path).json() == {
            "uuid": payment.uuid, "external_id": "tr_1", "amount_in_cents": None, "type": "payment",
            "date": "2016-01-01T12:00:00.000Z", "result": "successful", "transaction_fees_in_cents": None,
            "transaction_fees_currency": None, "disabled": False, "disabled_at": None, "disabled_by": None,
        }  # fmt: skip


@table("way", [0, 1])
def test_a_payment_is_changed(caller, payment, way):
    shown = caller.patch(paths(payment)[way], {"result": "failed", "date": FEBRUARY}).json()
    assert (shown["result"], shown["date"], order().status) == ("failed", FEBRUARY, "DECLINED")
    check()
    refund = {"type": "refund", "result": "successful", "amount_in_cents": 100}
    assert caller.patch(paths(payment)[way], refund).status_code == 422
    assert order().status == "DECLINED"
    caller.patch(paths(payment)[way], {"result": "successful", "amount_in_cents": None, "date": None})
    assert (order().status, Transaction.objects.get().amount) == ("COMPLETE", Decimal(50))
    check()


@table("way", [0, 1])
def test_a_disabled_payment_was_not_made_until_it_is_enabled(caller, payment, way):
    path = paths(payment, "/disabled_state")[way]
    assert caller.patch(path, {"disabled": True}).json()["disabled"] is True
    assert order().status == "PENDING"
    check()
    assert caller.patch(path, {"disabled": False}).json()["disabled"] is False
    assert order().status == "COMPLETE"
    check()


@table("way", [0, 1])
def test_a_payment_is_deleted(caller, payment, way):
    path = paths(payment)[way]
    assert caller.delete(path).status_code == 204
    assert caller.delete(path).status_code == 404
    assert order().status == "PENDING"
    check()


@table(
    ("wrong", "field"),
    [
        ({"external_id": "taken"}, "external_id"),
        ({"type": "gift"}, "type"),
        ({"result": "maybe"}, "result"),
        ({"amount_in_cents": -1}, "amount_in_cents"),
        ({"amount_in_cents": 10**13}, "amount_in_cents"),
        ({"date": "soon"}, "date"),
        ({"transaction_fees_currency": "XYZ"}, "transaction_fees_currency"),
        ({"external_id": "a\x00"}, "external_id"),
    ],
)
def test_what_a_payment_cannot_be_is_refused(caller, payment, wrong, field):
    caller.post(f"import/invoices/{order().uuid}/transactions", paid(external_id="taken", result="failed"))
    for response in (
        caller.patch(paths(payment)[0], wrong),
        caller.post(f"import/invoices/{order().uuid}/transactions", paid() | wrong),
    ):
        assert (response.status_code, *response.json()["errors"]) == (422, field)
    assert (Transaction.objects.count(), order().status) == (2, "COMPLETE")


def test_what_went_through_a_gateway_here_stays_as_it_was_answered(caller):
    went = paid_order().transactions.get()
    assert caller.get(f"transactions/{went.uuid}").json()["result"] == "successful"
    for response in (
        caller.patch(f"transactions/{went.uuid}", {"result": "failed"}),
        caller.patch(f"transactions/{went.uuid}/disabled_state", {"disabled": True}),
        caller.delete(f"transactions/{went.uuid}"),
        caller.patch(f"invoices/{went.order.uuid}", {"currency": "EUR"}),
    ):
        assert response.status_code == 422
        assert "gateway" in response.json()["errors"]["transaction"]
    assert Transaction.objects.get().status == "SUCCESS"


def test_an_unknown_payment_is_not_found(caller):
    for path in ("transactions/tr_x", f"transactions?data_source_uuid={source().uuid}&external_id="):
        assert caller.get(path).status_code == 404
    assert caller.post("import/invoices/inv_x/transactions", paid()).status_code == 404
