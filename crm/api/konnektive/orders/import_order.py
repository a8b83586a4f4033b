"""Import Order: an order, or a lead that becomes one, and its payment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.views.decorators.debug import sensitive_variables
from pydantic import ConfigDict

from crm.api.konnektive.customers.details import details_of
from crm.api.konnektive.customers.person import PersonParameters, data_source_of, incoming_customer
from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.errors import OutcomeError, invalid
from crm.api.konnektive.fields import Amount, Currency, Id
from crm.api.konnektive.orders.answer import items_of, order_message
from crm.api.konnektive.orders.idempotency import request_of, sent_digests
from crm.api.konnektive.orders.named_rows import named_rows
from crm.api.konnektive.orders.outcomes import refuse_contradicted
from crm.api.konnektive.orders.payment_method import PaymentParameters, card_on_file, typed_card
from crm.api.konnektive.orders.products import describe_first_product, lines_of, read_products
from crm.api.konnektive.queries import find_order_sent_by, sees_people
from customers.lib.identity import Identity
from customers.lib.money import format_for_input, is_payable
from customers.models import PaySource
from orders.intake.leads import lead_for
from orders.intake.order import IncomingCustomer, IncomingOrder
from orders.intake.pricing import order_total
from orders.models import OrderStatus, TransactionKind
from orders.payments.charge import PlacedOrder, place_order
from orders.payments.gateway import Card
from orders.permissions import ADD_ORDERS


class ImportOrder(PersonParameters, PaymentParameters):
    """`totalAmount` is optional: it is compared with the total of the order.

    Products are numbered from 1: `product2_id`, `product3_id` and so on. `customerId` and `paySourceId` count with
    `paySource=ACCTONFILE` only; otherwise the customer is found by name, email and phone.
    """

    model_config = ConfigDict(json_schema_extra=describe_first_product)

    client_order_id: Id = ""
    currency: Currency = ""
    sales_tax: Amount = Decimal(0)
    base_shipping: Amount = Decimal(0)
    discount_price: Amount = Decimal(0)
    total_amount: Amount | None = None


@endpoint(ImportOrder, ADD_ORDERS)
@sensitive_variables("call", "method", "sent")
def order_import(call: Call, sent: ImportOrder) -> dict[str, Any]:
    lead = lead_for(find_order_sent_by(call.by, sent.order_id), sent.identity()) if sent.order_id else None
    is_on_file = sent.pay_source == "ACCTONFILE"
    if lead is None and not is_on_file:
        sent.require_identity()
    order = _read(call, sent)
    method: Card | PaySource | None = typed_card(sent) if sent.pay_source == "CREDITCARD" else None
    if is_on_file:
        method = card_on_file(sent, call.by)
        order = order if lead else _complete(order, method)
    placed = place_order(order, method, lead=lead, by=call.by)
    return _answer(placed, with_person=sees_people(call.by))


def _read(call: Call, sent: ImportOrder) -> IncomingOrder:
    products = read_products(call.parameters)
    named = named_rows(sent, products.ids, call.by)
    source = named.data_source or data_source_of(call.by)
    currency = sent.currency or source.currency
    lines = lines_of(products, named.products, currency)
    shipping = sum((line.shipping for line in lines), sent.base_shipping)
    total = order_total(lines, shipping=shipping, tax=sent.sales_tax, discount=sent.discount_price)
    _refuse_inexact(sent, total, currency)
    return IncomingOrder(
        incoming_customer(sent, source),
        total,
        currency,
        client_order_id=sent.client_order_id,
        campaign=named.campaign,
        lines=lines,
        shipping=shipping,
        tax=sent.sales_tax,
        discount=sent.discount_price,
        coupon_code=sent.coupon_code,
        ip_address=str(sent.ip_address) if sent.ip_address else None,
        details=details_of(sent, call.parameters) | {"paySource": sent.pay_source},
        request=request_of(call),
        sent=sent_digests(call),
    )


def _refuse_inexact(sent: ImportOrder, total: Decimal, currency: str) -> None:
    amounts = {"salesTax": sent.sales_tax, "baseShipping": sent.base_shipping, "discountPrice": sent.discount_price}
    not_payable = f"Use an amount that is valid in {currency}."
    errors = {name: not_payable for name, amount in amounts.items() if not is_payable(amount, currency)}
    if errors:
        raise invalid(**errors)
    if total < 0:
        errors["discountPrice"] = "The discount is larger than the order total."
    elif not is_payable(total, currency):
        errors["totalAmount"] = not_payable
    elif sent.total_amount not in (None, total):
        errors["totalAmount"] = (
            f"The order total is {format_for_input(total, currency)}: lines, shipping and tax, less the discount."
        )
    if errors:
        raise invalid(**errors)


def _complete(order: IncomingOrder, method: PaySource) -> IncomingOrder:
    """Put `order` on the record of the payment method; missing values of the customer come from the profile."""
    owner, sent = method.source_record.customer, order.customer
    identity = {name: value or getattr(owner, name, "") for name, value in vars(sent.identity).items()}
    customer = IncomingCustomer(
        sent.data_source,
        Identity(**identity),
        deduplicate=sent.deduplicate,
        billing_address=sent.billing_address or owner.billing_address,
        shipping_address=sent.shipping_address or owner.shipping_address,
    )
    return order._replace(customer=customer, record=method.source_record)


def _answer(placed: PlacedOrder, *, with_person: bool) -> dict[str, Any]:
    order = placed.order
    payment = placed.payment
    if placed.is_repeat:
        sales = order.transactions.filter(kind=TransactionKind.SALE).select_related("pay_source")
        payment = sales.order_by("at", "pk").last()
    if payment:
        refuse_contradicted(payment)
    if order.status == OrderStatus.DECLINED:
        raise OutcomeError(f"Transaction Declined: {payment.answer if payment else ''}".strip())
    paid_with = payment.pay_source if payment else None
    return order_message(order, placed.items or items_of(order), paid_with, with_person=with_person)
