"""Rerunning a declined order: its total is charged once more, to a card on file with the gateway.

What it sells and its addresses may be changed before, in the same transaction as the charge is asked for.

Only after a soft decline. A hard decline (a stolen card, a closed account) is final: asking again costs a fee and is
declined again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from customers.lib import sentences
from customers.lib.addresses.address import Address
from customers.lib.phrases import join_words
from customers.models import EventKind, PaySource
from customers.profile.fields import BY_KEY
from customers.records.newest import newest
from customers.statements.prepared import insert
from orders import events, history
from orders.locks import OrderError, locked_order, refuse_pending
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.change_order import OrderChange, change_order
from orders.payments.gateway import Sale, Token
from orders.payments.gateway_request import (
    create_pending,
    payments_of,
    refuse_changed,
    require_gateway,
)
from orders.payments.record_answer import record_answer
from orders.payments.settle_pending import refuse_late_success
from orders.timestamps import touch_order

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_READ, MOST_OFFERED = 500, 25
DECLINED_BECAUSE = (
    "The bank declined this sale permanently: “{answer}” Ask the customer for another card and place a new order."
)
DECLINED_WITHOUT_REASON = (
    "The bank declined this sale permanently and gave no reason. Ask the customer for another card and place a new"
    " order."
)


def declined_sale(order: Order, *, transactions: Sequence[Transaction] | None = None) -> Transaction:
    """The latest sale; OrderError if it cannot be rerun. `transactions` are all, if they were read already."""
    transactions = list(payments_of(order)) if transactions is None else transactions
    refuse_pending(transactions)
    if order.status != OrderStatus.DECLINED:
        raise OrderError(f"This order is {order.status_in_words}. Only a declined order can be rerun.")
    declined = next((t for t in transactions if t.kind == TransactionKind.SALE), None)
    if declined is None:
        raise OrderError("This order has no declined sale that can be rerun.")
    if declined.status == TransactionStatus.HARD_DECLINE:
        why = DECLINED_BECAUSE if declined.answer else DECLINED_WITHOUT_REASON
        raise OrderError(why.format(answer=declined.answer))
    if not order.total:
        raise OrderError("The total of this order is zero, so there is nothing to charge.")
    return declined


def chargeable_cards(order: Order, *, transactions: Sequence[Transaction] | None = None) -> list[PaySource]:
    """The customer's cards on file, the one of the declined sale first; OrderError if there are none.

    Expired cards come last: they cannot be charged, but are shown so that users do not look for them.
    """
    declined, gateway = declined_sale(order, transactions=transactions), require_gateway().name
    owner = order.source_record.customer
    preferred = (declined.pay_source_id, owner.pay_source_id)
    cards = PaySource.objects.filter(source_record__customer=owner, pk__in=filter(None, preferred))
    first = sorted(cards, key=lambda card: preferred.index(card.pk))
    others = [card for card in newest(PaySource, owner, gateway=gateway, limit=MOST_READ) if card.pk not in preferred]
    on_file = [card for card in [*first, *others] if card.token and card.gateway == gateway]
    if not on_file:
        raise OrderError("The customer has no card on file with the gateway. Add one to the customer first.")
    return sorted(on_file, key=lambda card: card.is_expired)[:MOST_OFFERED]


def refuse_expired(card: PaySource) -> None:
    if card.is_expired:
        raise OrderError("This card has expired. Choose another card, or add one to the customer first.")


def rerun_order(
    order: Order,
    card: int,
    *,
    seen: str,
    by: User | None,
    addresses: Mapping[str, Address] | None = None,
    change: OrderChange | None = None,
) -> Transaction:
    """Charge the order to the pay source `card`; the charge is PENDING if the gateway has not answered.

    `addresses` are {column: address} that replace those of the order before it is charged; `change` is of its lines.
    """
    gateway = require_gateway()
    refuse_late_success(order)
    with locked_order(order) as current:
        # Before refuse_changed, so that a second click says that an answer is awaited, not that the order has changed.
        cards = chargeable_cards(current)
        refuse_changed(current, seen)
        chosen = next((c for c in cards if c.pk == card), None)
        if chosen is None:
            raise OrderError("This card no longer belongs to the customer. Choose another card.")
        refuse_expired(chosen)
        _change_addresses(current, addresses or {}, by=by)
        if change:
            change_order(current, change, by=by)
        payment = begin_charge(current, chosen, by=by)
    token = Token(chosen.token, chosen.gateway_customer)
    return record_answer(payment, gateway.sale(Sale(payment.uuid, token, payment.amount, payment.currency)))


def _change_addresses(order: Order, addresses: Mapping[str, Address], *, by: User | None) -> None:
    changed = [name for name, address in addresses.items() if getattr(order, name) != address]
    for name in changed:
        setattr(order, name, addresses[name])
    if changed:
        order.save(update_fields=[*changed, "updated"])
        labels = join_words([BY_KEY[name].label.lower() for name in changed])
        history.write(order, "Changed the {addresses} of order {order}.", addresses=sentences.word(labels), by=by)


def begin_charge(order: Order, card: PaySource, *, key: str = "", by: User | None) -> Transaction:
    """The pending payment of all of the locked `order`, under a `key` of the caller or a new one."""
    payment = create_pending(
        order, TransactionKind.SALE, order.total, what="charged again", pay_source=card, key=key, by=by
    )
    touch_order(order.pk)  # the order shows the card, even without an answer
    insert(events.about(order, EventKind.ORDER_UPDATED))
    return payment
