"""Rerunning a declined sale: the whole order is charged once more, to a card that the gateway keeps.

Only after a soft decline. A hard one (a stolen card, a closed account) is the bank's last word: asking again costs a
fee and is refused again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from customers.models import PaySource
from customers.records.newest import newest
from orders.locks import OrderError, locked_order, refuse_pending
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Sale, Token
from orders.payments.gateway_request import create_pending, refuse_changed, require_gateway
from orders.payments.record_answer import record_answer
from orders.timestamps import touch_order

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_READ, MOST_OFFERED = 500, 25


def declined_sale(order: Order) -> Transaction:
    """The sale that was declined; OrderError when it may not be tried again."""
    transactions = list(order.transactions.select_related("pay_source").order_by("-at", "-pk"))
    refuse_pending(transactions)
    if order.status != OrderStatus.DECLINED:
        raise OrderError(f"This order is {order.get_status_display().lower()}. Only a declined order can be rerun.")
    declined = next((each for each in transactions if each.kind == TransactionKind.SALE), None)
    if declined is None:
        raise OrderError("This order has no declined sale that can be rerun.")
    if declined.status == TransactionStatus.HARD_DECLINE:
        raise OrderError(
            f"The bank declined this sale permanently: “{declined.answer or 'no reason given'}”"
            " Ask the customer for another card and place a new order."
        )
    if not order.total:
        raise OrderError("The total of this order is zero, so there is nothing to charge.")
    return declined


def chargeable_cards(order: Order) -> list[PaySource]:
    """What the owner of `order` can be charged with, the card of the declined sale first; OrderError when nothing.

    The expired come last: they are shown, so that nobody looks for them, and cannot be charged.
    """
    declined, keeper = declined_sale(order), require_gateway().name
    owner = order.source_record.customer
    preferred = (declined.pay_source_id, owner.pay_source_id)
    known = PaySource.objects.filter(source_record__customer=owner)
    first = sorted(known.filter(pk__in=filter(None, preferred)), key=lambda card: preferred.index(card.pk))
    others = [card for card in newest(PaySource, owner, gateway=keeper, limit=MOST_READ) if card.pk not in preferred]
    held = [card for card in [*first, *others] if card.token and card.gateway == keeper]
    if not held:
        raise OrderError("The customer has no card on file with the gateway. Add one to the customer first.")
    return sorted(held, key=lambda card: card.is_expired)[:MOST_OFFERED]


def refuse_expired(card: PaySource) -> None:
    if card.is_expired:
        raise OrderError("This card has expired. Choose another card, or add one to the customer first.")


def rerun_order(order: Order, card: int, *, seen: str, by: User | None) -> Transaction:
    """Charge the order to the pay source `card`; the Transaction says what the gateway answered, if it did."""
    gateway = require_gateway()
    with locked_order(order) as current:
        # First what is in the way: who clicks twice is told that an answer is awaited, not that the order has changed.
        known = chargeable_cards(current)
        refuse_changed(current, seen)
        chosen = next((each for each in known if each.pk == card), None)
        if chosen is None:
            raise OrderError("This card no longer belongs to the customer. Choose another card.")
        refuse_expired(chosen)
        payment = create_pending(current, TransactionKind.SALE, current.total, pay_source=chosen, by=by)
        touch_order(current.pk)  # it shows the card, even when nobody answers
    token = Token(chosen.token, chosen.gateway_customer)
    return record_answer(payment, gateway.sale(Sale(payment.uuid, token, payment.amount, payment.currency)))
