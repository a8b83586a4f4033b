"""Charging a declined order again and refunding a paid one, through the gateway and never inside a transaction."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from customers import splitting
from customers.models import Customer, HistoryEntry, PaySource, RecordTotals
from orders import booking, paying, recording, refunding, rerunning
from orders.gateway import Sale, Token
from orders.models import Order, Transaction
from orders.paying import PaymentError
from orders.sandbox import SandboxGateway
from tests.acts import merge, undo
from tests.factories import order
from tests.orders.world import again, card, check_totals, declined_order, paid_order, sale

pytestmark = pytest.mark.django_db
THREE = Decimal("3.00")


def refund(of: Order, amount="3.00", **options) -> Transaction:
    paid = of.transactions.filter(kind="SALE").first()
    options = {"sale": paid.pk if paid else 0, "reason": "Damaged in the post", "seen": of.stamp, "by": None, **options}
    return refunding.refund(of, Decimal(amount), **options)


def rerun(of: Order, chosen: PaySource | None = None, **options) -> Transaction:
    chosen = chosen or PaySource.objects.filter(source_record=of.source_record).latest("pk")
    return rerunning.rerun(of, chosen.pk, **{"seen": of.stamp, "by": None, **options})


def settle() -> str:
    out = StringIO()
    call_command("settle_pending", stdout=out)
    return out.getvalue()


def an_hour_ago() -> None:
    Transaction.objects.filter(status="PENDING").update(at=timezone.now() - timedelta(hours=1))


def break_down() -> None:
    raise ConnectionResetError


def story(of: Order) -> list[str]:
    return [entry.text.partition(": ")[2] for entry in recording.of(of)]


def refused(act, *args, **options) -> str:
    with pytest.raises(PaymentError) as error:
        act(*args, **options)
    return str(error.value)


class Box(SandboxGateway):
    """Remembers what it is asked; `then` happens after it did it and before anybody hears of it."""

    asked: list[object] = []
    was_inside = False
    then: Callable[[], object] = list

    def sale(self, request):
        return self._did(request, super().sale(request))

    def refund(self, request):
        return self._did(request, super().refund(request))

    def _did(self, request, answer):
        Box.asked.append(request)
        Box.was_inside = connection.in_atomic_block
        Box.then()
        return answer


@pytest.fixture
def box():
    Box.asked, Box.then = [], list
    with override_settings(PAYMENT_GATEWAY="tests.orders.test_payments.Box"):
        yield Box


# Refunds


def test_a_part_is_refunded_and_then_the_rest(agent):
    paid = paid_order()
    refund(paid, "3.00", by=agent)
    paid = again(paid)
    assert (paid.status, paid.refunded) == ("COMPLETE", Decimal(3))
    last = refund(paid, "6.90", by=agent)
    assert (again(paid).status, again(paid).refunded) == ("REFUNDED", Decimal("9.90"))
    assert (last.status, last.by, last.sale) == ("SUCCESS", agent, paid.transactions.get(kind="SALE"))
    assert story(paid) == [
        "6.90 USD refunded to VISA 4242. Damaged in the post",
        "3.00 USD refunded to VISA 4242. Damaged in the post",
    ]
    assert RecordTotals.objects.get().refunded == 990
    check_totals()


@pytest.mark.parametrize("amount", ["9.91", "0", "-1", "1.001", "1e400", "1e-400", "99999999999999999999"])
def test_what_cannot_be_refunded_is_refused_and_not_asked(amount, box):
    paid = paid_order()
    assert refused(refund, paid, amount)
    assert (box.asked, paid.transactions.count()) == ([], 1)


def test_no_more_is_refunded_than_what_is_left():
    paid = paid_order()
    refund(paid, "9.00")
    assert refused(refund, again(paid), "0.91") == "At most 0.90 USD of this payment can be refunded."


def test_decimals_are_those_of_the_currency():
    yen = paid_order(currency="JPY", total="500")
    assert refused(refund, yen, "1.5") == "Enter an amount such as 500."
    assert refund(yen, "1").status == "SUCCESS"


@pytest.mark.parametrize("status", ["DECLINED", "PENDING", "PARTIAL", "CANCELLED"])
def test_an_order_that_was_not_paid_is_not_refunded(status):
    unpaid = paid_order(status=status)
    assert "so nothing was paid for it" in refused(refund, unpaid)


def test_an_order_without_a_known_payment_is_not_refunded():
    taken = order().order
    assert "No payment of this order is known" in refused(refunding.payments, taken)
    elsewhere = order(first_name="B").order
    sale(elsewhere, "SUCCESS", pay_source=card(elsewhere, gateway="Stripe"))
    assert "not paid through the gateway" in refused(refund, elsewhere)


def test_a_refund_that_is_declined_leaves_the_order_as_it_was():
    paid = paid_order(token="sandbox-keeps")
    assert refund(paid).status == "HARD_DECLINE"
    assert (again(paid).status, again(paid).refunded) == ("COMPLETE", 0)
    assert story(paid) == [
        "Refund of 3.00 USD to VISA 4242 declined. This kind of card cannot be paid back. Damaged in the post"
    ]
    check_totals()


def test_of_two_payments_each_has_its_own_rest():
    paid = paid_order(total="10.00")
    first = paid.transactions.get()
    Transaction.objects.filter(pk=first.pk).update(amount=4)
    second = sale(paid, "SUCCESS", amount=6)
    assert [(p.sale, p.left) for p in refunding.payments(paid)] == [(second, 6), (first, 4)]
    assert "At most 4.00 USD" in refused(refund, paid, "5.00", sale=first.pk)
    refund(paid, "4.00", sale=first.pk)
    assert [(p.sale, p.left) for p in refunding.payments(again(paid))] == [(second, 6)]
    assert "Nothing of this payment" in refused(refund, again(paid), "1", sale=first.pk)


def test_a_second_click_refunds_nothing_more(box):
    paid = paid_order()
    refund(paid)
    assert "has changed since you opened the page" in refused(refund, again(paid), seen=paid.stamp)
    assert len(box.asked) == 1


# Reruns


def test_a_declined_sale_is_rerun_and_the_order_counts(agent):
    declined = declined_order()
    assert not RecordTotals.objects.exists()
    assert rerun(declined, by=agent).status == "SUCCESS"
    assert again(declined).status == "COMPLETE"
    assert (RecordTotals.objects.get().orders, RecordTotals.objects.get().amount) == (1, 990)
    assert story(declined) == ["9.90 USD charged to VISA 4242."]
    assert HistoryEntry.objects.get(kind="payment").by == agent
    check_totals()


def test_a_rerun_may_be_declined_again_and_tried_with_another_card():
    declined = declined_order(token="sandbox-soft-decline")
    assert rerun(declined).status == "SOFT_DECLINE"
    declined = again(declined)
    assert declined.status == "DECLINED"
    assert story(declined) == ["Charge of 9.90 USD to VISA 4242 declined. Insufficient funds."]
    assert rerun(declined, card(declined)).status == "SUCCESS"


def test_the_card_of_the_declined_sale_comes_first_then_that_of_the_customer():
    declined = declined_order()
    tried = declined.transactions.get().pay_source
    for _ in range(3):
        card(declined)
    own = card(declined)
    customer = declined.source_record.customer
    customer.pay_source = own
    customer.save()
    assert rerunning.cards(declined)[:2] == [tried, own]


def test_an_older_card_can_be_charged_however_many_the_gateway_does_not_keep():
    declined = declined_order()
    tried, own, older = declined.transactions.get().pay_source, card(declined), card(declined)
    Customer.objects.filter(records=declined.source_record).update(pay_source=own)
    PaySource.objects.filter(pk__in=(own.pk, older.pk)).update(at=timezone.now() - timedelta(days=9))
    for _ in range(30):
        card(declined, token="")
    assert rerunning.cards(again(declined)) == [tried, own, older]
    for _ in range(30):
        card(declined)
    assert rerunning.cards(again(declined))[:2] == [tried, own]


def test_after_a_hard_decline_it_is_said_why_not():
    declined = declined_order("HARD_DECLINE")
    why = refused(rerun, declined)
    assert "declined this sale for good" in why
    assert "Insufficient funds." in why


def test_a_rerun_that_is_declined_for_good_is_the_last():
    declined = declined_order(token="sandbox-hard-decline")
    rerun(declined)
    assert "reported stolen" in refused(rerun, again(declined), seen=again(declined).stamp)


def test_what_is_not_declined_is_not_rerun():
    assert "this one is complete" in refused(rerun, paid_order())
    unknown = order(status="DECLINED", first_name="B").order
    assert "No declined sale of this order is known" in refused(rerunning.cards, unknown)
    free = declined_order(total="0")
    assert "zero" in refused(rerun, free)


def test_a_card_that_the_gateway_does_not_keep_cannot_be_charged():
    declined = declined_order(token="")
    card(declined, gateway="Stripe")
    assert refused(rerunning.cards, declined).startswith("Helena Holý has no card")
    theirs = card(declined_order(first_name="B", email="b@reunite.cz"))
    card(declined)
    assert "no longer the customer’s" in refused(rerun, declined, theirs)


def test_without_a_gateway_nothing_is_charged_and_it_is_said():
    declined, paid = declined_order(), paid_order()
    with override_settings(PAYMENT_GATEWAY=""):
        assert "No payment gateway is set up" in refused(rerun, declined)
        assert "No payment gateway is set up" in refused(refund, paid)


# No answer


def test_without_an_answer_it_is_pending_and_nothing_else_is_asked(box):
    declined = declined_order(token="sandbox-times-out")
    assert rerun(declined).status == "PENDING"
    assert again(declined).status == "DECLINED"
    assert story(declined) == []
    assert "has no answer yet" in refused(rerun, declined)
    assert len(box.asked) == 1
    assert settle() == "0 settled, 0 still without an answer.\n"


def test_what_is_found_out_later_is_written_down_once():
    declined = declined_order(token="sandbox-times-out")
    rerun(declined)
    an_hour_ago()
    assert (
        settle() == f"Order {declined.number}: 9.90 USD charged to VISA 4242.\n1 settled, 0 still without an answer.\n"
    )
    assert again(declined).status == "COMPLETE"
    assert settle() == "0 settled, 0 still without an answer.\n"
    assert RecordTotals.objects.get().orders == 1
    check_totals()


def test_a_late_refund_keeps_its_reason():
    paid = paid_order(token="sandbox-slow-refund")
    assert refund(paid).status == "PENDING"
    assert "has no answer yet" in refused(refund, paid)
    an_hour_ago()
    settle()
    assert again(paid).refunded == 3
    assert story(paid) == ["3.00 USD refunded to VISA 4242. Damaged in the post"]
    check_totals()


def test_what_never_reached_the_gateway_may_be_tried_again():
    declined = declined_order(token="sandbox-lost")
    rerun(declined)
    an_hour_ago()
    assert "declined. The gateway never received this." in settle()
    assert rerun(again(declined), card(declined)).status == "SUCCESS"


def test_what_has_no_answer_yet_stays_and_the_others_are_settled():
    silent = declined_order(token="sandbox-silent")
    late = declined_order(token="sandbox-times-out", first_name="B", email="b@reunite.cz")
    rerun(silent)
    rerun(late)
    an_hour_ago()
    assert settle().endswith("1 settled, 1 still without an answer.\n")
    assert Transaction.objects.get(status="PENDING").order == silent


def test_what_has_waited_for_a_day_is_named_with_whom_to_ask(as_admin):
    silent = declined_order(token="sandbox-silent")
    asked = rerun(silent)
    Transaction.objects.filter(pk=asked.pk).update(at=timezone.now() - timedelta(hours=25))
    where = f"Look for {asked.uuid} in the console of Sandbox."
    assert where in as_admin.get(silent.get_absolute_url()).content.decode()
    assert where in settle()


def test_what_can_never_be_asked_from_here_says_so_on_its_order(as_admin):
    unpaid = order(status="PENDING").order
    sale(unpaid, "PENDING", pay_source=card(unpaid, gateway="Stripe"))
    page = as_admin.get(unpaid.get_absolute_url()).content.decode()
    assert "It is not asked from here: look for the payment at Stripe." in page


def test_what_another_system_sent_as_pending_is_not_asked_about():
    unpaid = order(status="PENDING").order
    sale(unpaid, "PENDING", pay_source=card(unpaid, gateway="Stripe"))
    an_hour_ago()
    assert settle() == "0 settled, 0 still without an answer.\n"


def test_a_breakdown_between_charge_and_answer_is_settled_later(box):
    declined = declined_order()
    box.then = break_down
    with pytest.raises(ConnectionResetError):
        rerun(declined)
    assert declined.transactions.filter(status="PENDING").count() == 1
    an_hour_ago()
    settle()
    assert again(declined).status == "COMPLETE"
    check_totals()


def test_an_answer_that_was_written_down_already_changes_nothing():
    paid = paid_order()
    asked = refund(paid)
    Transaction.objects.filter(pk=asked.pk).update(status="PENDING")
    answer = SandboxGateway().sale(Sale("k", Token("sandbox-approves"), THREE, "USD"))
    stale = again(asked)
    Transaction.objects.filter(pk=asked.pk).update(status="SUCCESS")
    assert booking.finish(stale, answer).status == "SUCCESS"
    assert again(paid).refunded == 3


def test_the_token_of_a_card_typed_for_a_sale_is_kept_when_the_answer_is_late():
    declined = declined_order(token="", status="SOFT_DECLINE")
    typed = card(declined, token="", last_four="0341")
    with paying.locked(declined) as current:
        paying.begin(current, "SALE", current.total, pay_source=typed, by=None)
    an_hour_ago()
    settle()
    assert again(typed).token == "sandbox-times-out"
    assert again(declined).status == "COMPLETE"


# Where it all belongs


def test_what_is_done_to_an_order_goes_with_it_through_merge_and_undo():
    paid, other = paid_order(), order(first_name="Jana", email="jana@reunite.cz").found.record.customer
    had = paid.source_record.customer
    made = merge(other, had)
    refund(paid)
    undo(made)
    rows = Transaction.objects.filter(source_record__customer=had)
    assert {row.kind for row in rows} == {"SALE", "REFUND"}
    assert HistoryEntry.objects.filter(source_record__customer=had, kind="payment").exists()
    check_totals()


def test_a_merge_between_question_and_answer_loses_nothing():
    declined = declined_order(token="sandbox-times-out")
    rerun(declined)
    other = order(first_name="Jana", email="jana@reunite.cz").found.record.customer
    merge(other, declined.source_record.customer)
    an_hour_ago()
    settle()
    assert again(declined).status == "COMPLETE"
    assert Transaction.objects.filter(source_record__customer=other, status="SUCCESS").count() == 1
    check_totals()


def test_a_split_between_question_and_answer_loses_nothing():
    declined = declined_order(token="sandbox-times-out", external_id="7")
    order(source="Market", email="hholy@gmail.com", first_name="Helena", external_id="8")
    rerun(declined)
    new = splitting.split(declined.source_record, by=None)
    an_hour_ago()
    settle()
    assert again(declined).source_record.customer == new
    assert HistoryEntry.objects.filter(source_record__customer=new, kind="payment").count() == 1
    check_totals()


@pytest.mark.usefixtures("transactional_db")
def test_the_gateway_is_never_asked_inside_a_transaction(box):
    paid = paid_order()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        refund(paid)
    assert box.asked == []
    assert refund(paid).status == "SUCCESS"
    assert not box.was_inside


def test_of_an_order_deleted_meanwhile_it_is_said_what_the_gateway_answered(box):
    declined = declined_order()
    box.then = lambda: (Transaction.objects.all().delete(), Order.objects.all().delete())
    with pytest.raises(booking.LostAnswerError) as error:
        rerun(declined)
    lost = "This order was deleted a moment ago. The gateway answered “Approved.” about 9.90 USD."
    assert str(error.value) == lost
    assert "deleted a moment ago" in refused(refund, declined)
